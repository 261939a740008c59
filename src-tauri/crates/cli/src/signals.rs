//! Ctrl-C and the wish of the system to end.

/// Waits for the first; the second ends the program at once, which loses nothing either.
pub async fn interrupted() {
    one().await;
    tokio::spawn(async {
        one().await;
        std::process::exit(crate::exit::Exit::Interrupted as i32);
    });
}

#[cfg(unix)]
async fn one() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn one() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
