//! The upload setting: what a program needs to post files by itself (§8.1).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use super::{BUCKET, REGION, policy, sigv4};
use crate::clock::{amz_date, iso_millis};
use crate::options::Signature;
use crate::state::State;

/// Keys and conditions as recorded [R], but for the values.
pub fn issue(app: &State, email: &str, place: Option<String>, refer: bool) -> Value {
    let now = app.now_ms();
    let prefix = format!("{}/{email}", app.identity.account);
    let signature = app.options.signature;
    let keys = policy::Keys::of(app);
    let (stamp, day) = amz_date(now);
    let credential = format!("{}/{day}/{REGION}/s3/aws4_request", keys.access);

    let mut conditions = vec![
        json!({ "bucket": BUCKET }),
        json!({ "acl": "private" }),
        json!(["starts-with", "$key", prefix]),
        json!(["starts-with", "$x-amz-meta-file_name", ""]),
        json!(["starts-with", "$x-amz-meta-tag", ""]),
        json!(["starts-with", "$x-amz-meta-scheme", ""]),
        json!(["starts-with", "$x-amz-meta-id", ""]),
        json!(["starts-with", "$x-amz-meta-album_id", ""]),
    ];
    // Only with `refer=true` [C].
    if refer {
        conditions.push(json!(["starts-with", "$x-amz-meta-refer_id", ""]));
    }
    // S3 asks for a condition on each of these fields [A]; Canto's V4 policy itself was not recorded.
    if signature == Signature::V4 {
        conditions.push(json!({ "x-amz-algorithm": sigv4::ALGORITHM }));
        conditions.push(json!({ "x-amz-credential": credential }));
        conditions.push(json!({ "x-amz-date": stamp }));
    }
    let expiration = iso_millis(now + app.switches().policy_seconds.cast_signed() * 1000);
    let text = json!({ "expiration": expiration, "conditions": conditions }).to_string();
    let encoded = BASE64_STANDARD.encode(text);

    let url = match &app.s3 {
        Some(s3) => s3.bucket_url(),
        None => format!("{}/{BUCKET}/", app.store_url()),
    };
    let mut setting = Map::new();
    let mut put = |name: &str, value: String| setting.insert(name.into(), Value::String(value));
    put("url", url);
    put("key", format!("{prefix}/${{filename}}"));
    put("acl", "private".into());
    put("Policy", encoded.clone());
    let signed = match signature {
        Signature::V2 => {
            let signed = policy::sign_v2(&keys.secret, &encoded);
            put("AWSAccessKeyId", keys.access);
            put("Signature", signed.clone());
            signed
        }
        Signature::V4 => {
            let signed = policy::sign_v4(&keys.secret, &day, REGION, &encoded);
            put("x-amz-algorithm", sigv4::ALGORITHM.into());
            put("x-amz-credential", credential);
            put("x-amz-date", stamp);
            put("x-amz-Signature", signed.clone());
            signed
        }
    };
    app.policy_issued(&signed, place);
    put("x-amz-meta-file_name", "${filename}".into());
    for name in ["tag", "scheme", "id", "album_id"] {
        put(&format!("x-amz-meta-{name}"), String::new());
    }
    if refer {
        put("x-amz-meta-refer_id", String::new());
    }
    Value::Object(setting)
}
