//! Uploads in parts: the request shapes of Uppy Companion's S3 multipart API (companion-s3-multipart.md). Canto's public
//! API has none of this [ND]: it is used only where a tenant lists it, or where a Companion stands by itself.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::{
    CantoClient, FileBody, PostOptions,
    client::{failure, is_success, parse, read_body},
    error::{ApiError, ErrorKind, from_reqwest},
    put_part,
    types::lenient,
};

/// Parts of one upload at most (S3's rule).
pub const MOST_PARTS: u32 = 10_000;
/// Every part but the last has at least this many bytes (S3's rule).
pub const LEAST_PART: u64 = 5 * 1024 * 1024;
/// One part has at most this many bytes (S3's rule).
pub const LARGEST_PART: u64 = 5 * 1024 * 1024 * 1024;
/// Addresses asked for with one call. They are long, and so is the query that names them.
const SIGNED_AT_ONCE: usize = 64;
/// One call to a Companion; putting ten thousand parts together takes its time.
const PLAIN_LIMIT: Duration = Duration::from_secs(120);

/// Where uploads in parts are begun and ended.
#[derive(Clone, Debug)]
pub struct PartsServer {
    base: Url,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    /// On the tenant's host: with its token and in its budget.
    Tenant(CantoClient),
    /// Elsewhere: no token goes there.
    Plain(reqwest::Client),
}

/// An upload that was begun. The server keeps its parts until it is completed or aborted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OpenUpload {
    #[serde(deserialize_with = "lenient::text")]
    pub key: String,
    #[serde(rename = "uploadId", deserialize_with = "lenient::text")]
    pub id: String,
}

/// A part that the store has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPart {
    pub number: u32,
    /// Unquoted; `None` from stores that name none in their list.
    pub etag: Option<String>,
    pub size: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedPart {
    part_number: u32,
    #[serde(rename = "ETag", default, deserialize_with = "lenient::opt_text")]
    etag: Option<String>,
    #[serde(default, deserialize_with = "lenient::opt_u64")]
    size: Option<u64>,
}

impl PartsServer {
    /// What a tenant lists (see [`crate::Endpoints::offers_parts`]): a path of its host, or a whole address. At another
    /// host the token stays away.
    ///
    /// # Errors
    /// `UnexpectedAnswer` for what is no address.
    pub fn of_tenant(client: &CantoClient, listed: &str) -> Result<Self, ApiError> {
        let origin = client.tenant().origin();
        let base = origin.join(listed).map_err(|_| {
            ApiError::new("parts", ErrorKind::UnexpectedAnswer).with_message("the listed path is no address")
        })?;
        let way = if base.origin() == origin.origin() {
            Way::Tenant(client.clone())
        } else {
            Way::Plain(client.http().clone())
        };
        Ok(Self { base, way })
    }

    /// A Companion at `base`, which ends in `/s3/multipart`.
    pub fn plain(http: reqwest::Client, base: Url) -> Self {
        Self { base, way: Way::Plain(http) }
    }

