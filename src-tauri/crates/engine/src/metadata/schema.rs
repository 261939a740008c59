//! The tenant's custom fields, as a form. Of a field only id and name are evidenced (canto-api.md §9.3 [C]); everything
//! else is read where it is there and understood [ND], and what isn't is text.

use std::collections::HashMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use canto_api::CustomField;
use serde_json::Value;

use crate::clock::{Millis, SharedWorld};
use crate::error::{ErrorCode, Outcome};
use crate::model::{AccountId, FieldKind, FieldView, MetadataForm};
use crate::queue::message::ToOwner;
use crate::session::Tenants;
use crate::store::{Readers, forms};
use crate::transfer::failure::failure_of;

/// How long a form is believed before the tenant is asked again.
const FRESH: Millis = 5 * 60_000;

/// The forms of all accounts, asked for as they are needed.
pub struct Forms {
    tenants: Arc<Tenants>,
    readers: Readers,
    world: SharedWorld,
    /// Keeps them for when the tenant can't be asked; none in a guest.
    owner: Option<Sender<ToOwner>>,
    known: Mutex<HashMap<AccountId, (Millis, Arc<MetadataForm>)>>,
}

impl Forms {
    pub fn new(
        tenants: Arc<Tenants>,
        readers: Readers,
        world: SharedWorld,
        owner: Option<Sender<ToOwner>>,
    ) -> Self {
        Self { tenants, readers, world, owner, known: Mutex::default() }
    }

    /// As the tenant has it; where it can't be asked, as it was when it last could.
    ///
    /// # Errors
    /// Those of the call, where nothing is known from before.
    pub async fn get(&self, account: AccountId) -> Outcome<Arc<MetadataForm>> {
        let now = self.world.steady();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&account).cloned();
        if let Some((at, form)) = &known
            && now - at < FRESH
        {
            return Ok(Arc::clone(form));
        }
        let tenant = match self.tenants.get(account).await {
            Ok(tenant) => tenant,
            Err(failure) => return self.before(account).await?.ok_or(failure),
        };
        let form = match tenant.client.custom_fields().await {
            Ok(fields) => form_of(fields),
            Err(error) => {
                let failure = failure_of(&error);
                // No such list at this tenant: then it has no fields that could be set.
                if failure.code != ErrorCode::DestinationMissing {
                    return self.before(account).await?.ok_or(failure);
                }
                form_of(Vec::new())
            }
        };
        let form = Arc::new(form);
        if known.is_none_or(|(_, old)| old != form) {
            self.keep(account, &form);
        }
        let entry = (now, Arc::clone(&form));
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(account, entry);
        Ok(form)
    }

    /// As it was when the tenant last told.
    pub async fn before(&self, account: AccountId) -> Outcome<Option<Arc<MetadataForm>>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&account).cloned();
        match known {
            Some((_, form)) => Ok(Some(form)),
            None => Ok(self.readers.read(move |db| forms::get(db, account)).await?.map(Arc::new)),
        }
    }

    fn keep(&self, account: AccountId, form: &Arc<MetadataForm>) {
        if let Some(owner) = &self.owner {
            drop(owner.send(ToOwner::KeepForm { account, form: Arc::clone(form) }));
        }
    }
}

fn form_of(fields: Vec<CustomField>) -> MetadataForm {
    let fields = fields.into_iter().filter(|field| !field.id.is_empty()).map(view).collect();
    // That batch edit takes a description is not evidenced (§9.1 [ND]): it is tried, and a refusal is told.
    MetadataForm { fields, description: true }
}

fn view(field: CustomField) -> FieldView {
    let kind = kind_of(&field);
    let choices = match kind {
        FieldKind::Choice | FieldKind::MultiChoice | FieldKind::Label => choices_of(&field),
        _ => Vec::new(),
    };
    let name = if field.name.is_empty() { field.id.clone() } else { field.name };
    FieldView { id: field.id, name, kind, choices, required: field.required }
}

/// By its word for the kind, or by its id, such as `meta_multichoice_0` [C].
fn kind_of(field: &CustomField) -> FieldKind {
    let said = field.kind.as_deref().unwrap_or_default();
    let by_id = field.id.strip_prefix("meta_").and_then(|rest| rest.rsplit_once('_')).map(|(kind, _)| kind);
    known_kind(said).or_else(|| known_kind(by_id.unwrap_or_default())).unwrap_or(FieldKind::Other)
}

fn known_kind(word: &str) -> Option<FieldKind> {
    let word: String = word.chars().filter(|letter| letter.is_alphanumeric()).collect();
    Some(match word.to_lowercase().as_str() {
        "text" | "string" | "textarea" | "multilinetext" | "longtext" => FieldKind::Text,
        "number" | "integer" | "int" | "float" | "decimal" => FieldKind::Number,
        "date" => FieldKind::Date,
        "choice" | "singlechoice" | "dropdown" | "select" => FieldKind::Choice,
        "multichoice" | "multiplechoice" | "multiselect" => FieldKind::MultiChoice,
        "url" | "link" => FieldKind::Url,
        "label" => FieldKind::Label,
        "rating" => FieldKind::Rating,
        _ => return None,
    })
}

/// Under `values`, else under another likely key.
fn choices_of(field: &CustomField) -> Vec<String> {
    if !field.values.is_empty() {
        return field.values.clone();
    }
    let listed = ["values", "choices", "options", "items"]
        .into_iter()
        .find_map(|key| field.other.get(key)?.as_array());
    listed.into_iter().flatten().filter_map(choice).collect()
}

fn choice(value: &Value) -> Option<String> {
    let named = |key| value.get(key).and_then(Value::as_str);
    value.as_str().or_else(|| named("name")).or_else(|| named("value")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> MetadataForm {
        form_of(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn kinds_are_read_from_their_word_or_the_id_and_others_are_text() {
        let form = read(
            r#"[{"id":"meta_text_0","name":"Credit","type":"Text"},
                {"id":"meta_choice_3","name":"Usage","type":"Single Choice","values":["Press"],"required":"true"},
                {"id":"meta_multichoice_0","name":"Channels","options":[{"name":"Web"},"Print"]},
                {"id":"meta_7","name":"Odd","type":"Geo"},
                {"id":"meta_rating_1","name":"Stars"},
                {"name":"No id"}]"#,
        );
        let kinds: Vec<FieldKind> = form.fields.iter().map(|field| field.kind).collect();
        use FieldKind as K;
        assert_eq!(kinds, [K::Text, K::Choice, K::MultiChoice, K::Other, K::Rating]);
        assert_eq!(form.fields[1].choices, ["Press"]);
        assert!(form.fields[1].required && !form.fields[0].required);
        assert_eq!(form.fields[2].choices, ["Web", "Print"]);
    }

    #[test]
    fn a_field_is_found_by_id_and_by_name() {
        let form = read(r#"[{"id":"a","name":"b"},{"id":"b","name":"Cost centre"}]"#);
        assert_eq!(form.field("b").unwrap().id, "b");
        assert_eq!(form.field(" cost CENTRE ").unwrap().id, "b");
        assert_eq!(form.field("c"), None);
    }
}
