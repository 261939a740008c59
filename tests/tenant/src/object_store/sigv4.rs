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

impl Signer<'_> {
    /// `path` is not encoded yet and starts with a slash.
    pub fn presign(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        now_ms: i64,
        seconds: u64,
    ) -> String {
        let (stamp, day) = amz_date(now_ms);
        let scope = format!("{day}/{REGION}/s3/aws4_request");
        let host = self.endpoint.split_once("://").map_or(self.endpoint, |(_, host)| host);
        let (credential, seconds) = (format!("{}/{scope}", self.access_key), seconds.to_string());
        let mut pairs: Vec<(String, String)> = [
            ("X-Amz-Algorithm", ALGORITHM),
            ("X-Amz-Credential", &credential),
            ("X-Amz-Date", &stamp),
            ("X-Amz-Expires", &seconds),
            ("X-Amz-SignedHeaders", "host"),
        ]
        .iter()
        .chain(query)
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
        pairs.sort();
        let query = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let path = encode_path(path);
        let request = format!("{method}\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD");
        let to_sign = format!("{ALGORITHM}\n{stamp}\n{scope}\n{}", hex::encode(Sha256::digest(request)));
        let key = signing_key(self.secret_key, &day, REGION);
        let signature = hex::encode(hmac_sha256(&key, to_sign.as_bytes()));
        format!("{}{path}?{query}&X-Amz-Signature={signature}", self.endpoint)
    }
}
