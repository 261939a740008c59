//! Which account a command is about.

use engine::error::{ErrorCode, Failure};
use engine::model::{AccountId, AccountView, PlaceKind, PlaceView};

use crate::exit::Problem;

/// The named account, or the only one.
pub fn choose(accounts: Vec<AccountView>, name: Option<&str>) -> Result<AccountView, Problem> {
    let list = accounts.iter().map(described).collect::<Vec<_>>().join("\n  ");
    let mut fitting: Vec<AccountView> = match name {
        Some(name) => accounts.into_iter().filter(|account| is_named(account, name)).collect(),
        None => accounts,
    };
    match (fitting.pop(), fitting.is_empty(), name) {
        (Some(account), true, _) => Ok(account),
        (Some(_), false, None) => {
            Err(Problem::usage(format!("there are several accounts. Name one with --account:\n  {list}")))
        }
        (Some(_), false, Some(name)) => Err(Problem::usage(format!(
            "several accounts fit '{name}'. Name one by its e-mail or number:\n  {list}"
        ))),
        (None, _, Some(name)) if !list.is_empty() => {
            Err(Problem::usage(format!("no account fits '{name}'. There are:\n  {list}")))
        }
        (None, _, _) => Err(Failure::new(ErrorCode::SignInRequired).with("reason", "no_account").into()),
    }
}

fn is_named(account: &AccountView, name: &str) -> bool {
    let name = name.trim();
    let first_label = account.tenant.split('.').next().unwrap_or_default();
    let place = account.place.as_ref().map_or("", |place| place.name.as_str());
    if !place.is_empty() && place.eq_ignore_ascii_case(name) {
        return true;
    }
    [account.tenant.as_str(), first_label, account.email.as_str(), account.tenant_url.trim_end_matches('/')]
        .iter()
        .any(|word| !word.is_empty() && word.eq_ignore_ascii_case(name.trim_end_matches('/')))
        || account.id.to_string() == name
}

pub fn described(account: &AccountView) -> String {
    format!("{}  {}  {}", account.id, shown(account), who(account))
}

/// The tenant, or the place of it that the account shows.
pub fn shown(account: &AccountView) -> String {
    match &account.place {
        Some(place) => format!("{} in {}", place_words(place), account.tenant),
        None => account.tenant.clone(),
    }
}

/// `Upload Link 'Press photos' of Acme`.
pub fn place_words(place: &PlaceView) -> String {
    let kind = match place.kind {
        PlaceKind::UploadLink => "Upload Link",
        PlaceKind::Workspace => "Workspace",
    };
    let of = if place.library.is_empty() { String::new() } else { format!(" of {}", place.library) };
    format!("{kind} '{}'{of}", place.name)
}

/// What keeps its place shut.
pub fn trouble(account: &AccountView) -> Option<Failure> {
    let place = account.place.as_ref()?;
    let failure = Failure::new(place.trouble?).with("place", &place.name);
    Some(if place.owner.is_empty() { failure } else { failure.with("owner", &place.owner) })
}

/// Why an account's queue waits for somebody.
pub fn what_is_needed(accounts: &[AccountView], id: AccountId) -> Failure {
    let account = accounts.iter().find(|account| account.id == id);
    account.and_then(trouble).unwrap_or_else(|| Failure::new(ErrorCode::SignInRequired))
}

/// The user, as well as the tenant has told.
pub fn who(account: &AccountView) -> String {
    match (account.user_name.trim(), account.email.trim()) {
        ("", "") => "(unnamed)".to_owned(),
        ("", email) => email.to_owned(),
        (name, "") => name.to_owned(),
        (name, email) => format!("{name} <{email}>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::model::{SignInKind, SignInState};

    fn account(id: i64, tenant: &str, email: &str) -> AccountView {
        AccountView {
            id: AccountId(id),
            tenant: tenant.into(),
            tenant_url: format!("https://{tenant}/"),
            user_name: "A".into(),
            email: email.into(),
            kind: SignInKind::Browser,
            state: SignInState::SignedIn,
            rights: Vec::new(),
            place: None,
        }
    }

    #[test]
    fn an_account_goes_by_host_first_label_mail_or_number() {
        let both =
            || vec![account(1, "acme.canto.com", "a@acme.test"), account(2, "zeta.canto.de", "z@z.test")];
        for (name, id) in
            [("ACME", 1), ("zeta.canto.de", 2), ("z@z.test", 2), ("1", 1), ("https://acme.canto.com", 1)]
        {
            assert_eq!(choose(both(), Some(name)).unwrap().id, AccountId(id), "{name}");
        }
        assert!(matches!(choose(both(), None), Err(Problem::Usage(_))));
        assert!(matches!(choose(both(), Some("nobody")), Err(Problem::Usage(_))));
        assert_eq!(choose(vec![account(7, "acme.canto.com", "")], None).unwrap().id, AccountId(7));
        assert!(matches!(choose(Vec::new(), None), Err(Problem::Failure(_))));
    }

    #[test]
    fn two_users_of_one_tenant_are_told_apart() {
        let both =
            || vec![account(1, "acme.canto.com", "a@acme.test"), account(2, "acme.canto.com", "b@acme.test")];
        assert!(matches!(choose(both(), Some("acme")), Err(Problem::Usage(_))));
        assert_eq!(choose(both(), Some("b@acme.test")).unwrap().id, AccountId(2));
    }
}
