//! What a library would refuse that looks at values (`Switches::strict_metadata`). Every rule here is a guess [ND]: whether
//! and how Canto checks numbers, dates and required fields in `batch/edit` is not documented (§9.1, §9.3).

use serde_json::Value;

use super::Caller;
use super::edit::Edit;
use crate::error::{ApiError, ApiResult};
use crate::state::App;
use crate::store::field::Field;

/// A number or a date is one; other kinds take any text.
pub fn fits(field: &Field, value: &Value) -> bool {
    let text = text(value);
    match field.kind.as_str() {
        _ if text.is_empty() => true,
        "Number" => text.parse::<f64>().is_ok_and(f64::is_finite),
        "Date" => text.get(..10).unwrap_or(&text).parse::<jiff::civil::Date>().is_ok(),
        _ => true,
    }
}

/// After the edit, every asset has a value in each required field.
pub fn needs_what_is_required(app: &App, caller: &Caller, edit: &Edit) -> ApiResult<()> {
    let library = app.library();
    for field in library.fields.values().filter(|field| field.required) {
        let given = edit
            .properties
            .iter()
            .rfind(|property| property.custom_field && property.property_id == field.id);
        let is_left_empty = match given {
            Some(property) => text(&property.property_value).is_empty(),
            None => edit.contents.iter().any(|key| {
                let asset = library.asset_for(&caller.0, key);
                asset.is_some_and(|asset| {
                    asset.custom.get(&field.id).is_none_or(|value| text(value).is_empty())
                })
            }),
        };
        if is_left_empty {
            return Err(ApiError::bad_request(format!("{} is required", field.name)));
        }
    }
    Ok(())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
