//! The multipart form around a file. What is the same for every file is laid out once per setting.

use std::{collections::hash_map::RandomState, fmt, hash::BuildHasher, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::{BufMut, Bytes, BytesMut};
use reqwest::header::HeaderValue;

use super::{
    policy::Policy,
    setting::{PLACEHOLDER, UploadSetting},
};
use crate::AssetRef;

/// What differs from file to file. Texts go out as they are: give names and tags in NFC; non-ASCII in
/// these fields is [ND].
#[derive(Debug, Clone, Copy, Default)]
pub struct ObjectFields<'a> {
    /// Put behind [`UploadSetting::key_prefix`]. Unique for each attempt: equal keys overwrite each other [A].
    pub key_tail: &'a str,
    /// The true name with extension, for the display name [I].
    pub file_name: &'a str,
    /// Target album; a folder's id does not work [C]. None: in no album.
    pub album_id: Option<&'a str>,
    /// Joined with commas [C].
    pub tags: &'a [String],
    /// Makes the file a new version of that asset [C].
    pub version_of: Option<&'a AssetRef>,
    /// An own text; only sent if the policy allows it (setting fetched with `refer` [C]).
    pub refer_id: Option<&'a str>,
    /// MD5 of the file, which the store then checks; only sent if the policy allows it [A].
    pub content_md5: Option<[u8; 16]>,
}

/// A form ready for its file: `head`, the file, `tail`.
#[derive(Clone)]
pub struct PreparedForm {
    pub head: Bytes,
    pub tail: Bytes,
    content_type: HeaderValue,
}

impl PreparedForm {
    /// `multipart/form-data; boundary=…`
    pub fn content_type(&self) -> &HeaderValue {
        &self.content_type
    }

    /// The length of the whole body around a file of that length.
    pub fn total_length(&self, file: u64) -> u64 {
        self.head.len() as u64 + file + self.tail.len() as u64
    }
}

impl fmt::Debug for PreparedForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedForm").field("head_length", &self.head.len()).finish_non_exhaustive()
    }
}

/// The fields that an upload sets itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    FileName,
    Tag,
    AlbumId,
    Id,
    Scheme,
    ReferId,
    ContentMd5,
}

const OWN: [(Own, &str); 7] = [
    (Own::FileName, "x-amz-meta-file_name"),
    (Own::Tag, "x-amz-meta-tag"),
    (Own::AlbumId, "x-amz-meta-album_id"),
    (Own::Id, "x-amz-meta-id"),
    (Own::Scheme, "x-amz-meta-scheme"),
    (Own::ReferId, "x-amz-meta-refer_id"),
    (Own::ContentMd5, "Content-MD5"),
];

/// The parts of a form that are the same for all files of a setting.
#[derive(Clone)]
pub(super) struct Frame(Arc<Layout>);

struct Layout {
    /// The label of `key` and its prefix.
    key: Vec<u8>,
    /// What the setting has behind `${filename}`; nothing in the recorded ones.
    key_suffix: String,
    /// Line end, and all fields that are echoed as they came.
    echoed: Vec<u8>,
    own: Vec<OwnField>,
    file: Vec<u8>,
    tail: Bytes,
    content_type: HeaderValue,
}

struct OwnField {
    which: Own,
    label: Vec<u8>,
    /// The setting's own value, sent when there is nothing else to send. None: it has no such field.
    given: Option<String>,
    allowed: bool,
    /// There is a policy, and it has no condition for this field.
    forbidden: bool,
}

