//! `ferry login`

use std::io::Read;

use engine::model::{AccountView, Right, SignInRequest};
use engine::session::Secret;

use crate::account;
use crate::args::{Global, Login};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::Line;
use crate::output::Output;
use crate::session::{Need, Session, word};
use crate::sign_in;

pub async fn run(global: &Global, login: Login, out: &Output) -> Ended {
    let request = SignInRequest {
        tenant: login.tenant.clone(),
        app_id: login.app_id.clone().or_else(|| word("FERRY_APP_ID")),
        app_secret: secret(&login).await?,
        on_behalf_of: login.on_behalf_of.clone(),
        again: None,
    };
    Session::with(global, Need::SignIn, async |session| {
        let handle = session.handle();
        let account = if login.client_credentials {
            handle.sign_in_with_credentials(request).await?
        } else {
            sign_in::through_browser(handle, request, login.no_browser, out).await?
        };
        out.line(&Line::SignedIn { account: &account })?;
        out.say(format!("Signed in to {} as {}.", account.tenant, account::who(&account)))?;
        warn_about_rights(&account, out);
        if session.keeps_nothing {
            out.note("Nothing is kept of it: each command that needs the library asks to sign in (`ferry settings set secrets keep`).");
        }
        Ok(Exit::Well)
    })
    .await
}

async fn secret(login: &Login) -> Result<Option<Secret>, Problem> {
    if !login.app_secret_stdin {
        return Ok(word("FERRY_APP_SECRET").map(Secret::new));
    }
    let read = || {
        let mut text = String::new();
        std::io::stdin().take(64 * 1024).read_to_string(&mut text).map(|_| Secret::from(text.trim()))
    };
    let secret: Secret = tokio::task::spawn_blocking(read).await.map_err(std::io::Error::from)??;
    if secret.is_empty() {
        return Err(Problem::usage("there is no secret on standard input."));
    }
    Ok(Some(secret))
}

fn warn_about_rights(account: &AccountView, out: &Output) {
    if !account.rights.is_empty() && !account.rights.contains(&Right::Upload) {
        out.warn(
            "This account has no right to upload. Your Canto administrator can give it: a consumer \
             needs to become a contributor.",
        );
    }
}
