//! The demo library as a program beside us, and what it says it holds.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::child::Beside;
use crate::command::Run;
use crate::failure::{Failure, Outcome, While};
use crate::http;
use crate::place::Place;

#[derive(Debug)]
pub struct Library {
    pub url: String,
    pub app_id: String,
    pub app_secret: String,
    admin_token: String,
    _program: Beside,
}

/// One version of one asset in the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub name: String,
    pub size: u64,
    pub md5: String,
}

impl Library {
    pub fn start(place: &Place, data: &Path) -> Outcome<Self> {
        let run = Run::new(place.built("ferry-tenant")).args(["--port", "0", "--data"]).arg(data);
        let (program, line) = Beside::start_and_hear(run, Duration::from_secs(30))?;
        let hello: Value = serde_json::from_str(&line).when("the demo library's first line")?;
        let word = |name: &str| {
            hello[name].as_str().map(str::to_owned).when(format!("the demo library did not say its {name}"))
        };
        Ok(Self {
            url: word("url")?.trim_end_matches('/').to_owned(),
            app_id: word("app_id")?,
            app_secret: word("app_secret")?,
            admin_token: word("admin_token")?,
            _program: program,
        })
    }

    pub fn assets(&self) -> Outcome<Vec<Held>> {
        let body = http::get(&format!("{}/_tenant/assets", self.url), &self.admin_token)?;
        read_assets(&serde_json::from_slice(&body).when("the demo library's list of assets")?)
    }
}

/// A list, or an object with the list in it; numbers as numbers or, as Canto likes it, as text.
fn read_assets(answer: &Value) -> Outcome<Vec<Held>> {
    let list = answer
        .as_array()
        .or_else(|| answer.as_object()?.values().find_map(Value::as_array))
        .when("the demo library's answer holds no list of assets")?;
    list.iter().map(read_asset).collect()
}

fn read_asset(asset: &Value) -> Outcome<Held> {
    let size = match &asset["size"] {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    match (asset["name"].as_str(), size, asset["md5"].as_str()) {
        (Some(name), Some(size), Some(md5)) => {
            Ok(Held { name: name.to_owned(), size, md5: md5.to_ascii_lowercase() })
        }
        _ => Err(Failure::new(format!("the demo library has an asset without name, size or md5: {asset}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_both_shapes() {
        let asset = json!({"name": "a", "size": "3", "md5": "AB", "scheme": "image"});
        let held = [Held { name: "a".into(), size: 3, md5: "ab".into() }];
        assert_eq!(read_assets(&json!([asset])).unwrap(), held);
        assert_eq!(read_assets(&json!({"assets": [asset], "total": 1})).unwrap(), held);
        assert!(read_assets(&json!([])).unwrap().is_empty());
    }

    #[test]
    fn refuses_what_it_cannot_judge() {
        assert!(read_assets(&json!({"found": 0})).is_err());
        assert!(read_assets(&json!([{"name": "a", "size": 3}])).is_err());
    }
}
