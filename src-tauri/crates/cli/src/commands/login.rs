//! `ferry login`

use std::io::{IsTerminal, Read};

use engine::EngineHandle;
use engine::error::{ErrorCode, Failure};
use engine::model::{AccountView, AddressView, PlaceOffer, PlaceRequest, Right, SignInRequest};
use engine::session::Secret;

use crate::account;
use crate::args::{Global, Login};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::Line;
use crate::output::Output;
use crate::session::{Need, Session, word};
use crate::sign_in;

/// Instead of an address: it comes on standard input.
const FROM_INPUT: &str = "-";

pub async fn run(global: &Global, mut login: Login, out: &Output) -> Ended {
    let secret = given(&mut login).await?;
    let request = SignInRequest {
        tenant: login.tenant.clone(),
        app_id: login.app_id.clone().or_else(|| word("FERRY_APP_ID")),
        app_secret: secret
            .clone()
            .filter(|_| login.app_secret_stdin)
            .or_else(|| word("FERRY_APP_SECRET").map(Secret::new)),
        on_behalf_of: login.on_behalf_of.clone(),
        again: None,
    };
    Session::with(global, Need::SignIn, async |session| {
        let handle = session.handle();
        let offer = offered(handle, &login.tenant).await?;
        if let Some(offer) = &offer {
            tell(offer, out);
        }
        let account = if let Some(offer) = offer.filter(|offer| !offer.sign_in) {
            handle.connect_place(place_request(&login, secret, &offer).await?).await?
        } else if login.client_credentials {
            handle.sign_in_with_credentials(request).await?
        } else {
            sign_in::through_browser(handle, request, login.no_browser, out).await?
        };
        out.line(&Line::SignedIn { account: &account })?;
        match &account.place {
            Some(place) => {
                out.say(format!(
                    "Connected to {} as {}.",
                    account::place_words(place),
                    account::who(&account)
                ))?;
            }
            None => out.say(format!("Signed in to {} as {}.", account.tenant, account::who(&account)))?,
        }
        warn_about_rights(&account, out);
        if session.keeps_nothing {
            out.note("Nothing is kept of it: each command that needs the library asks to sign in (`ferry settings set secrets keep`).");
        }
        Ok(Exit::Well)
    })
    .await
}

/// What the library says of the place at an address, if it is one's, and the library lets programs know.
async fn offered(handle: &EngineHandle, typed: &str) -> Result<Option<PlaceOffer>, Problem> {
    if handle.place_page(typed).is_err() {
        return Ok(None);
    }
    match handle.check_address(typed).await {
        Ok(AddressView { offer: None, tenant, .. }) => Err(Failure::new(ErrorCode::TenantUnknown)
            .with("reason", "no_places")
            .with("tenant", tenant)
            .into()),
        Ok(found) => Ok(found.offer),
        Err(failure) if failure.code.is_of_place() => Err(failure.into()),
        // Whether there is a library at all is said by the sign-in.
        Err(_) => Ok(None),
    }
}

fn tell(offer: &PlaceOffer, out: &Output) {
    let place = &offer.place;
    let by = if place.owner.is_empty() { String::new() } else { format!(", made by {}", place.owner) };
    let then = if place.reviewed && place.trouble.is_none() {
        " Files wait there until somebody has looked at them."
    } else {
        ""
    };
    out.note(format!("This is the {}{by}.{then}", account::place_words(place)));
}

async fn place_request(
    login: &Login,
    secret: Option<Secret>,
    offer: &PlaceOffer,
) -> Result<PlaceRequest, Problem> {
    let password = match (login.password_stdin, word("FERRY_PLACE_PASSWORD")) {
        (true, _) => secret,
        (false, Some(given)) => Some(Secret::new(given)),
        (false, None) if offer.asks_password => Some(ask("Password of the Upload Link: ").await?),
        (false, None) => None,
    };
    if offer.asks_email && login.email.is_none() {
        return Err(Problem::usage("this Upload Link asks for your e-mail address. Give it with --email."));
    }
    let address = Some(Secret::new(login.tenant.clone()));
    Ok(PlaceRequest { address, email: login.email.clone(), password, again: None })
}

async fn ask(question: &'static str) -> Result<Secret, Problem> {
    if !std::io::stdin().is_terminal() {
        return Err(Problem::usage(
            "this Upload Link asks for a password. Give it with --password-stdin or FERRY_PLACE_PASSWORD.",
        ));
    }
    let asked = tokio::task::spawn_blocking(move || rpassword::prompt_password(question));
    Ok(Secret::new(asked.await.map_err(std::io::Error::from)??))
}

/// What standard input says: the address where it is to come from there, and in what follows the secret or password.
async fn given(login: &mut Login) -> Result<Option<Secret>, Problem> {
    let what = match (login.app_secret_stdin, login.password_stdin) {
        (true, _) => Some("secret"),
        (_, true) => Some("password"),
        _ => None,
    };
    if login.tenant != FROM_INPUT && what.is_none() {
        return Ok(None);
    }
    let read = || {
        let mut text = String::new();
        std::io::stdin().take(64 * 1024).read_to_string(&mut text).map(|_| Secret::new(text))
    };
    let text: Secret = tokio::task::spawn_blocking(read).await.map_err(std::io::Error::from)??;
    let mut rest = text.expose();
    if login.tenant == FROM_INPUT {
        let (first, after) = rest.trim_start().split_once('\n').unwrap_or((rest.trim(), ""));
        login.tenant = first.trim().to_owned();
        rest = after;
        if login.tenant.is_empty() {
            return Err(Problem::usage("there is no address on standard input."));
        }
    }
    match what {
        Some(what) if rest.trim().is_empty() => {
            Err(Problem::usage(format!("there is no {what} on standard input.")))
        }
        Some(_) => Ok(Some(Secret::from(rest.trim()))),
        None => Ok(None),
    }
}

fn warn_about_rights(account: &AccountView, out: &Output) {
    if !account.rights.is_empty() && !account.rights.contains(&Right::Upload) {
        out.warn(
            "This account has no right to upload. Your Canto administrator can give it: a consumer \
             needs to become a contributor.",
        );
    }
}
