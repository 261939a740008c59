//! Signs a person in, or a station, while a command runs.

use engine::EngineHandle;
use engine::model::{AccountView, SignInKind, SignInRequest};
use engine::session::Secret;

use crate::account;
use crate::exit::Problem;
use crate::lines::Line;
use crate::output::Output;
use crate::session::word;

/// The same account again, where nothing is kept of it. A station has its key from the environment.
pub async fn once_more(handle: &EngineHandle, account: &AccountView, out: &Output) -> Result<(), Problem> {
    let request = SignInRequest {
        tenant: account.tenant_url.clone(),
        app_id: word("FERRY_APP_ID"),
        app_secret: word("FERRY_APP_SECRET").map(Secret::new),
        on_behalf_of: None,
        again: Some(account.id),
    };
    match account.kind {
        SignInKind::Browser => {
            out.note(format!(
                "{}, {}: nothing was kept of the last sign-in.",
                account.tenant,
                account::who(account)
            ));
            // A program that nobody looks at must not open a browser.
            let no_browser = !std::io::IsTerminal::is_terminal(&std::io::stderr());
            through_browser(handle, request, no_browser, out).await.map(drop)
        }
        SignInKind::ClientCredentials => Ok(handle.sign_in_with_credentials(request).await.map(drop)?),
    }
}

pub async fn through_browser(
    handle: &EngineHandle,
    request: SignInRequest,
    no_browser: bool,
    out: &Output,
) -> Result<AccountView, Problem> {
    let started = handle.start_sign_in(request).await?;
    out.line(&Line::SignInStarted { url: &started.url, host: &started.host })?;
    if no_browser || !opened(&started.url).await {
        out.say(format!("Open this address in a browser on this computer:\n\n  {}\n", started.url))?;
    } else {
        out.note(format!("Your browser opens {}. Sign in there; Ferry waits.", started.host));
    }
    Ok(handle.finish_sign_in(started.flow).await?)
}

/// Whether the system took the address; its programs may take their time.
async fn opened(url: &str) -> bool {
    let url = url.to_owned();
    matches!(tokio::task::spawn_blocking(move || open::that_detached(url)).await, Ok(Ok(())))
}
