//! `ferry accounts`, `whoami` and `logout`

use engine::model::{AccountView, Right, SignInState};

use crate::account;
use crate::args::{Global, Logout};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::Line;
use crate::output::Output;
use crate::session::{Need, Session};
use crate::text;

pub async fn list(global: &Global, out: &Output) -> Ended {
    Session::with(global, Need::Queue, async |session| {
        let accounts = session.handle().accounts().await?;
        if accounts.is_empty() {
            out.say("Nobody is signed in. `ferry login TENANT` signs in.")?;
        }
        for account in &accounts {
            show(account, out)?;
        }
        Ok(Exit::Well)
    })
    .await
}

pub async fn whoami(global: &Global, out: &Output) -> Ended {
    Session::with(global, Need::Queue, async |session| {
        show(&session.account().await?, out)?;
        Ok(Exit::Well)
    })
    .await
}

pub async fn logout(global: &Global, logout: &Logout, out: &Output) -> Ended {
    Session::with(global, Need::SignIn, async |session| {
        let account = session.account().await?;
        session.handle().sign_out(account.id, logout.drop_queue).await?;
        out.line(&Line::SignedOut { account: account.id })?;
        out.say(format!("Signed out of {}, {}.", account.tenant, account::who(&account)))?;
        if !logout.drop_queue {
            out.note("What is queued for it waits for the next sign-in.");
        }
        Ok(Exit::Well)
    })
    .await
}

fn show(account: &AccountView, out: &Output) -> Result<(), Problem> {
    out.line(&Line::Account { account })?;
    out.say(format!("{}  {}", account::described(account), state(account)))?;
    match account::trouble(account) {
        Some(failure) => {
            let words = text::words(&failure);
            out.say(format!("    {} {} {}", words.sentence, text::who(failure.who), words.next))
        }
        None => Ok(()),
    }
}

/// Whether it can be used, and for what.
pub fn state(account: &AccountView) -> &'static str {
    match account.state {
        SignInState::SignInRequired if account::trouble(account).is_some() => "waits",
        SignInState::SignInRequired => "needs a new sign-in",
        SignInState::SignedOut => "signed out",
        SignInState::SignedIn if account.rights.contains(&Right::Upload) => "signed in",
        SignInState::SignedIn => "signed in, no right to upload",
    }
}
