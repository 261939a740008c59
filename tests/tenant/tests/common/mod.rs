//! A program that talks to a tenant over HTTP, as the tests need it.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)] // each test file uses its own part of it

use std::time::{Duration, Instant};

use ferry_tenant::{Options, Switches, Tenant};
use reqwest::{Client, Response, header};
use serde_json::Value;

pub const ADMIN: &str = "admin@demo.test";
pub const CONSUMER: &str = "consumer@demo.test";

pub fn http() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// No waiting before an upload is done.
pub fn quick() -> Options {
    Options { switches: Switches { ingest_delay_ms: 0, ..Switches::default() }, ..Options::default() }
}

pub struct Program {
    pub http: Client,
    pub url: String,
    pub token: String,
}

impl Program {
    pub fn new(tenant: &Tenant, email: &str) -> Self {
        Self { http: http(), url: tenant.url().to_owned(), token: tenant.token_for(email) }
    }

    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Response {
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.url));
        let request = request.bearer_auth(&self.token);
        let request = match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(serde_json::to_vec(&body).unwrap()),
            None => request,
        };
        request.send().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Value {
        json(self.call("GET", path, None).await).await
    }

    pub async fn setting(&self) -> Value {
        self.get("/api/v1/upload/setting").await
    }

    /// The setting's fields as they are sent, with a key of its own.
    pub async fn fields(&self, name: &str, album: &str) -> (String, Vec<(String, String)>) {
        let setting = self.setting().await;
        let tail = format!("{:016x}-{name}", rand::random::<u64>());
        let fields = fields_of(&setting).into_iter().map(|(field, value)| match field.as_str() {
            "key" => (field, value.replace("${filename}", &tail)),
            "x-amz-meta-file_name" => (field, name.to_owned()),
            "x-amz-meta-album_id" => (field, album.to_owned()),
            _ => (field, value),
        });
        (setting["url"].as_str().unwrap().to_owned(), fields.collect())
    }

    pub async fn upload(&self, name: &str, album: &str, bytes: &[u8]) -> Response {
        let (url, fields) = self.fields(name, album).await;
        self.post(&url, &fields, name, bytes).await.unwrap()
    }

    pub async fn post(
        &self,
        url: &str,
        fields: &[(String, String)],
        name: &str,
        bytes: &[u8],
    ) -> reqwest::Result<Response> {
        let boundary = "ferry-boundary-1";
        self.http
            .post(url)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
            .body(form(boundary, fields, name, bytes))
            .send()
            .await
    }

    pub async fn status(&self) -> Vec<Value> {
        let mut answer = self.get("/api/v1/upload/status?hours=1").await;
        answer["results"].as_array_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The status items, when none is `Initial` any more and there are so many.
    pub async fn settled(&self, count: usize) -> Vec<Value> {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let items = self.status().await;
            if items.len() >= count && items.iter().all(|item| item["status"] != "Initial") {
                return items;
            }
            assert!(Instant::now() < end, "still {items:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

pub fn fields_of(setting: &Value) -> Vec<(String, String)> {
    let object = setting.as_object().unwrap();
    let fields = object.iter().filter(|(name, _)| *name != "url");
    fields.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

pub fn set(fields: &mut Vec<(String, String)>, name: &str, value: &str) {
    match fields.iter_mut().find(|(other, _)| other == name) {
        Some(field) => value.clone_into(&mut field.1),
        None => fields.push((name.to_owned(), value.to_owned())),
    }
}

pub fn form(boundary: &str, fields: &[(String, String)], name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(bytes.len() + 4096);
    for (field, value) in fields {
        let part =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    body.extend(head.into_bytes());
    body.extend_from_slice(bytes);
    body.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
    body
}

pub async fn json(response: Response) -> Value {
    let text = response.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

pub fn md5(bytes: &[u8]) -> String {
    use md5::{Digest, Md5};
    hex::encode(Md5::digest(bytes))
}

/// Bytes that do not repeat.
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    std::iter::repeat_with(move || next().to_le_bytes()).flatten().take(length).collect()
}
