//! What became of the uploads of the last hours (canto-api §8.4).

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

use super::list_items::{Broken, ListItems};
use crate::{
    CantoClient, CantoTime,
    client::{Call, bad_json},
    error::{ApiError, ErrorKind},
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
    /// Order, paging and whether it holds other users' uploads are [ND]. No list is built and the
    /// answer is never held as a whole: any number of items costs the memory of one.
    ///
    /// # Errors
    /// `LeftOut` for an object without anything in it, which is no empty list.
    pub async fn upload_status(
        &self,
        hours: u8,
        on_item: &mut (dyn FnMut(StatusItem<'_>) + Send),
    ) -> Result<usize, ApiError> {
        let mut url = self.tenant().api("upload/status");
        url.query_pairs_mut().append_pair("hours", &hours.clamp(1, 24).to_string());
        let (mut items, mut count) = (ListItems::default(), 0);
        let reading = self.pieces(Call::get(CALL, url), |piece| {
            items.feed(piece, |item| {
                on_item(read_item(item)?);
                count += 1;
                Ok(())
            })
        });
        reading.await?;
        let says_nothing = items.says_nothing();
        items.end()?;
        if says_nothing { Err(ApiError::new(CALL, ErrorKind::LeftOut).with_status(200)) } else { Ok(count) }
    }
}

impl From<Broken> for ApiError {
    fn from(broken: Broken) -> Self {
        Self::new(CALL, ErrorKind::UnexpectedAnswer).with_message(broken.0)
    }
}

fn read_item(item: &[u8]) -> Result<StatusItem<'_>, ApiError> {
    serde_json::from_slice(item).map_err(|error| bad_json(CALL, &error))
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
    use super::*;

    #[test]
    fn recorded_items_are_borrowed() {
        let body = br#"{"found":3,"results":[
          {"name":"lake.jpg","time":"20240219183228169","status":"Done","scheme":"image","id":"0a1b"},
          {"name":"m\u00fc.mov","time":null,"status":"initial","id":"","refer_id":"r-7","new":{"a":[1]}},
          null,{"name":7,"status":"Odd"}]}"#;
        let mut seen = Vec::new();
        let mut items = ListItems::default();
        let fed = items.feed(body, |item| {
            let item = read_item(item)?;
            assert_eq!(matches!(item.name, Cow::Borrowed(_)), item.status == UploadState::Done);
            let known = (item.id.is_some(), item.refer_id.is_some());
            seen.push((item.name.into_owned(), item.status, known));
            Ok::<(), ApiError>(())
        });
        fed.unwrap();
        items.end().unwrap();
        assert_eq!(
            seen,
            [
                ("lake.jpg".to_owned(), UploadState::Done, (true, false)),
                ("mü.mov".to_owned(), UploadState::Initial, (false, true)),
                ("7".to_owned(), UploadState::Other, (false, false)),
            ]
        );
    }
}
