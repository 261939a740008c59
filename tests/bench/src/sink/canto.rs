//! The tenant's side: token, user, tree, upload setting, forms, status list, details. Everything that has come is done
//! at once.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::http::{Answer, Request};
use super::{State, parts};

/// Where forms go.
pub const FORMS: &str = "/ferry-upload";
/// The own fields of a form are within this.
pub const FORM_HEAD: usize = 8 * 1024;
const LIFE: Duration = Duration::from_secs(5 * 3_600);

/// What came.
#[derive(Default)]
pub struct Tenant {
    stored: Mutex<Stored>,
}

#[derive(Default)]
struct Stored {
    /// Row of the table, and album.
    files: Vec<(u32, String)>,
    /// The status list as it is sent, without its frame.
    list: String,
    nodes: u32,
}

/// A file that is coming, by form or in parts.
pub struct Form {
    /// Of the table.
    row: u32,
    album: String,
}

/// What is to come, where the table knows it.
pub fn file_of(state: &State, name: Option<&str>, album: Option<&str>) -> Result<Form, Answer> {
    let refuse = |code: &str| Answer {
        body: format!("<Error><Code>{code}</Code></Error>").into_bytes(),
        ..Answer::empty("400 Bad Request")
    };
    let name = name.ok_or_else(|| refuse("InvalidArgument"))?;
    let (row, _) = state.table.find(name).ok_or_else(|| refuse("NoSuchName"))?;
    Ok(Form { row, album: album.unwrap_or_default().to_owned() })
}

/// Whether this is what a file is stored by: a form, or the end of an upload in parts.
pub fn stores(request: &Request) -> bool {
    let path = request.path();
    path == FORMS || path.starts_with(parts::BASE) && path.ends_with("/complete")
}

/// The head of a form: finds the name and the album.
pub fn form(state: &State, head: &[u8]) -> Result<Form, Answer> {
    let name = field(head, b"name=\"x-amz-meta-file_name\"\r\n\r\n");
    let album = field(head, b"name=\"x-amz-meta-album_id\"\r\n\r\n");
    let form = file_of(state, name.as_deref(), album.as_deref())?;
    if let Some(name) = form.name(state) {
        state.line.begins(name);
    }
    Ok(form)
}

impl Form {
    pub fn name<'a>(&self, state: &'a State) -> Option<&'a str> {
        state.table.row(self.row).map(|(name, _)| name)
    }

    pub fn size(&self, state: &State) -> Option<u64> {
        state.table.row(self.row).map(|(_, file)| file.size)
    }

    /// All of it is here: takes the file for stored.
    pub fn stored(self, state: &State) -> Answer {
        let Some((name, file)) = state.table.row(self.row) else { return Answer::empty("400 Bad Request") };
        let mut stored = state.canto.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let comma = if stored.list.is_empty() { "" } else { "," };
        let id = stored.files.len();
        stored.files.push((self.row, self.album));
        // Names in the table need no escapes.
        let _ = write!(
            stored.list,
            r#"{comma}{{"name":"{name}","time":"20250101120000000","status":"Done","scheme":"image","id":"{id:026}"}}"#
        );
        Answer::empty("204 No Content").with("ETag", &format!("\"{}\"", file.md5))
    }
}

fn field(head: &[u8], label: &[u8]) -> Option<String> {
    let at = memchr::memmem::find(head, label)? + label.len();
    let rest = head.get(at..)?;
    let end = memchr::memmem::find(rest, b"\r\n")?;
    String::from_utf8(rest.get(..end)?.to_vec()).ok().filter(|text| !text.is_empty())
}

/// What every sign-in gets.
const TOKEN: &str = "Bearer bench-token";

