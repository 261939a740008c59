//! What Ferry does beside its window: notifications, and starting at login as it is set.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use engine::error::Outcome;
use engine::event::EngineEvent;
use engine::model::{SettingKey, SettingView};
use tauri::{AppHandle, Manager, Runtime};
use tokio::sync::Notify;

use crate::events::{self, Heard};
use crate::notices::Notices;
use crate::state::{SharedShell, Shell, lock};
use crate::text::Language;
use crate::window;

/// Without anything to tell, somebody may still sleep.
const LONG: Duration = Duration::from_secs(3_600);

pub async fn follow<R: Runtime>(app: AppHandle<R>) {
    let shell = SharedShell::clone(&app.state::<SharedShell>());
    let (began, changed) = (Instant::now(), Notify::new());
    let seen = Mutex::new((Notices::default(), false));
    let listen = events::listen(&shell, |heard| {
        let Heard::Event(event) = heard else { return };
        let mut seen = lock(&seen);
        seen.0.hear(&event, began.elapsed());
        seen.1 |= matches!(*event, EngineEvent::SettingsChanged);
        changed.notify_one();
    });
    let tell = async {
        let mut settings = Vec::new();
        let mut starts = None;
        loop {
            let due = lock(&seen).0.next_due();
            let wait = due.map_or(LONG, |due| due.saturating_sub(began.elapsed()));
            tokio::select! {
                () = changed.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
            let set_anew = std::mem::take(&mut lock(&seen).1);
            if set_anew && let Ok(now) = list(&shell).await {
                settings = now;
                start_at_login(&shell, &settings, &mut starts);
            }
            let in_front = window::is_in_front(&app);
            let notices = lock(&seen).0.take_due(began.elapsed(), &settings, in_front);
            for notice in notices {
                let (title, body) = notice.words(Language::chosen(&settings));
                if let Err(failure) = shell.desktop.notify(&title, &body) {
                    tracing::warn!(%failure, "nobody was notified");
                }
            }
        }
    };
    tokio::join!(listen, tell);
}

async fn list(shell: &Shell) -> Outcome<Vec<SettingView>> {
    shell.engine().await?.list_settings().await
}

/// Has the system do as it is set. A start that names its data directory is one of its own, and not the user's.
fn start_at_login(shell: &Shell, settings: &[SettingView], known: &mut Option<bool>) {
    let on = settings.iter().any(|one| one.key == SettingKey::StartAtLogin && one.value == "on");
    if known.replace(on) == Some(on) || shell.settings.named {
        return;
    }
    if let Err(failure) = shell.desktop.start_at_login(on) {
        tracing::warn!(%failure, on, "starting at login is not as it is set");
    }
}
