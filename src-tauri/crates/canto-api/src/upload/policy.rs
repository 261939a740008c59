//! The signed policy inside an upload setting: until when it holds, and which form fields it allows [A].

use std::fmt;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use jiff::Timestamp;
use serde_json::Value;

/// Padding may be there or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// Fields that need no condition [A].
const ALWAYS_ALLOWED: [&str; 6] =
    ["file", "policy", "signature", "awsaccesskeyid", "x-amz-signature", "x-amz-security-token"];

/// A decoded policy. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Policy {
    expiration: Option<Timestamp>,
    conditions: Vec<Condition>,
    size_range: Option<(u64, u64)>,
}

#[derive(Clone)]
struct Condition {
    /// Lower case, without the `$`.
    field: String,
    prefix: bool,
    value: String,
}

impl Policy {
    /// Decodes the `Policy` field; none if it is no base64 of a JSON object.
    pub fn decode(encoded: &str) -> Option<Self> {
        let compact: String = encoded.chars().filter(|c| !c.is_whitespace()).collect();
        let json: Value = serde_json::from_slice(&BASE64.decode(compact).ok()?).ok()?;
        let mut policy = Self { expiration: None, conditions: Vec::new(), size_range: None };
        let object = json.as_object()?;
        policy.expiration =
            object.get("expiration").and_then(Value::as_str).and_then(|text| text.parse().ok());
        for condition in object.get("conditions").and_then(Value::as_array).into_iter().flatten() {
            policy.take(condition);
        }
        Some(policy)
    }

    fn take(&mut self, condition: &Value) {
        match condition {
            Value::Object(exact) => {
                for (field, value) in exact {
                    self.add(field, false, value);
                }
            }
            Value::Array(parts) => match parts.as_slice() {
                [kind, from, to] if kind == "content-length-range" => {
                    self.size_range = number(from).zip(number(to));
                }
                [Value::String(kind), Value::String(field), value] => {
                    self.add(field, kind.eq_ignore_ascii_case("starts-with"), value);
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn add(&mut self, field: &str, prefix: bool, value: &Value) {
        let field = field.trim_start_matches('$').to_ascii_lowercase();
        self.conditions.push(Condition {
            field,
            prefix,
            value: value.as_str().unwrap_or_default().to_owned(),
        });
    }

    /// When the object store stops taking forms with it, by the server's clock.
    pub fn expiration(&self) -> Option<Timestamp> {
        self.expiration
    }

    /// Whether a form may carry that field; without a condition for it the store refuses the form [A].
    pub fn allows_field(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        ALWAYS_ALLOWED.contains(&name.as_str())
            || name.starts_with("x-ignore-")
            || self.conditions.iter().any(|condition| condition.field == name)
    }

    /// Whether a form may carry that field with that value.
    pub fn allows(&self, name: &str, value: &str) -> bool {
        let name = name.to_ascii_lowercase();
        self.allows_field(&name)
            && self.conditions.iter().filter(|condition| condition.field == name).all(|condition| {
                if condition.prefix { value.starts_with(&condition.value) } else { value == condition.value }
            })
    }

    /// The least and the most bytes of a file, where the policy says so. Canto's recorded one does not [R].
    pub fn size_range(&self) -> Option<(u64, u64)> {
        self.size_range
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Policy(…)")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn encoded(extra: &str) -> String {
        BASE64.encode(format!(
            r#"{{"expiration":"2024-01-06T21:42:38.937Z","conditions":[{{"bucket":"b"}},{{"acl":"private"}},
            ["starts-with","$key","bc4f/jo@example.com"],["starts-with","$x-amz-meta-file_name",""],
            ["starts-with","$x-amz-meta-tag",""],["starts-with","$x-amz-meta-scheme",""],
            ["starts-with","$x-amz-meta-id",""],["starts-with","$x-amz-meta-album_id",""]{extra}]}}"#
        ))
    }

    #[test]
    fn the_recorded_policy() {
        let policy = Policy::decode(&encoded("")).unwrap();
        assert_eq!(policy.expiration().unwrap().to_string(), "2024-01-06T21:42:38.937Z");
        assert!(policy.allows_field("X-Amz-Meta-Tag"));
        assert!(policy.allows_field("x-ignore-me"));
        assert!(!policy.allows_field("Content-MD5"));
        assert!(!policy.allows_field("x-amz-meta-refer_id"));
        assert!(policy.allows("key", "bc4f/jo@example.com/a.jpg"));
        assert!(!policy.allows("key", "elsewhere/a.jpg"));
        assert!(policy.allows("acl", "private") && !policy.allows("acl", "public-read"));
        assert_eq!(policy.size_range(), None);
        assert!(!format!("{policy:?}").contains("jo@"));
    }

    #[test]
    fn more_conditions_allow_more() {
        let more = r#",["content-length-range","1",99],["eq","$Content-MD5",""]"#;
        let policy = Policy::decode(encoded(more).trim_end_matches('=')).unwrap();
        assert!(policy.allows_field("content-md5"));
        assert_eq!(policy.size_range(), Some((1, 99)));
        assert!(Policy::decode("no policy").is_none());
    }
}
