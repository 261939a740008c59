//! What a file's asset was told besides its bytes, and what became of each part of that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Failure;
use crate::model::{MetadataState, MetadataValues};

/// One list of words, the description, or one field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptValue {
    /// `tags`, `keywords`, `description`, or the id of a field.
    pub field: String,
    /// As the library calls it.
    pub name: String,
    pub values: Vec<String>,
    /// `sent` (with the upload itself), `applied`, `refused`, `waiting`, or `unknown`: beside a refusal that an older Ferry
    /// noted for the whole file.
    pub state: String,
    /// Of a refusal: `tenant`, `right` or `gone`. Always written: one that is missing would read as none.
    #[serde(deserialize_with = "Option::deserialize")]
    pub reason: Option<String>,
}

/// What is known of one job's values.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    pub values: &'a MetadataValues,
    /// Tags that the upload itself carried.
    pub sent: &'a [String],
    pub state: MetadataState,
    pub failure: Option<&'a Failure>,
    /// The asset is there.
    pub is_done: bool,
}

impl Told<'_> {
    pub fn lines(&self, name_of: impl Fn(&str) -> String) -> Vec<ReceiptValue> {
        let refused = self.failure.map(refused).unwrap_or_default();
        let state = |field: &str| match self.state {
            MetadataState::None | MetadataState::Waiting => ("waiting", None),
            MetadataState::Applied => ("applied", None),
            MetadataState::Refused if refused.is_empty() => ("unknown", None),
            MetadataState::Refused => match refused.get(field) {
                Some(reason) => ("refused", Some(reason.clone())),
                None => ("applied", None),
            },
        };
        let line = |field: &str, values: &[String], (state, reason): (&str, Option<String>)| ReceiptValue {
            field: field.to_owned(),
            name: name_of(field),
            values: values.to_vec(),
            state: state.to_owned(),
            reason,
        };
        let MetadataValues { tags, keywords, description, fields } = self.values;
        let left: Vec<String> = tags.iter().filter(|tag| !self.sent.contains(tag)).cloned().collect();
        let mut lines = Vec::new();
        if !self.sent.is_empty() {
            lines.push(line("tags", self.sent, (if self.is_done { "sent" } else { "waiting" }, None)));
        }
        for (field, words) in [("tags", &left), ("keywords", keywords)] {
            if !words.is_empty() {
                lines.push(line(field, words, state(field)));
            }
        }
        if let Some(text) = description {
            lines.push(line("description", std::slice::from_ref(text), state("description")));
        }
        for (id, values) in fields.iter().filter(|(_, values)| !values.is_empty()) {
            lines.push(line(id, values, state(id)));
        }
        lines
    }
}

/// Reasons by field; of a refusal that says nothing of fields by id, none.
fn refused(failure: &Failure) -> BTreeMap<String, String> {
    let param = |name: &str| failure.params.get(name).cloned().unwrap_or_default();
    let first = Some((param("id"), param("reason"))).filter(|(id, _)| !id.is_empty());
    let also = param("also");
    let others = also.lines().filter_map(|line| line.rsplit_once('='));
    let others = others.map(|(id, reason)| (id.to_owned(), reason.to_owned()));
    first.into_iter().chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    fn values() -> MetadataValues {
        MetadataValues {
            tags: vec!["a".into(), "b".into()],
            keywords: vec!["Lake".into()],
            description: Some("x".into()),
            fields: [("f=1".to_owned(), vec!["1".to_owned()]), ("g".to_owned(), Vec::new())].into(),
        }
    }

    fn states(state: MetadataState, failure: Option<&Failure>, is_done: bool) -> Vec<String> {
        let told = Told { values: &values(), sent: &["a".to_owned()], state, failure, is_done };
        let lines = told.lines(str::to_uppercase);
        let said = |line: ReceiptValue| {
            format!("{} {} {}", line.name, line.state, line.reason.unwrap_or_default()).trim().to_owned()
        };
        lines.into_iter().map(said).collect()
    }

    #[test]
    fn each_part_says_what_became_of_it() {
        assert_eq!(
            states(MetadataState::Applied, None, true),
            ["TAGS sent", "TAGS applied", "KEYWORDS applied", "DESCRIPTION applied", "F=1 applied"]
        );
        assert_eq!(states(MetadataState::Waiting, None, false)[..2], ["TAGS waiting", "TAGS waiting"]);
        let failure = Failure::new(ErrorCode::MetadataRefused).with("reason", "tenant");
        let named = failure.clone().with("id", "keywords").with("also", "f=1=right");
        assert_eq!(
            states(MetadataState::Refused, Some(&named), true),
            [
                "TAGS sent",
                "TAGS applied",
                "KEYWORDS refused tenant",
                "DESCRIPTION applied",
                "F=1 refused right"
            ]
        );
        assert_eq!(states(MetadataState::Refused, Some(&failure), true)[4], "F=1 unknown");
    }
}
