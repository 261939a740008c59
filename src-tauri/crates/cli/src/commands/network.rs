//! `ferry network`: which way leads to the library, and the proxy's password.

use std::io::{IsTerminal, Read};

use engine::model::{AccountId, NetworkWay, WayReason};
use engine::session::Secret;

use super::network_test;
use crate::args::{Global, Network, NetworkCommand};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::Line;
use crate::output::Output;
use crate::session::{Need, Session};

/// Longer ones are no passwords.
const LONGEST: u64 = 64 * 1024;

pub async fn run(global: &Global, network: Network, out: &Output) -> Ended {
    match network.command {
        None => show(global, out).await,
        Some(NetworkCommand::Test(test)) => Box::pin(network_test::run(global, test, out)).await,
        Some(NetworkCommand::Password { remove }) => password(global, remove, out).await,
    }
}

async fn show(global: &Global, out: &Output) -> Ended {
    Session::with(global, Need::Queue, async |session| {
        let way = session.handle().network_way(account(session).await?).await?;
        out.line(&Line::NetworkWay { way: &way })?;
        out.say(described(&way))?;
        way.failure.map_or(Ok(Exit::Well), |failure| Err(failure.into()))
    })
    .await
}

/// Before anyone has signed in, it is about the way to the sign-in.
async fn account(session: &Session) -> Result<Option<AccountId>, Problem> {
    let none = session.handle().accounts().await?.is_empty();
    Ok(if none { None } else { Some(session.account().await?.id) })
}

async fn password(global: &Global, remove: bool, out: &Output) -> Ended {
    Session::with(global, Need::Tenant, async |session| {
        let password = if remove { None } else { Some(read().await?) };
        session.handle().set_proxy_password(password).await?;
        out.line(&Line::ProxyPassword { kept: !remove })?;
        out.say(if remove { "The proxy's password is forgotten." } else { "The proxy's password is kept." })?;
        Ok(Exit::Well)
    })
    .await
}

async fn read() -> Result<Secret, Problem> {
    let read = || {
        if std::io::stdin().is_terminal() {
            return rpassword::prompt_password("Password for the proxy: ");
        }
        let mut text = String::new();
        std::io::stdin().take(LONGEST).read_to_string(&mut text)?;
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    };
    let password = tokio::task::spawn_blocking(read).await.map_err(std::io::Error::from)??;
    if password.is_empty() {
        return Err(Problem::usage("there is no password; --remove takes one away."));
    }
    Ok(Secret::new(password))
}

fn described(way: &NetworkWay) -> String {
    let rule = way.rule.as_deref().unwrap_or_default();
    let reason = match way.reason {
        Some(WayReason::Off) => "proxies are switched off (proxy = none)".to_owned(),
        Some(WayReason::NothingSet) => "the system has no proxy for it".to_owned(),
        Some(WayReason::Loopback) => "it is on this computer".to_owned(),
        Some(WayReason::Exception) => format!("the exception {rule}"),
        Some(WayReason::Manual) => "it is set in Ferry (proxy_address)".to_owned(),
        Some(WayReason::Environment) => {
            "the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY)".to_owned()
        }
        Some(WayReason::System) => "the settings of the system".to_owned(),
        Some(WayReason::Script) => format!("the script {rule}"),
        Some(WayReason::SystemScript) => format!("the script {rule}, which the system names"),
        None => "unknown".to_owned(),
    };
    if way.failure.is_some() && way.rule.is_some() && way.proxy.is_none() {
        return format!("There is no way to {}: {reason} can't be used.", way.target);
    }
    let login = if way.with_login { " with a login" } else { "" };
    match &way.proxy {
        Some(proxy) => format!("{} is reached through {proxy}{login}, because of: {reason}.", way.target),
        None => format!("{} is reached directly, because of: {reason}.", way.target),
    }
}