impl Frame {
    pub(super) fn new(fields: &[(String, String)], policy: Option<&Policy>) -> Self {
        let boundary = boundary();
        let label = |name: &str| {
            let name = escaped(name);
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").into_bytes()
        };
        let (mut key, mut key_suffix) = (label("key"), String::new());
        let mut echoed = b"\r\n".to_vec();
        for (name, value) in fields {
            if name == "key" {
                let (prefix, suffix) = value.split_once(PLACEHOLDER).unwrap_or((value, ""));
                key.extend_from_slice(prefix.as_bytes());
                suffix.clone_into(&mut key_suffix);
            } else if !name.eq_ignore_ascii_case("file")
                && !OWN.iter().any(|(_, own)| name.eq_ignore_ascii_case(own))
            {
                echoed.extend_from_slice(&label(name));
                echoed.extend_from_slice(value.as_bytes());
                echoed.extend_from_slice(b"\r\n");
            }
        }
        let own = OWN.map(|(which, known_as)| {
            let given = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(known_as));
            let allowed = policy.is_some_and(|policy| policy.allows_field(known_as));
            OwnField {
                which,
                label: label(given.map_or(known_as, |(name, _)| name)),
                given: given.map(|(_, value)| value.clone()),
                allowed,
                forbidden: policy.is_some() && !allowed,
            }
        });
        let file = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"");
        let content_type = format!("multipart/form-data; boundary={boundary}");
        Self(Arc::new(Layout {
            key,
            key_suffix,
            echoed,
            own: own.into(),
            file: file.into_bytes(),
            tail: format!("\r\n--{boundary}--\r\n").into(),
            // Letters and digits only, so this can't fail.
            content_type: HeaderValue::try_from(content_type)
                .unwrap_or(HeaderValue::from_static("multipart/form-data")),
        }))
    }
}

impl UploadSetting {
    /// Lays out the form for one file: the key, every field of the setting as it came, the own fields, and
    /// the label of the file last [A]. All of it but the file may take 20 KB [A].
    pub fn form(&self, fields: &ObjectFields<'_>) -> PreparedForm {
        let layout = &*self.frame.0;
        let mut head = BytesMut::with_capacity(layout.key.len() + layout.echoed.len() + 2048);
        head.put_slice(&layout.key);
        head.put_slice(fields.key_tail.as_bytes());
        head.put_slice(layout.key_suffix.as_bytes());
        head.put_slice(&layout.echoed);
        for own in &layout.own {
            own.put(fields, &mut head);
        }
        head.put_slice(&layout.file);
        head.put_slice(escaped(fields.file_name).as_bytes());
        head.put_slice(b"\"\r\nContent-Type: application/octet-stream\r\n\r\n");
        PreparedForm {
            head: head.freeze(),
            tail: layout.tail.clone(),
            content_type: layout.content_type.clone(),
        }
    }
}

impl OwnField {
    fn put(&self, fields: &ObjectFields<'_>, into: &mut BytesMut) {
        let version = fields.version_of;
        let joined: String;
        let value = match self.which {
            // A setting without it would refuse every file; the name is in the file's label too.
            Own::FileName => {
                // The store puts the label's name in place of the variable, in a name that has it in itself, too.
                let variable = fields.file_name.contains(PLACEHOLDER);
                let name = if variable { PLACEHOLDER } else { fields.file_name };
                Some(name).filter(|_| self.given.is_some() || !self.forbidden)
            }
            Own::Tag if fields.tags.is_empty() => None,
            Own::Tag => {
                joined = fields.tags.join(",");
                Some(joined.as_str())
            }
            Own::AlbumId => fields.album_id,
            Own::Id => version.map(|asset| asset.id.as_str()),
            Own::Scheme => version.map(|asset| asset.scheme.as_str()),
            // These two are extras: where nothing speaks for them the store would refuse the form.
            Own::ReferId => fields.refer_id.filter(|_| self.allowed || self.given.is_some()),
            Own::ContentMd5 => match fields.content_md5.filter(|_| self.allowed) {
                Some(sum) => {
                    joined = STANDARD.encode(sum);
                    Some(joined.as_str())
                }
                None => None,
            },
        };
        // The others carry meaning: better refused by the store than left out in silence.
        let Some(value) = value.or(self.given.as_deref()) else { return };
        into.put_slice(&self.label);
        into.put_slice(value.as_bytes());
        into.put_slice(b"\r\n");
    }
}

/// Names inside quotes, as browsers escape them (WHATWG HTML, multipart/form-data).
fn escaped(name: &str) -> std::borrow::Cow<'_, str> {
    if name.contains(['"', '\r', '\n']) {
        name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A").into()
    } else {
        name.into()
    }
}

