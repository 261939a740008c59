//! Signature V4 in the query: everything that the tenant asks of a real store, and the addresses of parts
//! that it gives away [A].

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::REGION;
use crate::clock::amz_date;
use crate::ids::hmac_sha256;

pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const IN_PATH: &AsciiSet = &STRICT.remove(b'/');

pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, STRICT).to_string()
}

pub fn encode_path(text: &str) -> String {
    utf8_percent_encode(text, IN_PATH).to_string()
}

pub fn signing_key(secret: &str, day: &str, region: &str) -> Vec<u8> {
    let day = hmac_sha256(format!("AWS4{secret}").as_bytes(), day.as_bytes());
    let region = hmac_sha256(&day, region.as_bytes());
    hmac_sha256(&hmac_sha256(&region, b"s3"), b"aws4_request")
}

pub struct Signer<'a> {
    /// `http://host:port`
    pub endpoint: &'a str,
    pub access_key: &'a str,
    pub secret_key: &'a str,
}

/// A request that gets a signature. `path` is not encoded yet and starts with a slash.
pub struct Unsigned<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a [(&'a str, &'a str)],
    /// Lower-case names. S3 wants every `x-amz-*` header signed [A].
    pub headers: &'a [(String, String)],
    pub seconds: u64,
}

impl Signer<'_> {
    pub fn presign(&self, request: &Unsigned<'_>, now_ms: i64) -> String {
        let (stamp, day) = amz_date(now_ms);
        let scope = format!("{day}/{REGION}/s3/aws4_request");
        let host = self.endpoint.split_once("://").map_or(self.endpoint, |(_, host)| host);
        let mut headers = vec![("host", host)];
        headers.extend(request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        headers.sort_unstable();
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let headers: String =
            headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();

        let (credential, seconds) = (format!("{}/{scope}", self.access_key), request.seconds.to_string());
        let mut pairs: Vec<(String, String)> = [
            ("X-Amz-Algorithm", ALGORITHM),
            ("X-Amz-Credential", &credential),
            ("X-Amz-Date", &stamp),
            ("X-Amz-Expires", &seconds),
            ("X-Amz-SignedHeaders", &names),
        ]
        .iter()
        .chain(request.query)
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
        pairs.sort();
        let query = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let path = encode_path(request.path);
        let canonical = format!("{}\n{path}\n{query}\n{headers}\n{names}\nUNSIGNED-PAYLOAD", request.method);
        let to_sign = format!("{ALGORITHM}\n{stamp}\n{scope}\n{}", hex::encode(Sha256::digest(canonical)));
        let key = signing_key(self.secret_key, &day, REGION);
        let signature = hex::encode(hmac_sha256(&key, to_sign.as_bytes()));
        format!("{}{path}?{query}&X-Amz-Signature={signature}", self.endpoint)
    }
}
