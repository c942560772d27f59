//! One text for one JSON value, so that a digest of it means something.
//!
//! Keys sorted, no white space, UTF-8: what `jq -cS .body` prints without its line break, so that anybody can check the
//! digest with tools of their own.

use crate::digest::Digest;
use serde_json::Value;

/// The SHA-256 of a value's canonical text.
pub fn digest(value: &Value) -> Digest {
    Digest::of(text(value).as_bytes())
}

fn text(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_makes_no_difference_and_everything_else_does() {
        assert_eq!(
            text(&json!({ "b": [1, { "d": null, "c": "é" }], "a": true })),
            r#"{"a":true,"b":[1,{"c":"é","d":null}]}"#
        );
        assert_eq!(
            digest(&json!({ "a": 1, "b": 2 })),
            digest(&json!({ "b": 2, "a": 1 }))
        );
        assert_ne!(digest(&json!([1, 2])), digest(&json!([2, 1])));
    }
}
