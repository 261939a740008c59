//! What became of the uploads of the last hours (canto-api §8.4).

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::{
    CantoClient, CantoTime,
    client::{Call, bad_json},
    error::ApiError,
    types::lenient::Text,
};

const CALL: &str = "upload_status";

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UploadState {
    /// Received, in work [C]. How long for large files is [ND].
    Initial,
    /// Ready.
    Done,
    /// The tenant could not use it; there is no field for a reason [ND].
    Error,
    /// A word that this program does not know.
    Other,
}

/// One upload in the list. Only the name identifies it, and names may repeat [C].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusItem<'a> {
    pub name: Cow<'a, str>,
    pub time: Option<CantoTime>,
    pub status: UploadState,
    /// There when done [C].
    pub scheme: Option<Cow<'a, str>>,
    /// There when done [C].
    pub id: Option<Cow<'a, str>>,
    /// The own text given to the form; that it comes back, and under which key, is [ND].
    pub refer_id: Option<Cow<'a, str>>,
}

impl CantoClient {
    /// Hands each upload of the last `hours` (1 to 24 [C]) to `on_item`, and returns how many there were.
    /// Order, paging and whether it holds other users' uploads are [ND]. No list is built: 100,000 items cost
    /// only the answer's text.
    pub async fn upload_status(
        &self,
        hours: u8,
        on_item: &mut (dyn FnMut(StatusItem<'_>) + Send),
    ) -> Result<usize, ApiError> {
        let mut url = self.tenant().api("upload/status");
        url.query_pairs_mut().append_pair("hours", &hours.clamp(1, 24).to_string());
        let body = self.body(Call::get(CALL, url)).await?;
        read_status(&body, on_item)
    }
}

fn read_status(body: &[u8], on_item: &mut (dyn FnMut(StatusItem<'_>) + Send)) -> Result<usize, ApiError> {
    let mut from = serde_json::Deserializer::from_slice(body);
    let count = Answer { on_item }.deserialize(&mut from).map_err(|error| bad_json(CALL, &error))?;
    from.end().map_err(|error| bad_json(CALL, &error))?;
    Ok(count)
}

/// The list itself, or an object with the list under `results`.
struct Answer<'f> {
    on_item: &'f mut (dyn FnMut(StatusItem<'_>) + Send),
}

impl<'de> DeserializeSeed<'de> for Answer<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<usize, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Answer<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of uploads")
    }

    fn visit_unit<E>(self) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while let Some(Text(key)) = map.next_key()? {
            if key.as_deref() == Some("results") {
                count += map.next_value_seed(Answer { on_item: &mut *self.on_item })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(count)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while let Some(item) = seq.next_element::<Option<StatusItem<'de>>>()? {
            if let Some(item) = item {
                (self.on_item)(item);
                count += 1;
            }
        }
        Ok(count)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = StatusItem<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an upload")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut item = StatusItem {
            name: Cow::Borrowed(""),
            time: None,
            status: UploadState::Other,
            scheme: None,
            id: None,
            refer_id: None,
        };
        while let Some(Text(key)) = map.next_key()? {
            let Text(value) = map.next_value()?;
            let Some(value) = value else { continue };
            match key.as_deref().unwrap_or_default() {
                "name" => item.name = value,
                "time" => item.time = CantoTime::parse(&value),
                "status" => item.status = state_of(&value),
                "scheme" => item.scheme = Some(value).filter(|text| !text.is_empty()),
                "id" => item.id = Some(value).filter(|text| !text.is_empty()),
                "refer_id" | "referId" => item.refer_id = Some(value).filter(|text| !text.is_empty()),
                _ => {}
            }
        }
        Ok(item)
    }
}

impl<'de> Deserialize<'de> for StatusItem<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ItemVisitor)
    }
}

fn state_of(word: &str) -> UploadState {
    let is = |known: &str| word.eq_ignore_ascii_case(known);
    if is("done") {
        UploadState::Done
    } else if is("initial") {
        UploadState::Initial
    } else if is("error") {
        UploadState::Error
    } else {
        UploadState::Other
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    #[test]
    fn recorded_items_are_borrowed() {
        let body = br#"{"found":3,"results":[
          {"name":"lake.jpg","time":"20240219183228169","status":"Done","scheme":"image","id":"0a1b"},
          {"name":"m\u00fc.mov","time":null,"status":"initial","id":"","refer_id":"r-7","new":{"a":[1]}},
          null,{"name":7,"status":"Odd"}]}"#;
        let mut seen = Vec::new();
        let count = read_status(body, &mut |item| {
            seen.push((
                item.name.clone().into_owned(),
                item.status,
                item.id.is_some(),
                item.refer_id.is_some(),
            ));
            assert_eq!(matches!(item.name, Cow::Borrowed(_)), item.status == UploadState::Done);
        });
        assert_eq!(count.unwrap(), 3);
        assert_eq!(
            seen,
            [
                ("lake.jpg".to_owned(), UploadState::Done, true, false),
                ("mü.mov".to_owned(), UploadState::Initial, false, true),
                ("7".to_owned(), UploadState::Other, false, false),
            ]
        );
    }

    #[test]
    fn nothing_is_nothing_and_half_an_answer_is_an_error() {
        let read = |body: &str| read_status(body.as_bytes(), &mut |_| {});
        assert_eq!(read(r#"{"results":null}"#).unwrap(), 0);
        assert_eq!(read("{}").unwrap(), 0);
        assert_eq!(read("[]").unwrap(), 0);
        assert!(read(r#"{"results":[{"name":"a"}"#).is_err());
    }

    #[test]
    fn a_hundred_thousand_items() {
        let mut body = String::from("{\"results\":[");
        for n in 0..100_000 {
            let comma = if n == 0 { "" } else { "," };
            write!(body, r#"{comma}{{"name":"{n}.jpg","time":"20240219183228169","status":"Done","scheme":"image","id":"{n:026}"}}"#).unwrap();
        }
        body.push_str("]}");
        let (mut done, started) = (0, std::time::Instant::now());
        let count =
            read_status(body.as_bytes(), &mut |item| done += usize::from(item.status == UploadState::Done));
        assert_eq!((count.unwrap(), done), (100_000, 100_000));
        println!("100,000 items in {:?}", started.elapsed());
    }
}
