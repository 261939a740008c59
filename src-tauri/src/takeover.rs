//! Runs the engine here as soon as the program that ran it (a command line, say) is gone: the queue goes on.

use std::time::Duration;

use engine::platform::data_dir::DataDirLock;

use crate::state::SharedShell;

const LOOK: Duration = Duration::from_secs(2);

pub async fn watch(shell: SharedShell) {
    let mut handles = shell.handles();
    loop {
        let guest = handles.borrow_and_update().as_ref().filter(|handle| !handle.is_owner()).cloned();
        let Some(guest) = guest else {
            if handles.changed().await.is_err() {
                return;
            }
            continue;
        };
        tokio::time::sleep(LOOK).await;
        // A sign-in under way belongs to the handle that began it.
        if shell.signs_in() {
            continue;
        }
        let path = guest.data_dir().to_path_buf();
        let free = tokio::task::spawn_blocking(move || DataDirLock::take(&path));
        if matches!(free.await, Ok(Ok(Some(_)))) {
            shell.restart().await;
        }
    }
}