/// 128 bits that no file can know beforehand.
fn boundary() -> String {
    let (one, two) = (RandomState::new().hash_one(1), RandomState::new().hash_one(2));
    format!("ferry{one:016x}{two:016x}")
}

#[cfg(test)]
mod tests {
    use super::{super::policy::tests::encoded, *};

    fn setting(extra_fields: &str, extra_policy: &str) -> UploadSetting {
        let json = format!(
            r#"{{"url":"https://b.example/","key":"bc4f/jo@example.com/${{filename}}","acl":"private",
            "Policy":"{}","x-amz-Signature":"sig","x-amz-meta-file_name":"${{filename}}","x-amz-meta-tag":"",
            "x-amz-meta-scheme":"","x-amz-meta-id":"","x-amz-meta-album_id":""{extra_fields}}}"#,
            encoded(extra_policy)
        );
        UploadSetting::from_json(json.as_bytes(), None).unwrap()
    }

    /// Names and values in order; the file part's name last.
    fn read(form: &PreparedForm) -> Vec<(String, String)> {
        let kind = form.content_type().to_str().unwrap();
        let mark = format!("--{}\r\n", kind.split_once("boundary=").unwrap().1);
        let head = std::str::from_utf8(&form.head).unwrap();
        assert!(form.tail.starts_with(b"\r\n--") && form.tail.ends_with(b"--\r\n"));
        head.split(&mark)
            .skip(1)
            .map(|part| {
                let (header, value) = part.split_once("\r\n\r\n").unwrap();
                let name = header.strip_prefix("Content-Disposition: form-data; name=\"").unwrap();
                (
                    name.split("\r\n").next().unwrap().trim_end_matches('"').to_owned(),
                    value.trim_end_matches("\r\n").to_owned(),
                )
            })
            .collect()
    }

    fn value(pairs: &[(String, String)], name: &str) -> Option<String> {
        pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    #[test]
    fn everything_is_echoed_and_the_file_comes_last() {
        let tags = ["Lake".to_owned(), "Blue".to_owned()];
        let fields = ObjectFields {
            key_tail: "u-1/a.jpg",
            file_name: "a \"1\".jpg",
            album_id: Some("LJ579"),
            tags: &tags,
            content_md5: Some([0; 16]),
            refer_id: Some("r"),
            ..ObjectFields::default()
        };
        let pairs = read(&setting("", "").form(&fields));
        let names: Vec<_> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "key",
                "acl",
                "Policy",
                "x-amz-Signature",
                "x-amz-meta-file_name",
                "x-amz-meta-tag",
                "x-amz-meta-album_id",
                "x-amz-meta-id",
                "x-amz-meta-scheme",
                "file\"; filename=\"a %221%22.jpg"
            ]
        );
        assert_eq!(pairs[0].1, "bc4f/jo@example.com/u-1/a.jpg");
        assert_eq!(value(&pairs, "x-amz-meta-file_name").unwrap(), "a \"1\".jpg");
        assert_eq!(value(&pairs, "x-amz-meta-tag").unwrap(), "Lake,Blue");
        assert_eq!(value(&pairs, "x-amz-meta-album_id").unwrap(), "LJ579");
        assert_eq!(value(&pairs, "x-amz-meta-id").unwrap(), "");
    }

    #[test]
    fn a_version_names_its_asset_and_extras_need_leave() {
        let asset = AssetRef::new("image", "0a1b");
        let fields = ObjectFields {
            version_of: Some(&asset),
            content_md5: Some([255; 16]),
            refer_id: Some("r-7"),
            ..ObjectFields::default()
        };
        let policy = r#",["starts-with","$Content-MD5",""],["starts-with","$x-amz-meta-refer_id",""]"#;
        let pairs = read(&setting(r#","X-Amz-Meta-Refer_Id":"""#, policy).form(&fields));
        assert_eq!(value(&pairs, "x-amz-meta-id").unwrap(), "0a1b");
        assert_eq!(value(&pairs, "x-amz-meta-scheme").unwrap(), "image");
        assert_eq!(value(&pairs, "X-Amz-Meta-Refer_Id").unwrap(), "r-7");
        assert_eq!(value(&pairs, "Content-MD5").unwrap(), "/////////////////////w==");
    }
}
