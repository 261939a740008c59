//! A real `@uppy/companion` (tests/companion) in front of a real object store, as a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use ferry_tenant::stores::Store;
use serde_json::Value;

use crate::PATIENCE;

/// Keys begin with it, so that the demo library takes what arrives for this person's.
pub const OWNER: &str = "admin@demo.test";

/// Ended on drop.
pub struct Companion {
    child: Child,
    pub url: String,
    http: reqwest::Client,
}

/// One request that Companion, or the store behind it, was sent.
#[derive(Debug)]
pub struct Seen {
    pub at_store: bool,
    pub method: String,
    pub path: String,
    /// Number of the part, where it was one.
    pub part: Option<u32>,
    /// What came with it that could be a token, by its scheme or name.
    pub secrets: Vec<String>,
    /// `None`: not answered (yet).
    pub status: Option<u64>,
}

/// How one is started.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// `production`, where its error pages say nothing, or `development`.
    pub mode: &'static str,
    /// How long an address lasts, seconds.
    pub expires: u32,
    /// As the SDK does it unless it is told otherwise: the checksum of an empty body in each address.
    pub checksums: bool,
    /// 0: any free one.
    pub port: u16,
}

impl Default for Way {
    fn default() -> Self {
        Self { mode: "production", expires: 800, checksums: false, port: 0 }
    }
}

impl Companion {
    /// # Errors
    /// What is missing here, in a sentence.
    pub fn start(store: &Store, way: Way) -> Result<Self, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("companion");
        if !folder.join("node_modules/@uppy/companion").is_dir() {
            return Err("`cargo xtask setup` has not installed tests/companion".into());
        }
        let mut child = Command::new("node")
            .arg("server.mjs")
            .current_dir(folder)
            .env("S3_ENDPOINT", &store.url)
            .env("S3_BUCKET", "ferry-upload")
            .env("S3_KEY", &store.access_key)
            .env("S3_SECRET", &store.secret_key)
            .env("KEY_PREFIX", format!("demo/{OWNER}"))
            .env("EXPIRES", way.expires.to_string())
            .env("CHECKSUMS", if way.checksums { "WHEN_SUPPORTED" } else { "WHEN_REQUIRED" })
            .env("PORT", way.port.to_string())
            .env("NODE_ENV", way.mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("node can't be started: {error}"))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).expect("Companion's first line");
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Ok(Self { child, url: said["url"].as_str().unwrap().to_owned(), http })
    }

    /// What the tenant lists.
    pub fn parts_at(&self) -> String {
        format!("{}/s3/multipart", self.url)
    }

    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    async fn post(&self, path: &str) {
        let answer = self.http.post(format!("{}{path}", self.url)).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }

    /// So many parts more go through, the others are held until all may go.
    pub async fn hold_after(&self, parts: u32) {
        self.post(&format!("/_hold/{parts}")).await;
    }

    pub async fn let_all_go(&self) {
        self.post("/_hold/all").await;
    }

    /// The next so many parts reach the store only when their addresses have expired.
    pub async fn make_late(&self, parts: u32) {
        self.post(&format!("/_late/{parts}")).await;
    }

    /// Ends it, as its machine would go down.
    pub fn stop(&mut self) {
        // Exactly this child, by its handle.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// As a bucket's rule sweeps them, behind Companion's back.
    pub async fn lose_uploads(&self) {
        self.post("/_lose").await;
    }

    /// Keys of the uploads that the store holds open, by its own word (`ListMultipartUploads`).
    pub async fn open_uploads(&self) -> Vec<Value> {
        self.get("/_uploads").await.as_array().cloned().unwrap()
    }

    pub async fn seen(&self) -> Vec<Seen> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let calls = self.get("/_calls").await;
        let seen = calls.as_array().unwrap().iter().map(|call| Seen {
            at_store: call["at"] == "store",
            method: text(&call["method"]),
            path: text(&call["path"]),
            part: call["part"].as_str().and_then(|part| part.parse().ok()),
            secrets: call["secrets"].as_array().unwrap().iter().map(text).collect(),
            status: call["status"].as_u64(),
        });
        seen.collect()
    }

    /// Waits until the store took so many parts.
    pub async fn until_taken(&self, parts: u32) {
        let path = format!("/_taken/{parts}");
        tokio::time::timeout(PATIENCE, self.get(&path)).await.expect("the store takes parts");
    }

    /// Numbers of the parts that the store took, as often as it took them.
    pub async fn parts_taken(&self) -> Vec<u32> {
        let puts = self.seen().await.into_iter().filter(|call| call.at_store && call.status == Some(200));
        puts.filter_map(|call| call.part.filter(|_| call.method == "PUT")).collect()
    }

    /// How often Companion was asked so.
    pub async fn asked(&self, method: &str, end: &str) -> usize {
        let asked = self.seen().await.into_iter().filter(|call| !call.at_store && call.method == method);
        asked.filter(|call| call.path.ends_with(end)).count()
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        self.stop();
    }
}
