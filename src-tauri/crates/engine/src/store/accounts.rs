//! Signed-in users.

use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::error::ErrorCode;
use crate::model::{AccountId, AccountView, PlaceView, Right, SignInKind, SignInState};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    pub id: AccountId,
    pub tenant_url: String,
    pub user_id: String,
    pub user_name: String,
    pub email: String,
    pub app_id: String,
    pub kind: SignInKind,
    pub rights: Vec<String>,
    pub sign_in_required: bool,
    /// By their own wish: nobody is asked to sign in again.
    #[serde(default)]
    pub signed_out: bool,
    pub listing_delay: Option<Millis>,
    /// It shows this place alone.
    #[serde(default)]
    pub place: Option<PlaceView>,
    /// What the place waits for, while a sign-in is required.
    #[serde(default)]
    pub place_trouble: Option<ErrorCode>,
    /// The tenant's word for it, where it tells one.
    #[serde(default)]
    pub role: Option<String>,
    /// Each sign-in after the first one counts: it has left new secrets.
    #[serde(default)]
    pub sign_ins: u32,
}

impl AccountRow {
    /// Whether what was made from this row still serves for the `newer` one of the same account: what is found out about
    /// it meanwhile is told to both.
    pub fn still_serves(&self, newer: &Self) -> bool {
        let Self { rights, listing_delay, .. } = newer;
        *newer == Self { rights: rights.clone(), listing_delay: *listing_delay, ..self.clone() }
    }

    pub fn view(&self) -> AccountView {
        let shown = self.tenant_url.split_once("://").map_or(self.tenant_url.as_str(), |(_, rest)| rest);
        let known = [(Right::Upload, "upload"), (Right::Download, "download")];
        AccountView {
            id: self.id,
            tenant: shown.trim_end_matches('/').to_owned(),
            tenant_url: self.tenant_url.clone(),
            user_name: self.user_name.clone(),
            email: self.email.clone(),
            kind: self.kind,
            state: match (self.signed_out, self.sign_in_required) {
                (true, _) => SignInState::SignedOut,
                (false, true) => SignInState::SignInRequired,
                (false, false) => SignInState::SignedIn,
            },
            rights: known
                .into_iter()
                .filter(|(_, word)| self.rights.iter().any(|right| right == word))
                .map(|(right, _)| right)
                .collect(),
            place: self.place.clone().map(|place| PlaceView { trouble: self.place_trouble, ..place }),
        }
    }
}

const COLUMNS: &str = "id, tenant_url, user_id, user_name, email, app_id, kind, rights, sign_in_required, \
                       listing_delay, place, place_trouble, role, sign_ins";

/// Adds an account or renews the one of the same user at the same tenant; the id of `row` is not used.
pub fn put(db: &Connection, row: &AccountRow, now: Millis) -> Result<AccountId> {
    let rights = serde_json::to_string(&row.rights).unwrap_or_default();
    let place = row.place.as_ref().and_then(|place| serde_json::to_string(place).ok());
    db.query_row(
        "INSERT INTO account (tenant_url, user_id, user_name, email, app_id, kind, rights, created_at, place, role)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (tenant_url, user_id) DO UPDATE SET user_name = ?3, email = ?4, app_id = ?5, kind = ?6,
           rights = ?7, sign_in_required = 0, place = ?9, place_trouble = NULL, role = ?10, sign_ins = sign_ins + 1
         RETURNING id",
        params![
            row.tenant_url,
            row.user_id,
            row.user_name,
            row.email,
            row.app_id,
            row.kind.as_str(),
            rights,
            now,
            place,
            row.role
        ],
        |row| row.get(0),
    )
    .map(AccountId)
}

pub fn all(db: &Connection) -> Result<Vec<AccountRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM account ORDER BY id"))?;
    statement.query_map([], read)?.collect()
}

pub fn get(db: &Connection, id: AccountId) -> Result<Option<AccountRow>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM account WHERE id = ?1"))?
        .query_row([id.0], read)
        .optional()
}

pub fn set_sign_in_required(
    db: &Connection,
    id: AccountId,
    required: bool,
    trouble: Option<ErrorCode>,
) -> Result<()> {
    db.execute(
        "UPDATE account SET sign_in_required = ?2, place_trouble = ?3 WHERE id = ?1",
        params![id.0, required, trouble.map(ErrorCode::as_str)],
    )
    .map(drop)
}

pub fn set_rights(db: &Connection, id: AccountId, rights: &[String]) -> Result<()> {
    let rights = serde_json::to_string(rights).unwrap_or_default();
    db.execute("UPDATE account SET rights = ?2 WHERE id = ?1", params![id.0, rights]).map(drop)
}

/// What the column says of somebody who signed out; an older Ferry takes it for a sign-in that is required.
const SIGNED_OUT: i64 = 2;

pub fn set_signed_out(db: &Connection, id: AccountId) -> Result<()> {
    db.execute("UPDATE account SET sign_in_required = ?2 WHERE id = ?1", params![id.0, SIGNED_OUT]).map(drop)
}

pub fn set_listing_delay(db: &Connection, id: AccountId, delay: Millis) -> Result<()> {
    db.execute("UPDATE account SET listing_delay = ?2 WHERE id = ?1", params![id.0, delay]).map(drop)
}

fn read(row: &Row<'_>) -> Result<AccountRow> {
    let kind: String = row.get(6)?;
    let rights: String = row.get(7)?;
    let required: i64 = row.get(8)?;
    let place: Option<String> = row.get(10)?;
    let trouble: Option<String> = row.get(11)?;
    Ok(AccountRow {
        id: AccountId(row.get(0)?),
        tenant_url: row.get(1)?,
        user_id: row.get(2)?,
        user_name: row.get(3)?,
        email: row.get(4)?,
        app_id: row.get(5)?,
        kind: SignInKind::parse(&kind).unwrap_or(SignInKind::Browser),
        rights: serde_json::from_str(&rights).unwrap_or_default(),
        sign_in_required: required != 0,
        signed_out: required == SIGNED_OUT,
        listing_delay: row.get(9)?,
        place: place.and_then(|text| serde_json::from_str(&text).ok()),
        place_trouble: trouble.and_then(|word| ErrorCode::parse(&word)),
        role: row.get(12)?,
        sign_ins: row.get(13)?,
    })
}
