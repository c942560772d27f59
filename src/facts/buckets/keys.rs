//! Keys whose values are names of buckets, and what such a name is.

/// The first part of a path.
pub(super) fn until(text: &str) -> &str {
    let is_end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
    text.split(is_end).next().unwrap_or_default()
}

/// Names of buckets in addresses: `s3://bucket/key`, `arn:aws:s3:::bucket/*`.
pub fn named_in(text: &str) -> Vec<&str> {
    ["s3://", "s3a://", "s3n://", "gs://", "arn:aws:s3:::"]
        .iter()
        .flat_map(|start| {
            text.match_indices(start)
                .map(|(at, _)| until(&text[at + start.len()..]))
        })
        .collect()
}

/// Whether a text can be the name of a bucket.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
pub fn is_name(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "true", "false", "yes", "no", "on", "off", "none", "auto", "null", "path", "dns",
        "virtual", "enabled", "disabled", "default",
    ];
    (3..=63).contains(&text.len())
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._".contains(&byte)
        })
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !WORDS.contains(&text)
}

/// Whether the value of a key is the name of a bucket: `S3_BUCKET`, `bucketName`, `repo1-s3-bucket`, `STORAGE_S3_BUCKET`.
pub fn is_bucket_key(key: &str) -> bool {
    // Every key of every manifest comes by: most are told by their letters alone.
    if !has(key, "bucket") && !has(key, "azure") {
        return false;
    }
    let words = words(key);
    let Some(at) = words.iter().rposition(|word| {
        matches!(
            word.as_str(),
            "bucket" | "buckets" | "bucketname" | "bucketnames"
        )
    }) else {
        // A repository of pgBackRest at Azure.
        return words.ends_with(&["azure".to_owned(), "container".to_owned()]);
    };
    let is_token = at > 0 && matches!(words[at - 1].as_str(), "token" | "leaky" | "kv" | "time");
    !is_token
        && match words.get(at + 1).map(String::as_str) {
            None => true,
            Some("name" | "names") => words.len() == at + 2,
            // `BUCKET_UPLOADS`
            Some(_) => {
                at == 0 && words.len() == 2 && key.starts_with("BUCKET_") && !is_about(&words[1])
            }
        }
}

/// Whether a key has these letters in it, large or small.
fn has(key: &str, letters: &str) -> bool {
    key.as_bytes()
        .windows(letters.len())
        .any(|part| part.eq_ignore_ascii_case(letters.as_bytes()))
}

/// Words after `BUCKET_` that say something about a bucket and do not name one.
fn is_about(word: &str) -> bool {
    matches!(
        word,
        "region"
            | "endpoint"
            | "url"
            | "host"
            | "prefix"
            | "path"
            | "key"
            | "secret"
            | "size"
            | "quota"
            | "policy"
            | "acl"
            | "style"
            | "type"
            | "ttl"
            | "count"
            | "limit"
            | "class"
            | "location"
            | "port"
            | "owner"
            | "access"
            | "role"
            | "backend"
            | "provider"
    )
}

/// The words of a key, in lower case.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_lower = false;
    for c in key.chars() {
        if !c.is_ascii_alphanumeric() {
            words.push(String::new());
            before_is_lower = false;
            continue;
        }
        if c.is_ascii_uppercase() && before_is_lower {
            words.push(String::new());
        }
        before_is_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        if let Some(last) = words.last_mut() {
            last.push(c.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a policy of S3 lets everybody in. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-bucket-user-policy-specifying-principal-intro.html>
pub fn is_open_policy(text: &str) -> bool {
    if !text.contains("\"Principal\"") || !text.contains("s3:") {
        return false;
    }
    let Ok(policy) = serde_json::from_str::<serde_json::Value>(text) else {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        return [
            "\"Principal\":\"*\"",
            "\"Principal\":{\"AWS\":\"*\"}",
            "\"Principal\":{\"AWS\":[\"*\"]}",
        ]
        .iter()
        .any(|open| compact.contains(open));
    };
    let statements = match &policy["Statement"] {
        serde_json::Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    statements.iter().any(|statement| {
        let principal = &statement["Principal"];
        let is_all = |value: &serde_json::Value| {
            value == "*"
                || value
                    .as_array()
                    .is_some_and(|list| list.iter().any(|item| item == "*"))
        };
        statement["Effect"] == "Allow" && (is_all(principal) || is_all(&principal["AWS"]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_name_buckets_are_told_from_others() {
        for key in [
            "S3_BUCKET",
            "bucketName",
            "repo1-s3-bucket",
            "PGBACKREST_REPO1_S3_BUCKET",
            "bucketnames",
            "BUCKET_UPLOADS",
            "generateBucketName",
            "bucket",
            "repo2-azure-container",
        ] {
            assert!(is_bucket_key(key), "{key}");
        }
        for key in [
            "BUCKET_REGION",
            "S3_BUCKET_ENDPOINT",
            "tokenBucket",
            "token_bucket",
            "container",
            "bucketPolicy",
            "name",
            "S3_BUCKET_PREFIX",
        ] {
            assert!(!is_bucket_key(key), "{key}");
        }
    }

    #[test]
    fn words_that_are_settings_are_no_names() {
        assert!(is_name("carebase-production-tr-objects"));
        for text in ["true", "%s", "", "12", "a/b", "$X", "-a-b"] {
            assert!(!is_name(text), "{text}");
        }
    }
}
