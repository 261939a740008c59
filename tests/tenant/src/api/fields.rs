//! Custom fields and the keyword vocabulary (§9.2, §9.3).

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};

use super::Caller;
use crate::error::{ApiResult, success};
use crate::state::App;
use crate::store::field::{Field, Keyword};
use crate::store::user::Right;

pub async fn list(State(app): State<App>, Extension(Caller(user)): Extension<Caller>) -> Json<Vec<Field>> {
    let strict = app.switches().strict_metadata;
    if let Some(place) = &user.place {
        let library = app.library();
        let form = place.fields.iter().filter_map(|ask| {
            let field = library.fields.get(&ask.id)?;
            Some(Field { required: ask.required, ..field.clone() })
        });
        return Json(form.collect());
    }
    let told = |field: &Field| Field { required: field.required && strict, ..field.clone() };
    Json(app.library().fields.values().map(told).collect())
}

pub async fn add_keyword(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Json(word): Json<Keyword>,
) -> ApiResult<Response> {
    caller.needs(&app, Right::Edit)?;
    app.db.put(&word);
    app.library().keywords.insert(word.name.clone(), word);
    Ok(success())
}
