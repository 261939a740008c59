//! What a list is asked for: filter, order, page (§5, §6).

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::asset_json::{View, asset_json};
use crate::library::Library;
use crate::state::State;
use crate::store::asset::{Asset, AssetKey};
use crate::store::user::User;

pub struct Asked<'a>(pub &'a HashMap<String, String>);

impl Asked<'_> {
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    fn number(&self, name: &str, default: usize) -> usize {
        self.text(name).parse().unwrap_or(default)
    }
}

/// The answer of every list: `results` is absent when nothing matches [C]; `limit`, `found` and `start` are
/// real numbers [R].
pub fn page(
    app: &State,
    library: &Library,
    user: &User,
    asked: &Asked<'_>,
    keys: impl IntoIterator<Item = AssetKey>,
) -> Value {
    let now = app.now_ms();
    let search_md5 = app.switches().search_md5;
    let mut found: Vec<&Asset> = keys
        .into_iter()
        .filter_map(|key| library.assets.get(&key))
        .filter(|asset| library.lists_asset(user, asset, now))
        .filter(|asset| matches(library, asked, asset, search_md5))
        .collect();
    let by = asked.text("sortBy");
    match by {
        "name" => found.sort_by_cached_key(|asset| (asset.name.to_lowercase(), asset.key.id.clone())),
        "size" => found.sort_by_key(|asset| asset.size()),
        "scheme" => found.sort_by_key(|asset| (asset.key.scheme, asset.created_ms)),
        "owner" => found.sort_by(|a, b| a.owner.cmp(&b.owner)),
        _ => found.sort_by(|a, b| (a.time_ms, &a.key.id).cmp(&(b.time_ms, &b.key.id))),
    }
    let direction = match asked.text("sortDirection") {
        "ascending" => "ascending",
        _ => {
            found.reverse();
            "descending"
        }
    };
    let (start, limit) = (asked.number("start", 0), asked.number("limit", 100).clamp(1, 10_000));
    let results: Vec<Value> = found
        .iter()
        .skip(start)
        .take(limit)
        .map(|asset| asset_json(app, library, user, asset, View::List))
        .collect();
    let mut answer = json!({
        "facets": [], "start": start, "limit": limit, "found": found.len(),
        "sortBy": if by.is_empty() { "time" } else { by }, "sortDirection": direction, "matchExpr": "",
    });
    if !results.is_empty() {
        answer["results"] = results.into();
    }
    answer
}

/// Filters of §6 [C]; those that need pixels or minutes (dimension, duration …) match everything here.
fn matches(library: &Library, asked: &Asked<'_>, asset: &Asset, search_md5: bool) -> bool {
    let words = |name: &str| {
        let text = asked.text(name).to_owned();
        text.split(['|', ',']).map(str::to_lowercase).filter(|word| !word.is_empty()).collect::<Vec<_>>()
    };
    let has = |wanted: Vec<String>, there: &[String]| {
        wanted.is_empty() || there.iter().any(|word| wanted.contains(&word.to_lowercase()))
    };
    let scheme = asked.text("scheme");
    (scheme.is_empty() || scheme.split('|').any(|one| one == asset.key.scheme.as_str()))
        && keyword_matches(asked, asset, search_md5)
        && has(words("tags"), &asset.tags)
        && has(words("tagsLiteral"), &asset.tags)
        && has(words("keywords"), &asset.keywords)
        && (asked.text("approval").is_empty() || asset.approval.eq_ignore_ascii_case(asked.text("approval")))
        && (asked.text("owner").is_empty() || library.owner_text(&asset.owner).contains(asked.text("owner")))
        && in_range(asked.text("fileSize"), asset.size().cast_signed())
        && in_range(asked.text("created"), asset.created_ms / 1000)
        && in_range(asked.text("createdTime"), asset.created_ms / 1000)
        && in_range(asked.text("uploadedTime"), asset.uploaded_ms / 1000)
        && in_range(asked.text("lastModified"), asset.time_ms / 1000)
        && custom_matches(asked.0, &asset.custom)
}

/// `min..max`, either end may be absent; Unix seconds for dates [C].
fn in_range(range: &str, value: i64) -> bool {
    let Some((from, to)) = range.split_once("..") else { return true };
    from.trim().parse().map_or(true, |from: i64| value >= from)
        && to.trim().parse().map_or(true, |to: i64| value <= to)
}

/// `a|b` = or, `+` = and [C]. Matching without regard to case is a guess [ND].
fn keyword_matches(asked: &Asked<'_>, asset: &Asset, search_md5: bool) -> bool {
    let wanted = asked.text("keyword").to_lowercase();
    if wanted.is_empty() {
        return true;
    }
    let exact = asked.text("exactMatch") == "true";
    let field = asked.text("searchInField");
    let one = |word: &str| {
        let word = word.trim().trim_matches('"');
        let hit = |text: &str| {
            let text = text.to_lowercase();
            if exact { text == word } else { text.contains(word) }
        };
        let any = |texts: &[String]| texts.iter().any(|text| hit(text));
        match field {
            "filename" => hit(&asset.name),
            "description" => hit(&asset.description),
            "comment" => asset.versions.iter().filter_map(|version| version.comment.as_deref()).any(hit),
            "keywords" => any(&asset.keywords),
            "author" => hit(&asset.author),
            "tags" => any(&asset.tags),
            _ => {
                hit(&asset.name)
                    || hit(&asset.description)
                    || any(&asset.tags)
                    || any(&asset.keywords)
                    || (search_md5 && asset.md5() == word)
            }
        }
    };
    // A file name may hold a plus sign, so an exact look-up is not taken apart.
    if exact {
        return wanted.split('|').any(one);
    }
    wanted.split('|').any(|all| all.split('+').all(one))
}

/// `"value"` in quotation marks, `__null__` = not set [C].
fn custom_matches(asked: &HashMap<String, String>, custom: &BTreeMap<String, Value>) -> bool {
    asked.iter().filter(|(name, _)| name.starts_with("meta_")).all(|(name, wanted)| {
        let set = custom.get(name.trim_end_matches(".keyword"));
        let set = set.filter(|value| !value.is_null());
        match (wanted.as_str(), set) {
            ("__null__", value) => value.is_none(),
            (_, None) => false,
            (wanted, Some(Value::Array(values))) => {
                values.iter().any(|value| value.as_str() == Some(wanted.trim_matches('"')))
            }
            (wanted, Some(value)) => value.as_str() == Some(wanted.trim_matches('"')),
        }
    })
}
