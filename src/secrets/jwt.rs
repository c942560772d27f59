//! Tokens of Supabase: JWTs signed with HS256, which say no more than a role.
//!
//! Source: <https://supabase.com/docs/guides/self-hosting/docker#generate-and-configure-api-keys> (claims `role`, `iss`,
//! `iat`, `exp`), <https://www.rfc-editor.org/rfc/rfc7519>, <https://www.rfc-editor.org/rfc/rfc7515>.

use super::plain::Plain;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::ToSpan as _;
use jiff::civil::Date;
use ring::hmac;
use zeroize::Zeroizing;

/// How long a token is good for, in years; upstream's own tool makes them for five, too.
const YEARS: i64 = 5;

/// A token for a role, good from the beginning of the day.
pub(super) fn sign(role: &str, key: &Plain, made: Date) -> Plain {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let role = serde_json::Value::from(role);
    let (from, to) = (seconds(made), seconds(made.saturating_add(YEARS.years())));
    let claims = format!(r#"{{"role":{role},"iss":"supabase","iat":{from},"exp":{to}}}"#);
    let claims = URL_SAFE_NO_PAD.encode(claims);
    let signed = format!("{header}.{claims}");
    let tag = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, key.bytes()),
        signed.as_bytes(),
    );
    let mut token = Vec::with_capacity(signed.len() + 44);
    token.extend(signed.as_bytes());
    token.push(b'.');
    token.extend(URL_SAFE_NO_PAD.encode(tag.as_ref()).as_bytes());
    Plain::new(token)
}

/// Whether a token was signed with this key.
pub(super) fn is_signed_with(token: &Plain, key: &Plain) -> bool {
    let token = token.bytes();
    let Some(dot) = token.iter().rposition(|byte| *byte == b'.') else {
        return false;
    };
    let Ok(tag) = URL_SAFE_NO_PAD.decode(&token[dot + 1..]) else {
        return false;
    };
    let tag = Zeroizing::new(tag);
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.bytes());
    hmac::verify(&key, &token[..dot], &tag).is_ok()
}

/// The day on which a token ends; `None` if it does not say.
pub(super) fn last_day(token: &Plain) -> Option<Date> {
    #[derive(serde::Deserialize)]
    struct Claims {
        exp: i64,
    }
    let claims = token.bytes().split(|byte| *byte == b'.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    let Claims { exp } = serde_json::from_slice(&claims).ok()?;
    jiff::civil::date(1970, 1, 1)
        .checked_add(exp.div_euclid(86_400).days())
        .ok()
}

/// The beginning of a day, in seconds since 1970.
fn seconds(day: Date) -> i64 {
    let epoch = jiff::civil::date(1970, 1, 1);
    let days = day
        .since(epoch)
        .map_or(0, |span| i64::from(span.get_days()));
    days * 86_400
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_token_says_its_role_and_is_signed_with_its_key_only() {
        let key = Plain::from("a key of enough letters for HS256");
        let token = sign("service_role", &key, date(2026, 11, 21));
        assert!(is_signed_with(&token, &key));
        assert!(!is_signed_with(&token, &Plain::from("another key")));
        assert!(!is_signed_with(&Plain::from("no token"), &key));
        let text = String::from_utf8(token.bytes().to_vec()).expect("ASCII");
        let parts: Vec<&str> = text.split('.').collect();
        let claims = URL_SAFE_NO_PAD.decode(parts[1]).expect("base64");
        let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
        assert_eq!(
            claims,
            serde_json::json!({"role": "service_role", "iss": "supabase", "iat": 1_795_219_200, "exp": 1_952_985_600})
        );
        assert_eq!(last_day(&token), Some(date(2031, 11, 21)));
        assert_eq!(last_day(&Plain::from("a.b.c")), None);
        let mut forged = token.bytes().to_vec();
        forged[40] ^= 1;
        assert!(!is_signed_with(&Plain::new(forged), &key));
    }

    /// The example of <https://www.rfc-editor.org/rfc/rfc7515#appendix-A.1>, made by others.
    #[test]
    fn a_token_made_by_others_is_recognised() {
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let key = Plain::new(URL_SAFE_NO_PAD.decode(key).expect("base64"));
        assert!(is_signed_with(&Plain::from(token), &key));
    }
}
