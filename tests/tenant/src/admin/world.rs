//! Faults, switches, clock and the log of calls.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{ApiError, ApiResult};
use crate::faults::Faults;
use crate::options::{DuplicateRule, Switches};
use crate::requests::Call;
use crate::state::App;

pub async fn faults(State(app): State<App>) -> Json<Faults> {
    Json(app.faults.get())
}

/// The rules, in place of those before; `{"rules":[…]}` or the list alone.
pub async fn set_faults(State(app): State<App>, Json(asked): Json<Value>) -> ApiResult<Json<Faults>> {
    let asked = if asked.is_array() { json!({ "rules": asked }) } else { asked };
    let faults: Faults =
        serde_json::from_value(asked).map_err(|error| ApiError::bad_request(error.to_string()))?;
    app.faults.set(faults);
    Ok(Json(app.faults.get()))
}

pub async fn reset_faults(State(app): State<App>) -> Json<Faults> {
    app.faults.set(Faults::default());
    Json(app.faults.get())
}

pub async fn switches(State(app): State<App>) -> Json<Switches> {
    Json(app.switches().as_ref().clone())
}

/// What is named is changed, the rest stays.
pub async fn set_switches(State(app): State<App>, Json(asked): Json<Value>) -> ApiResult<Json<Switches>> {
    let mut all = serde_json::to_value(app.switches().as_ref()).map_err(ApiError::internal)?;
    merge(&mut all, asked);
    let switches: Switches =
        serde_json::from_value(all).map_err(|error| ApiError::bad_request(error.to_string()))?;
    app.set_switches(switches.clone());
    Ok(Json(switches))
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

pub async fn duplicates(State(app): State<App>) -> Json<Option<DuplicateRule>> {
    Json(app.switches().duplicates)
}

/// `null` = off.
pub async fn set_duplicates(State(app): State<App>, Json(rule): Json<Option<DuplicateRule>>) -> Json<Value> {
    app.set_switches(Switches { duplicates: rule, ..app.switches().as_ref().clone() });
    Json(json!({ "duplicates": rule }))
}

#[derive(Deserialize)]
pub struct Shift {
    /// Added to the offset there is.
    advance_ms: Option<i64>,
    /// In place of the offset there is.
    offset_ms: Option<i64>,
}

pub async fn clock(State(app): State<App>) -> Json<Value> {
    let now = app.now_ms();
    Json(json!({ "now_ms": now, "offset_ms": app.clock.offset_ms(), "digits": app.clock.digits(now) }))
}

pub async fn set_clock(app: State<App>, Json(shift): Json<Shift>) -> Json<Value> {
    if let Some(offset) = shift.offset_ms {
        app.clock.set_offset_ms(offset);
    }
    app.clock.advance_ms(shift.advance_ms.unwrap_or(0));
    app.due.notify_one();
    clock(app).await
}

/// `?after=n`: only calls numbered above n.
pub async fn requests(State(app): State<App>, Query(asked): Query<HashMap<String, u64>>) -> Json<Vec<Call>> {
    Json(app.calls.after(asked.get("after").copied().unwrap_or(0)))
}

pub async fn clear_requests(State(app): State<App>) -> Json<Value> {
    app.calls.clear();
    Json(json!({}))
}
