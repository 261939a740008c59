//! Tags and keywords of one asset (§9.2).

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use super::Caller;
use super::edit::change;
use crate::error::{ApiError, ApiResult, success};
use crate::state::App;
use crate::store::asset::{Asset, AssetKey};

type Words = Path<(String, String, String)>;

/// The answer's text is a guess [ND]; attaching twice answers 200 [T].
fn on_asset(
    app: &App,
    caller: &Caller,
    Path((scheme, id, word)): Words,
    edit: impl Fn(&mut Asset, &str),
) -> ApiResult<Response> {
    let scheme = scheme.parse().map_err(|()| ApiError::not_found("Scheme"))?;
    change(app, caller, &AssetKey { scheme, id }, |asset| edit(asset, &word))?;
    Ok(success())
}

fn add(words: &mut Vec<String>, word: &str) {
    if !words.iter().any(|other| other == word) {
        words.push(word.to_owned());
    }
}

pub async fn add_tag(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    words: Words,
) -> ApiResult<Response> {
    on_asset(&app, &caller, words, |asset, word| add(&mut asset.tags, word))
}

pub async fn remove_tag(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    words: Words,
) -> ApiResult<Response> {
    on_asset(&app, &caller, words, |asset, word| asset.tags.retain(|other| other != word))
}

/// Whether an unknown keyword is made on the fly is [ND]; here it is.
pub async fn add_keyword(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    words: Words,
) -> ApiResult<Response> {
    on_asset(&app, &caller, words, |asset, word| add(&mut asset.keywords, word))
}

pub async fn remove_keyword(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    words: Words,
) -> ApiResult<Response> {
    on_asset(&app, &caller, words, |asset, word| asset.keywords.retain(|other| other != word))
}
