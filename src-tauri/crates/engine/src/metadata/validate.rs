//! Whether values fit their fields, and how they are then written. Knows nothing but the form.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::required;
use crate::error::{ErrorCode, Failure};
use crate::model::{FieldKind, FieldView, MetadataForm, MetadataValues, ValueRefusal};

const MOST_STARS: u8 = 5;

/// Values as they are sent, and what does not fit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checked {
    pub values: MetadataValues,
    pub refusals: Vec<ValueRefusal>,
}

/// Checks every value that is given; `row`: the row of the sheet that they come from.
pub fn check(form: &MetadataForm, values: &MetadataValues, row: Option<u64>) -> Checked {
    let mut checked = Checked::default();
    checked.values.tags = words(&values.tags);
    checked.values.keywords = words(&values.keywords);
    checked.values.description = values.description.as_deref().map(text).filter(|text| !text.is_empty());
    for (id, given) in &values.fields {
        let given: Vec<String> =
            given.iter().map(|value| text(value)).filter(|value| !value.is_empty()).collect();
        let Some(field) = form.fields.iter().find(|field| field.id == *id) else {
            let value = given.first().cloned().unwrap_or_default();
            checked.refusals.push(refusal("unknown_field", id, id, value, row));
            continue;
        };
        let single = field.kind != FieldKind::MultiChoice;
        if single && given.len() > 1 {
            checked.refusals.push(refusal("several", id, &field.name, given.join(", "), row));
            continue;
        }
        let mut fitting = Vec::with_capacity(given.len());
        for value in given {
            match fit(field, &value) {
                Ok(value) if fitting.contains(&value) => {}
                Ok(value) => fitting.push(value),
                Err(reason) => checked.refusals.push(refusal(reason, id, &field.name, value, row)),
            }
        }
        checked.values.fields.insert(id.clone(), fitting);
    }
    checked
}

/// Fields that have to be filled in, and are not.
pub fn missing(form: &MetadataForm, values: &MetadataValues) -> Vec<ValueRefusal> {
    let empty = required::missing(form, values);
    empty.map(|field| refusal("required", &field.id, &field.name, String::new(), None)).collect()
}

/// The value as it is sent, or why it does not fit.
fn fit(field: &FieldView, value: &str) -> Result<String, &'static str> {
    match field.kind {
        FieldKind::Text | FieldKind::Other => Ok(value.to_owned()),
        FieldKind::Number => number(value).ok_or("number"),
        FieldKind::Date => date(value).ok_or("date"),
        FieldKind::Choice | FieldKind::MultiChoice | FieldKind::Label => {
            one_of(&field.choices, value).ok_or("choice")
        }
        FieldKind::Url => {
            let page = Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if page { Ok(value.to_owned()) } else { Err("url") }
        }
        FieldKind::Rating => match value.parse::<u8>() {
            Ok(stars) if stars <= MOST_STARS => Ok(stars.to_string()),
            _ => Err("rating"),
        },
    }
}

/// With a decimal comma, too, where it can be nothing else.
fn number(value: &str) -> Option<String> {
    let plain = match value.split_once(',') {
        Some((whole, rest)) if !value.contains('.') && rest.chars().all(|c| c.is_ascii_digit()) => {
            format!("{whole}.{rest}")
        }
        _ => value.to_owned(),
    };
    let digits = plain.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    (digits && plain.parse::<f64>().is_ok_and(f64::is_finite)).then_some(plain)
}

/// ISO 8601, without a time of day; or as day.month.year, which is no other date anywhere.
fn date(value: &str) -> Option<String> {
    let day = value.split_once(['T', ' ']).map_or(value, |(day, _)| day);
    let parts: Vec<&str> = day.split('.').collect();
    let iso = match parts[..] {
        [day, month, year] if year.len() == 4 && day.len() <= 2 && month.len() <= 2 => {
            format!("{year}-{month:0>2}-{day:0>2}")
        }
        _ => day.to_owned(),
    };
    let plain = iso.len() == 10 && iso.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    iso.parse::<Date>().ok().filter(|_| plain).map(|date| date.to_string())
}

/// The choice as the tenant writes it, whatever its case. Where the tenant names none, anything goes.
fn one_of(choices: &[String], value: &str) -> Option<String> {
    if choices.is_empty() {
        return Some(value.to_owned());
    }
    let same = |choice: &&String| text(choice) == value;
    let alike = |choice: &&String| text(choice).to_lowercase() == value.to_lowercase();
    choices.iter().find(same).or_else(|| choices.iter().find(alike)).cloned()
}

