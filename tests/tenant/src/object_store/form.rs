//! Reading `multipart/form-data` as it comes: small fields first, then the file in pieces of any size.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use memchr::memmem::Finder;

/// All parts but the file together [A] (§8.3).
const MAX_FIELDS: usize = 20 * 1024;

pub struct Form {
    body: Body,
    buffer: BytesMut,
    /// CR LF, two hyphens, the boundary.
    delimiter: Finder<'static>,
    ended: bool,
    pub received: u64,
}

pub struct PartHead {
    pub name: String,
    pub file_name: Option<String>,
}

#[derive(Debug)]
pub enum FormError {
    /// The sender went away, or sent less than it had said.
    Broken,
    Malformed,
    FieldsTooLarge,
}

impl Form {
    pub fn new(body: Body, boundary: &str) -> Self {
        let delimiter = Finder::new(format!("\r\n--{boundary}").as_bytes()).into_owned();
        // The first boundary has no line end before it; with one put there, all are alike.
        Self { body, buffer: BytesMut::from(&b"\r\n"[..]), delimiter, ended: false, received: 0 }
    }

    async fn more(&mut self) -> Result<(), FormError> {
        loop {
            match self.body.frame().await {
                None => {
                    self.ended = true;
                    return Err(FormError::Malformed);
                }
                Some(Err(_)) => return Err(FormError::Broken),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data()
                        && !data.is_empty()
                    {
                        self.received += data.len() as u64;
                        self.buffer.extend_from_slice(&data);
                        return Ok(());
                    }
                }
            }
        }
    }

    /// The next part's head; the reader stands at its first byte. `None` at the end of the form.
    pub async fn next_part(&mut self) -> Result<Option<PartHead>, FormError> {
        let length = self.delimiter.needle().len();
        let start = loop {
            if let Some(at) = self.delimiter.find(&self.buffer) {
                break at;
            }
            if self.buffer.len() > MAX_FIELDS {
                return Err(FormError::FieldsTooLarge);
            }
            self.more().await?;
        };
        while self.buffer.len() < start + length + 2 {
            self.more().await?;
        }
        let _ = self.buffer.split_to(start + length);
        if self.buffer.starts_with(b"--") {
            return Ok(None);
        }
        let end = loop {
            if let Some(at) = memchr::memmem::find(&self.buffer, b"\r\n\r\n") {
                break at;
            }
            if self.buffer.len() > MAX_FIELDS {
                return Err(FormError::FieldsTooLarge);
            }
            self.more().await?;
        };
        let head = self.buffer.split_to(end + 4);
        parse_head(&String::from_utf8_lossy(&head)).map(Some).ok_or(FormError::Malformed)
    }

    /// A whole small field.
    pub async fn text(&mut self) -> Result<String, FormError> {
        let end = loop {
            if let Some(at) = self.delimiter.find(&self.buffer) {
                break at;
            }
            if self.buffer.len() > MAX_FIELDS {
                return Err(FormError::FieldsTooLarge);
            }
            self.more().await?;
        };
        let value = self.buffer.split_to(end);
        Ok(String::from_utf8_lossy(&value).into_owned())
    }

    /// The next piece of the file; `None` at its end. A boundary may lie across two network reads, so a
    /// possible beginning of one stays back.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, FormError> {
        let keep = self.delimiter.needle().len() - 1;
        loop {
            if let Some(at) = self.delimiter.find(&self.buffer) {
                return Ok((at > 0).then(|| self.buffer.split_to(at).freeze()));
            }
            if self.buffer.len() > keep {
                let sure = self.buffer.len() - keep;
                return Ok(Some(self.buffer.split_to(sure).freeze()));
            }
            self.more().await?;
        }
    }

    /// Whatever follows the file is read and ignored [A].
    pub async fn drain(&mut self) -> Result<(), FormError> {
        while !self.ended {
            self.buffer.clear();
            match self.more().await {
                Ok(()) | Err(FormError::Malformed) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn parse_head(head: &str) -> Option<PartHead> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    Some(PartHead { name: parameter(line, "name")?, file_name: parameter(line, "filename") })
}

/// `; name="value"`, with `\"` or `%22` for a quotation mark, as browsers and curl send it.
fn parameter(line: &str, name: &str) -> Option<String> {
    let mut rest = line;
    loop {
        let at = rest.find(&format!("{name}="))?;
        let before = rest[..at].trim_end_matches([' ', '\t']);
        let value = &rest[at + name.len() + 1..];
        if !before.ends_with(';') {
            rest = value;
            continue;
        }
        let Some(quoted) = value.strip_prefix('"') else {
            return Some(value.split([';', ' ']).next().unwrap_or_default().to_owned());
        };
        let mut text = String::new();
        let mut letters = quoted.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '"' => return Some(text.replace("%22", "\"")),
                '\\' if letters.as_str().starts_with(['"', '\\']) => text.extend(letters.next()),
                other => text.push(other),
            }
        }
        return None;
    }
}

/// The boundary from `Content-Type`.
pub fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = parameters.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then_some(value.trim())
    })?;
    let value = value.trim_matches('"');
    (!value.is_empty() && value.len() <= 200).then(|| value.to_owned())
}
