//! Files that are dragged over the window and dropped. The page hears of them from here: what Tauri would tell it holds all
//! paths in one message, once when they come in sight and once more when they are dropped.

use serde::Serialize;
use tauri::{AppHandle, DragDropEvent, Emitter, Runtime};

use crate::desktop::shown;
use crate::pieces;

/// The page's names for it.
pub const DRAGGED: &str = "files-dragged";
pub const DROPPED: &str = "files-dropped";

/// Where the files are that somebody drags.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Dragged {
    Above,
    Away,
}

pub fn on_event<R: Runtime>(app: &AppHandle<R>, event: &DragDropEvent) {
    let told = match event {
        DragDropEvent::Enter { .. } => app.emit(DRAGGED, Dragged::Above),
        DragDropEvent::Leave => app.emit(DRAGGED, Dragged::Away),
        DragDropEvent::Drop { paths, .. } => {
            let paths: Vec<String> = paths.iter().map(|path| shown(path)).collect();
            app.emit(DRAGGED, Dragged::Away).and_then(|()| pieces::tell(app, DROPPED, &paths))
        }
        _ => Ok(()),
    };
    if let Err(error) = told {
        tracing::error!(%error, "the page did not hear of what was dropped");
    }
}