/// Each once, none empty.
pub fn words(given: &[String]) -> Vec<String> {
    let mut words = Vec::with_capacity(given.len());
    for word in given.iter().map(|word| text(word)) {
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

fn text(given: &str) -> String {
    given.trim().nfc().collect()
}

fn refusal(reason: &str, id: &str, name: &str, value: String, row: Option<u64>) -> ValueRefusal {
    let mut failure = Failure::new(ErrorCode::MetadataRefused)
        .with("reason", reason)
        .with("field", name)
        .with("value", &value);
    if let Some(row) = row {
        failure = failure.with("row", row).with("at", format!("Row {row}: "));
    }
    ValueRefusal { row, field: id.to_owned(), value, failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> MetadataForm {
        use FieldKind as K;
        let field = |id: &str, kind, choices: &[&str], required| FieldView {
            id: id.into(),
            name: format!("The {id}"),
            kind,
            choices: choices.iter().map(|&choice| choice.into()).collect(),
            required,
        };
        let fields = vec![
            field("text", K::Text, &[], false),
            field("number", K::Number, &[], false),
            field("date", K::Date, &[], false),
            field("choice", K::Choice, &["Internal", "Press"], true),
            field("multi", K::MultiChoice, &["Web", "Print"], false),
            field("url", K::Url, &[], false),
            field("rating", K::Rating, &[], false),
            field("label", K::Label, &[], false),
            field("other", K::Other, &[], false),
        ];
        MetadataForm { fields, description: true }
    }

    fn one(id: &str, values: &[&str]) -> Result<Vec<String>, String> {
        let values = values.iter().map(|&value| value.to_owned()).collect();
        let given = MetadataValues { fields: [(id.to_owned(), values)].into(), ..MetadataValues::default() };
        let checked = check(&form(), &given, None);
        match checked.refusals.first() {
            None => Ok(checked.values.fields[id].clone()),
            Some(refusal) => Err(refusal.failure.params["reason"].clone()),
        }
    }

    #[test]
    fn values_that_fit_are_sent_in_one_way() {
        for (id, given, sent) in [
            ("text", " A\u{308}pfel ", "\u{c4}pfel"),
            ("number", "-12.50", "-12.50"),
            ("number", "3,5", "3.5"),
            ("date", "2026-02-28", "2026-02-28"),
            ("date", "2026-02-28T10:00:00", "2026-02-28"),
            ("date", "1.3.2026", "2026-03-01"),
            ("choice", "press", "Press"),
            ("multi", "Web", "Web"),
            ("url", "https://acme.example/a?b", "https://acme.example/a?b"),
            ("rating", "5", "5"),
            ("label", "red", "red"),
            ("other", "{anything}", "{anything}"),
        ] {
            assert_eq!(one(id, &[given]), Ok(vec![sent.to_owned()]), "{id}: {given}");
        }
        assert_eq!(one("multi", &["print", "Web", "Print"]), Ok(vec!["Print".into(), "Web".into()]));
        assert_eq!(one("number", &[" "]), Ok(Vec::new()));
    }

    #[test]
    fn values_that_do_not_fit_are_refused_with_the_reason() {
        for (id, given, reason) in [
            ("number", "twelve", "number"),
            ("number", "1,234.5", "number"),
            ("number", "NaN", "number"),
            ("number", "inf", "number"),
            ("date", "2026-02-30", "date"),
            ("date", "02/03/2026", "date"),
            ("date", "20260302", "date"),
            ("choice", "Private", "choice"),
            ("multi", "Radio", "choice"),
            ("url", "acme.example", "url"),
            ("url", "javascript:alert(1)", "url"),
            ("rating", "6", "rating"),
            ("rating", "-1", "rating"),
            ("rating", "4.5", "rating"),
            ("nowhere", "x", "unknown_field"),
        ] {
            assert_eq!(one(id, &[given]), Err(reason.to_owned()), "{id}: {given}");
        }
        assert_eq!(one("choice", &["Press", "Internal"]), Err("several".to_owned()));
    }

    #[test]
    fn a_refusal_names_field_value_and_row() {
        let given = MetadataValues {
            fields: [("rating".to_owned(), vec!["9".to_owned()])].into(),
            ..MetadataValues::default()
        };
        let refusal = check(&form(), &given, Some(7)).refusals.remove(0);
        assert_eq!((refusal.row, refusal.field.as_str(), refusal.value.as_str()), (Some(7), "rating", "9"));
        assert_eq!(refusal.failure.params["field"], "The rating");
    }

    #[test]
    fn a_required_field_without_a_value_is_missing() {
        let fields =
            |ids: &[&str]| ids.iter().map(|id| ((*id).to_owned(), vec!["Press".to_owned()])).collect();
        let with = |ids| MetadataValues { fields: fields(ids), ..MetadataValues::default() };
        assert_eq!(missing(&form(), &with(&["text"]))[0].field, "choice");
        assert!(missing(&form(), &with(&["choice"])).is_empty());
    }

    #[test]
    fn words_are_there_once() {
        let given = [" Lake", "", "Lake", "U\u{308}ber", "\u{dc}ber"].map(str::to_owned);
        assert_eq!(words(&given), ["Lake", "\u{dc}ber"]);
    }
}
