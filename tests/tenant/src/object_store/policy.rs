//! Checking a form against the policy that came with it, as S3 does [A] (§8.3).

use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::xml::S3Error;
use super::{BUCKET, sigv4};
use crate::ids::{hmac_sha1, hmac_sha256};
use crate::state::State;

pub struct Keys {
    pub access: String,
    pub secret: String,
}

impl Keys {
    pub fn of(app: &State) -> Self {
        match &app.s3 {
            Some(s3) => Self { access: s3.access_key().into(), secret: s3.secret_key().into() },
            None => Self { access: app.identity.access_key.clone(), secret: app.identity.secret_key.clone() },
        }
    }
}

/// The form's fields before the file: names in lower case, in the order they came.
pub type Fields = Vec<(String, String)>;

/// What has to be looked at again when the file's length is known.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    pub length: Option<(u64, u64)>,
}

pub fn sign_v2(secret: &str, policy: &str) -> String {
    BASE64_STANDARD.encode(hmac_sha1(secret.as_bytes(), policy.as_bytes()))
}

pub fn sign_v4(secret: &str, day: &str, region: &str, policy: &str) -> String {
    hex::encode(hmac_sha256(&sigv4::signing_key(secret, day, region), policy.as_bytes()))
}

fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

pub fn check(app: &State, fields: &Fields) -> Result<Allowed, S3Error> {
    let missing = |what: &str| {
        S3Error::invalid("InvalidArgument", format!("Bucket POST must contain a field named '{what}'."))
    };
    field(fields, "key").ok_or_else(|| missing("key"))?;
    let encoded = field(fields, "policy").ok_or_else(|| S3Error::denied("Access Denied"))?;
    let signature = check_signature(app, fields, encoded)?;
    let broken = || S3Error::invalid("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.");
    let text = BASE64_STANDARD.decode(encoded).map_err(|_| broken())?;
    let policy: Value = serde_json::from_slice(&text).map_err(|_| broken())?;

    let expiration = policy["expiration"].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    let expiration = expiration.ok_or_else(broken)?;
    if expiration.as_millisecond() <= app.now_ms() || app.policy_ended(signature) {
        return Err(S3Error::denied("Invalid according to Policy: Policy expired."));
    }
    check_conditions(policy["conditions"].as_array().ok_or_else(broken)?, fields)
}

/// V2 or V4, by the fields that are there.
fn check_signature<'a>(app: &State, fields: &'a Fields, policy: &str) -> Result<&'a str, S3Error> {
    let keys = Keys::of(app);
    let wrong_key = || {
        let text = "The AWS Access Key Id you provided does not exist in our records.";
        S3Error::new(StatusCode::FORBIDDEN, "InvalidAccessKeyId", text)
    };
    let (given, right) = if let Some(given) = field(fields, "x-amz-signature") {
        let credential = field(fields, "x-amz-credential").unwrap_or_default();
        let mut parts = credential.split('/');
        let (access, day, region) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        if field(fields, "x-amz-algorithm") != Some(sigv4::ALGORITHM) {
            return Err(S3Error::invalid("InvalidArgument", "Unsupported x-amz-algorithm"));
        }
        if access != keys.access {
            return Err(wrong_key());
        }
        (given, sign_v4(&keys.secret, day, region, policy))
    } else if let Some(given) = field(fields, "signature") {
        if field(fields, "awsaccesskeyid") != Some(&keys.access) {
            return Err(wrong_key());
        }
        (given, sign_v2(&keys.secret, policy))
    } else {
        return Err(S3Error::denied("Access Denied"));
    };
    if given == right {
        return Ok(given);
    }
    let text = "The request signature we calculated does not match the signature you provided. \
                Check your key and signing method.";
    Err(S3Error::new(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", text))
}

fn check_conditions(conditions: &[Value], fields: &Fields) -> Result<Allowed, S3Error> {
    let mut allowed = Allowed::default();
    let mut named = Vec::with_capacity(conditions.len());
    let value_of =
        |name: &str| if name == "bucket" { BUCKET } else { field(fields, name).unwrap_or_default() };
    let failed = |condition: &Value| {
        S3Error::denied(format!("Invalid according to Policy: Policy Condition failed: {}", told(condition)))
    };
    for condition in conditions {
        match condition {
            Value::Object(pairs) => {
                for (name, value) in pairs {
                    let name = name.to_ascii_lowercase();
                    if value.as_str() != Some(value_of(&name)) {
                        return Err(failed(condition));
                    }
                    named.push(name);
                }
            }
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(kind), Value::String(name), Value::String(value)] => {
                    let name = name.trim_start_matches('$').to_ascii_lowercase();
                    let given = value_of(&name);
                    let holds = match kind.to_ascii_lowercase().as_str() {
                        "eq" => given == value,
                        "starts-with" => given.starts_with(value.as_str()),
                        _ => false,
                    };
                    if !holds {
                        return Err(failed(condition));
                    }
                    named.push(name);
                }
                [Value::String(kind), least, most] if kind.eq_ignore_ascii_case("content-length-range") => {
                    allowed.length = least.as_u64().zip(most.as_u64());
                }
                _ => return Err(failed(condition)),
            },
            _ => return Err(failed(condition)),
        }
    }
    // Every field needs a condition, but for these [A].
    let free = ["policy", "signature", "x-amz-signature", "awsaccesskeyid", "file"];
    let extra: Vec<&str> = fields
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| {
            !free.contains(name) && !name.starts_with("x-ignore-") && !named.iter().any(|other| other == name)
        })
        .collect();
    if extra.is_empty() {
        Ok(allowed)
    } else {
        let list = extra.join(", ");
        Err(S3Error::denied(format!("Invalid according to Policy: Extra input fields: {list}")))
    }
}

/// A condition as S3 quotes it in its message: `["starts-with", "$key", "a/"]` [A].
fn told(condition: &Value) -> String {
    match condition {
        Value::Object(pairs) => {
            let parts = pairs.iter().map(|(name, value)| format!("[\"eq\", \"${name}\", {value}]"));
            parts.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string().replace("\",\"", "\", \""),
    }
}