/// A call to the API.
pub fn api(state: &State, request: &Request, body: &[u8]) -> Answer {
    let path = request.path();
    let answer = match path {
        "/oauth/api/oauth2/token" => Answer::json(
            json!({"accessToken":"bench-token","expiresIn":"2592000","tokenType":"bearer"}).to_string(),
        ),
        // Who asks whether a tenant is here has no token that is worth anything.
        "/api/v1/user" if request.authorization.as_deref() != Some(TOKEN) => {
            Answer::empty("401 Unauthorized")
        }
        "/api/v1/user" => Answer::json(
            json!({"userId":"bench@demo.test","name":"Bench","email":"bench@demo.test",
                "permissions":["upload","download"]})
            .to_string(),
        ),
        "/api/v1/" => Answer::json(listing(state)),
        "/api/v1/upload/setting" => Answer::json(setting(&state.origin)),
        "/api/v1/upload/status" => Answer::json(status_list(state)),
        "/api/v1/batch/content" => Answer::json(details(state, body)),
        _ if path.starts_with(parts::BASE) => match &state.parts {
            Some(open) => parts::api(state, open, request, body),
            None => Answer::empty("404 Not Found"),
        },
        // Before a file goes to an album, it is asked whether that is open to the user.
        _ if path.starts_with("/api/v1/info/album/") => {
            let id = path.rsplit('/').next().unwrap_or_default();
            Answer::json(json!({ "id": id, "scheme": "album", "name": id, "idPath": id }).to_string())
        }
        _ if path.starts_with("/api/v1/tree") => Answer::json(&b"{\"results\":[]}"[..]),
        _ if request.method == "POST"
            && (path.starts_with("/api/v1/album/") || path.starts_with("/api/v1/folder/")) =>
        {
            Answer::json(node(state, path))
        }
        _ => Answer::empty("404 Not Found"),
    };
    answer
        .with("Date", &Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .with("RateLimit-Limit", "60000")
        .with("RateLimit-Remaining", "59999")
        .with("RateLimit-Reset", "60")
}

fn listing(state: &State) -> String {
    let mut listing = json!({"version": "1"});
    if state.parts.is_some() {
        listing["uploadParts"] = format!("{}{}", state.origin, parts::BASE).into();
    }
    listing.to_string()
}

fn node(state: &State, path: &str) -> String {
    let mut stored = state.canto.stored.lock().unwrap_or_else(PoisonError::into_inner);
    stored.nodes += 1;
    let name = path.rsplit('/').next().unwrap_or_default();
    json!({"id": format!("N{:04}", stored.nodes), "name": name}).to_string()
}

fn status_list(state: &State) -> Vec<u8> {
    let stored = state.canto.stored.lock().unwrap_or_else(PoisonError::into_inner);
    let mut answer = Vec::with_capacity(stored.list.len() + 16);
    answer.extend_from_slice(b"{\"results\":[");
    answer.extend_from_slice(stored.list.as_bytes());
    answer.extend_from_slice(b"]}");
    answer
}

fn details(state: &State, body: &[u8]) -> String {
    let asked: Vec<Value> = serde_json::from_slice(body).unwrap_or_default();
    let stored = state.canto.stored.lock().unwrap_or_else(PoisonError::into_inner);
    let mut answer = String::from("{\"docResult\":[");
    for (at, asset) in asked.iter().enumerate() {
        let id = asset.get("id").and_then(Value::as_str).unwrap_or_default();
        let found = id.parse().ok().and_then(|at: usize| stored.files.get(at));
        let Some((row, album)) = found else { continue };
        let Some((name, file)) = state.table.row(*row) else { continue };
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(
            answer,
            r#"{comma}{{"id":"{id}","scheme":"image","name":"{name}","size":"{}","md5":"{}","approvalStatus":"Approved","relatedAlbums":[{{"id":"{album}","scheme":"album","name":"Bench"}}],"url":{{"detail":"{}/image/{id}"}}}}"#,
            file.size, file.md5, state.origin
        );
    }
    answer.push_str("]}");
    answer
}

/// Shaped as recorded; nobody checks the signature.
fn setting(origin: &str) -> String {
    let end = Timestamp::now().saturating_add(LIFE).unwrap_or(Timestamp::MAX);
    let own = ["file_name", "tag", "scheme", "id", "album_id"].map(|name| format!("x-amz-meta-{name}"));
    let mut conditions = vec![json!({"acl":"private"}), json!(["starts-with", "$key", "bench/"])];
    conditions.extend(own.iter().map(|name| json!(["starts-with", format!("${name}"), ""])));
    let policy = json!({"expiration": end.to_string(), "conditions": conditions}).to_string();
    let mut setting = json!({
        "url": format!("{origin}{FORMS}"), "key": "bench/${filename}", "acl": "private",
        "x-amz-algorithm": "AWS4-HMAC-SHA256", "x-amz-credential": "BENCH/20250101/eu/s3/aws4_request",
        "x-amz-date": "20250101T000000Z", "Policy": STANDARD.encode(policy), "x-amz-Signature": "0".repeat(64),
    });
    if let Value::Object(fields) = &mut setting {
        for name in own {
            let value = if name.ends_with("file_name") { "${filename}" } else { "" };
            fields.insert(name, value.into());
        }
    }
    setting.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_form_are_found_in_its_head() {
        let head =
            b"--b\r\nContent-Disposition: form-data; name=\"x-amz-meta-file_name\"\r\n\r\na-1.jpg\r\n--b\r\n";
        let label = b"name=\"x-amz-meta-file_name\"\r\n\r\n";
        assert_eq!(field(head, label).as_deref(), Some("a-1.jpg"));
        assert_eq!(field(head, b"name=\"x-amz-meta-album_id\"\r\n\r\n"), None);
        assert_eq!(field(&head[..head.len() - 12], label), None, "cut within the value");
    }

    #[test]
    fn the_setting_can_be_read_by_the_client_and_allows_its_fields() {
        let setting =
            canto_api::UploadSetting::from_json(setting("https://localhost:1").as_bytes(), None).unwrap();
        assert_eq!(setting.key_prefix(), "bench/");
        assert!(setting.allows_field("x-amz-meta-album_id"));
    }
}
