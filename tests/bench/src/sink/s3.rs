//! A bucket, just enough for rclone. The checksum of a single PUT comes from the table; a multipart object has the ETag
//! that S3 would give it in shape only, which rclone does not compare for `provider=Other`. The MD5 that rclone
//! computes itself travels in `x-amz-meta-md5chksum` and comes back with HEAD.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::State;
use super::http::{Answer, Connection, Request};

/// What came, for HEAD.
#[derive(Default)]
pub struct Bucket {
    objects: Mutex<Objects>,
}

#[derive(Default)]
struct Objects {
    stored: HashMap<String, Object>,
    parts: u64,
    open: HashMap<String, Vec<(String, String)>>,
}

struct Object {
    size: u64,
    etag: String,
    meta: Vec<(String, String)>,
}

pub async fn answer(
    state: &State,
    request: &mut Request,
    connection: &mut Connection,
) -> std::io::Result<Answer> {
    if request.method == "POST" {
        connection.body(request).await?;
    } else {
        connection.drain(request, &state.line).await?;
    }
    let path = request.path().trim_matches('/');
    let Some((_, key)) = path.split_once('/') else { return Ok(bucket(request)) };
    let mut objects = state.bucket.objects.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(objects.answer(state, request, key))
}

fn bucket(request: &Request) -> Answer {
    match (request.method.as_str(), request.query()) {
        ("GET", query) if query.contains("location") => Answer::xml(
            r#"<?xml version="1.0"?><LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>"#,
        ),
        ("GET", _) => Answer::xml(
            r#"<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bench</Name><Prefix></Prefix><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>"#,
        ),
        _ => Answer::empty("200 OK"),
    }
}

fn base(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

impl Objects {
    fn answer(&mut self, state: &State, request: &Request, key: &str) -> Answer {
        let query = request.query();
        let upload = query.split('&').find_map(|pair| pair.strip_prefix("uploadId="));
        match (request.method.as_str(), upload) {
            ("PUT", Some(_)) => {
                self.parts += 1;
                Answer::empty("200 OK").with("ETag", &format!("\"{:032x}\"", self.parts))
            }
            ("PUT", None) => self.put(state, key, request.meta.clone(), None),
            ("POST", Some(upload)) => {
                let meta = self.open.remove(upload).unwrap_or_default();
                let stored = self.put(state, key, meta, Some(()));
                if !stored.status.starts_with("200") {
                    return stored;
                }
                let etag = self.stored.get(key).map(|object| object.etag.clone()).unwrap_or_default();
                Answer::xml(format!(
                    r#"<?xml version="1.0"?><CompleteMultipartUploadResult><Bucket>bench</Bucket><Key>{key}</Key><ETag>"{etag}"</ETag></CompleteMultipartUploadResult>"#
                ))
            }
            ("POST", None) => {
                let id = format!("upload{}", self.open.len() + self.stored.len());
                let id = format!("{id}-{}", base(key));
                self.open.insert(id.clone(), request.meta.clone());
                Answer::xml(format!(
                    r#"<?xml version="1.0"?><InitiateMultipartUploadResult><Bucket>bench</Bucket><Key>{key}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"#
                ))
            }
            ("HEAD" | "GET", _) => self.head(key),
            _ => Answer::empty("204 No Content"),
        }
    }

    fn put(&mut self, state: &State, key: &str, meta: Vec<(String, String)>, parts: Option<()>) -> Answer {
        let Some((_, file)) = state.table.find(base(key)) else {
            return Answer::empty("400 Bad Request");
        };
        let etag = if parts.is_some() { format!("{}-2", file.md5) } else { file.md5.clone() };
        let answer = Answer::empty("200 OK").with("ETag", &format!("\"{etag}\""));
        self.stored.insert(key.to_owned(), Object { size: file.size, etag, meta });
        answer
    }

    fn head(&self, key: &str) -> Answer {
        let Some(object) = self.stored.get(key) else { return Answer::empty("404 Not Found") };
        let now = Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut answer = Answer::empty("200 OK")
            .with("ETag", &format!("\"{}\"", object.etag))
            .with("Last-Modified", &now)
            .with("Content-Type", "application/octet-stream");
        for (name, value) in &object.meta {
            answer = answer.with(name, value);
        }
        Answer { announced: Some(object.size), ..answer }
    }
}
