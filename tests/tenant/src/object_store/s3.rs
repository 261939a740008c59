//! A real S3-compatible store: what the tenant asks of it.

use reqwest::{Client, Response};

use super::BUCKET;
use super::sigv4::{Signer, Unsigned};
use super::xml::texts;
use crate::error::StartError;

pub struct S3 {
    endpoint: String,
    access_key: String,
    secret_key: String,
    http: Client,
}

/// Life of the addresses that the tenant signs for itself.
const OWN_SECONDS: u64 = 900;

pub type S3Result<T> = Result<T, String>;

pub struct Listed {
    pub key: String,
    pub etag: String,
}

pub struct StoredPart {
    pub number: u32,
    /// With its quotation marks; s3s-fs 0.14 lists parts without.
    pub etag: Option<String>,
    pub size: u64,
}

impl S3 {
    pub fn new(endpoint: &str, access_key: &str, secret_key: &str) -> Result<Self, StartError> {
        // reqwest is built without a TLS provider of its own; a second installation is refused, rightly.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .no_proxy()
            .build()
            .map_err(|error| StartError::ObjectStore(error.to_string()))?;
        Ok(Self {
            endpoint: endpoint.trim_end_matches('/').into(),
            access_key: access_key.into(),
            secret_key: secret_key.into(),
            http,
        })
    }

    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    pub fn secret_key(&self) -> &str {
        &self.secret_key
    }

    pub fn bucket_url(&self) -> String {
        format!("{}/{BUCKET}", self.endpoint)
    }

    pub fn presign(&self, method: &str, key: &str, query: &[(&str, &str)], seconds: u64) -> String {
        self.presign_with(method, key, query, &[], seconds)
    }

    /// Real time, not the tenant's: the store has a clock of its own.
    fn presign_with(
        &self,
        method: &str,
        key: &str,
        query: &[(&str, &str)],
        headers: &[(String, String)],
        seconds: u64,
    ) -> String {
        let signer =
            Signer { endpoint: &self.endpoint, access_key: &self.access_key, secret_key: &self.secret_key };
        let path = if key.is_empty() { format!("/{BUCKET}") } else { format!("/{BUCKET}/{key}") };
        let request = Unsigned { method, path: &path, query, headers, seconds };
        signer.presign(&request, jiff::Timestamp::now().as_millisecond())
    }

    async fn send(
        &self,
        method: &str,
        key: &str,
        query: &[(&str, &str)],
        body: String,
    ) -> S3Result<Response> {
        let url = self.presign(method, key, query, OWN_SECONDS);
        let verb = method.parse().map_err(|_| format!("method {method}"))?;
        let response =
            self.http.request(verb, url).body(body).send().await.map_err(|error| error.to_string())?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        Err(format!("{method} {key}: {status} {}", response.text().await.unwrap_or_default()))
    }

    async fn text(&self, method: &str, key: &str, query: &[(&str, &str)], body: String) -> S3Result<String> {
        let response = self.send(method, key, query, body).await?;
        response.text().await.map_err(|error| error.to_string())
    }

    pub async fn create_bucket(&self) -> S3Result<()> {
        match self.text("PUT", "", &[], String::new()).await {
            Err(error) if !error.contains("BucketAlready") => Err(error),
            _ => Ok(()),
        }
    }

    pub async fn list(&self) -> S3Result<Vec<Listed>> {
        let xml = self.text("GET", "", &[("list-type", "2"), ("max-keys", "1000")], String::new()).await?;
        let etags = texts(&xml, "ETag").into_iter().chain(std::iter::repeat(String::new()));
        let objects = texts(&xml, "Key")
            .into_iter()
            .zip(etags)
            .map(|(key, etag)| Listed { key, etag: etag.trim_matches('"').to_owned() });
        Ok(objects.collect())
    }

    pub async fn get(&self, key: &str) -> S3Result<Response> {
        self.send("GET", key, &[], String::new()).await
    }

    pub async fn delete(&self, key: &str) -> S3Result<()> {
        self.send("DELETE", key, &[], String::new()).await.map(drop)
    }

    /// `meta` values are ASCII here: RFC 2047 where they need to be, as Companion does it.
    pub async fn create_multipart(&self, key: &str, meta: &[(String, String)]) -> S3Result<String> {
        let headers: Vec<(String, String)> = meta
            .iter()
            .map(|(name, value)| {
                (format!("x-amz-meta-{}", name.to_ascii_lowercase()), super::multipart::header_text(value))
            })
            .collect();
        let mut request =
            self.http.post(self.presign_with("POST", key, &[("uploads", "")], &headers, OWN_SECONDS));
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(|error| error.to_string())?;
        let text = response.text().await.map_err(|error| error.to_string())?;
        texts(&text, "UploadId").into_iter().next().ok_or(text)
    }

    /// Every stored part, all pages joined, by number.
    pub async fn list_parts(&self, key: &str, upload_id: &str) -> S3Result<Vec<StoredPart>> {
        let mut parts: Vec<StoredPart> = Vec::new();
        let mut after = "0".to_owned();
        loop {
            let query =
                [("uploadId", upload_id), ("part-number-marker", after.as_str()), ("max-parts", "1000")];
            let xml = self.text("GET", key, &query, String::new()).await?;
            parts.extend(texts(&xml, "Part").iter().map(|part| {
                let first = |element| texts(part, element).into_iter().next();
                StoredPart {
                    number: first("PartNumber").and_then(|text| text.parse().ok()).unwrap_or(0),
                    etag: first("ETag"),
                    size: first("Size").and_then(|text| text.parse().ok()).unwrap_or(0),
                }
            }));
            parts.sort_by_key(|part| part.number);
            let more = texts(&xml, "IsTruncated").first().is_some_and(|text| text == "true");
            match parts.last() {
                Some(last) if more => after = last.number.to_string(),
                _ => return Ok(parts),
            }
        }
    }

    pub async fn complete(&self, key: &str, upload_id: &str, parts: &[(u32, String)]) -> S3Result<()> {
        let parts: String = parts
            .iter()
            .map(|(number, etag)| {
                let etag = super::xml::escape(etag);
                format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
            })
            .collect();
        let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        let text = self.text("POST", key, &[("uploadId", upload_id)], body).await?;
        // The answer may be 200 and carry an error [A].
        if text.contains("<Error>") { Err(text) } else { Ok(()) }
    }

    pub async fn abort(&self, key: &str, upload_id: &str) -> S3Result<()> {
        self.send("DELETE", key, &[("uploadId", upload_id)], String::new()).await.map(drop)
    }
}