    /// The address that all calls begin with.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Where this is not the tenant's host: an address of it that a Companion answers in JSON, without a token and
    /// without a look into its store (400, since no key is asked for). Others of its pages are for people.
    pub fn elsewhere(&self) -> Option<Url> {
        let Way::Plain(_) = self.way else { return None };
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("-");
        }
        Some(url)
    }

    /// Begins an upload. `metadata` carries what the fields of a form would.
    ///
    /// # Errors
    /// `Forbidden`, `LeftOut` for an answer that holds nothing, `BadRequest`, and the kinds of every call.
    pub async fn begin(
        &self,
        file_name: &str,
        content_type: &str,
        metadata: &[(&str, String)],
    ) -> Result<OpenUpload, ApiError> {
        let metadata: BTreeMap<&str, &str> =
            metadata.iter().map(|(name, value)| (*name, value.as_str())).collect();
        const CALL: &str = "begin_parts";
        let body = json!({ "filename": file_name, "type": content_type, "metadata": metadata });
        let begun: Value = self.call(CALL, Method::POST, self.base.clone(), Some(&body)).await?;
        if begun.as_object().is_some_and(serde_json::Map::is_empty) {
            return Err(ApiError::new(CALL, ErrorKind::LeftOut).with_status(200));
        }
        serde_json::from_value(begun).map_err(|error| crate::client::bad_json(CALL, &error))
    }

    /// Which parts the store has, by number.
    ///
    /// # Errors
    /// [`upload_is_gone`] tells an upload that was completed, aborted or swept.
    pub async fn stored(&self, upload: &OpenUpload) -> Result<BTreeMap<u32, StoredPart>, ApiError> {
        let listed: Vec<ListedPart> =
            self.call("list_parts", Method::GET, self.of(upload, None), None).await?;
        let parts = listed.into_iter().map(|part| {
            let etag = part.etag.map(|tag| tag.trim_matches('"').to_owned());
            (part.part_number, StoredPart { number: part.part_number, etag, size: part.size.unwrap_or(0) })
        });
        Ok(parts.collect())
    }

    /// Addresses that take one part each without a token, for a while; how long, the batch call does not say.
    ///
    /// # Errors
    /// `UnexpectedAnswer` where one is missing or none.
    pub async fn sign(&self, upload: &OpenUpload, numbers: &[u32]) -> Result<BTreeMap<u32, Url>, ApiError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Signed {
            presigned_urls: BTreeMap<String, String>,
        }
        const CALL: &str = "sign_parts";
        let mut urls = BTreeMap::new();
        for numbers in numbers.chunks(SIGNED_AT_ONCE) {
            let mut url = self.of(upload, Some("batch"));
            let names: Vec<String> = numbers.iter().map(u32::to_string).collect();
            url.query_pairs_mut().append_pair("partNumbers", &names.join(","));
            let signed: Signed = self.call(CALL, Method::GET, url, None).await?;
            for (number, name) in numbers.iter().zip(names) {
                let address = signed.presigned_urls.get(&name).and_then(|text| Url::parse(text).ok());
                let address = address.ok_or_else(|| {
                    ApiError::new(CALL, ErrorKind::UnexpectedAnswer).with_message("an address is missing")
                })?;
                urls.insert(*number, address);
            }
        }
        Ok(urls)
    }

    /// Puts the parts together, given with their ETags in order of their numbers. The ETag of the whole comes back
    /// where the server tells it (Companion does not).
    ///
    /// # Errors
    /// `BadRequest` where the store knows other parts; `UnexpectedAnswer` for one that does not name what was put
    /// together, as something in between may give without having asked the server; what [`upload_is_gone`] tells may
    /// mean that an earlier call, whose answer was lost, did it.
    pub async fn complete(
        &self,
        upload: &OpenUpload,
        parts: &[(u32, String)],
    ) -> Result<Option<String>, ApiError> {
        // Companion names the first three, plain S3 all of them, with capitals.
        const NAMES: [&str; 4] = ["location", "key", "bucket", "etag"];
        let parts: Vec<Value> = parts
            .iter()
            .map(|(number, etag)| json!({ "PartNumber": number, "ETag": format!("\"{etag}\"") }))
            .collect();
        let url = self.of(upload, Some("complete"));
        let answer: Value =
            self.call("complete_parts", Method::POST, url, Some(&json!({ "parts": parts }))).await?;
        if let Some(error) = answer.get("error").and_then(Value::as_str) {
            // Plain S3 answers 200 early, and may carry an error in its body.
            return Err(ApiError::new("complete_parts", ErrorKind::ServerBusy { retry_after: None })
                .with_message(error));
        }
        let is_name = |name: &String| NAMES.iter().any(|known| name.eq_ignore_ascii_case(known));
        if !answer.as_object().is_some_and(|told| told.keys().any(is_name)) {
            return Err(ApiError::new("complete_parts", ErrorKind::UnexpectedAnswer)
                .with_message("the answer names nothing that was put together"));
        }
        let etag = ["etag", "ETag"].iter().find_map(|name| answer.get(*name)?.as_str());
        Ok(etag.map(|tag| tag.trim_matches('"').to_owned()))
    }

    /// Has the store remove the parts.
    ///
    /// # Errors
    /// [`upload_is_gone`] tells that there is nothing left to remove.
    pub async fn abort(&self, upload: &OpenUpload) -> Result<(), ApiError> {
        let _: Value = self.call("abort_parts", Method::DELETE, self.of(upload, None), None).await?;
        Ok(())
    }

    /// Whether the store does not know the upload any more, by the error that came, or else by its own word: Companion
    /// in production answers every refusal of the store with a bare 500.
    pub async fn is_gone(&self, objects: &reqwest::Client, upload: &OpenUpload, error: &ApiError) -> bool {
        upload_is_gone(error) || error.status() == Some(500) && self.store_has_lost(objects, upload).await
    }

    /// Puts an empty part whose checksum is wrong: refused for the one reason or the other, never stored. A store that
    /// takes it nevertheless has a last part that nobody names when the others are put together.
    async fn store_has_lost(&self, objects: &reqwest::Client, upload: &OpenUpload) -> bool {
        let Ok(urls) = self.sign(upload, &[MOST_PARTS]).await else { return false };
        let Some(url) = urls.get(&MOST_PARTS) else { return false };
        let nothing = FileBody::Whole(Bytes::new());
        let put = put_part(objects, url, nothing, Some([0; 16]), PostOptions::default()).await;
        put.is_err_and(|error| upload_is_gone(&error))
    }

    fn of(&self, upload: &OpenUpload, then: Option<&str>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(&upload.id);
            path.extend(then);
        }
        url.query_pairs_mut().append_pair("key", &upload.key);
        url
    }

    async fn call<T: serde::de::DeserializeOwned>(
        &self,
        name: &'static str,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<T, ApiError> {
        match &self.way {
            Way::Tenant(client) => {
                let answer = client.other_json(name, method, url, body).await?;
                serde_json::from_value(answer).map_err(|error| crate::client::bad_json(name, &error))
            }
            Way::Plain(http) => {
                let mut request = http.request(method, url).timeout(PLAIN_LIMIT);
                if let Some(body) = body {
                    request = request.json(body);
                }
                let response = request.send().await.map_err(|error| from_reqwest(name, &error))?;
                if !is_success(response.status()) {
                    let error = failure(name, response).await;
                    // No token went there, so a new sign-in would not help.
                    return Err(match error.kind() {
                        ErrorKind::Unauthorized => ApiError::new(name, ErrorKind::Forbidden).with_status(401),
                        _ => error,
                    });
                }
                parse(name, &read_body(name, response).await?)
            }
        }
    }
}

/// The store does not know the upload (any more). Companion passes S3's words on with any status; a bare 404 may as well
/// come from a missing token [C] or from something on the way, and says nothing.
pub fn upload_is_gone(error: &ApiError) -> bool {
    let said = |text: &str| {
        error.code().is_some_and(|code| code.contains(text))
            || error.message().is_some_and(|message| message.contains(text))
    };
    // Stores write "upload" and "multipart upload".
    said("NoSuchUpload") || said("upload does not exist")
}

/// The address was signed with the checksum of an empty body, as AWS' SDK for JavaScript does it unless it is told
/// otherwise. Some stores don't look at it; the others refuse whatever comes.
pub fn signs_an_empty_body(url: &Url) -> bool {
    url.query_pairs()
        .any(|(name, sum)| name.eq_ignore_ascii_case("x-amz-checksum-crc32") && sum == "AAAAAA==")
}
