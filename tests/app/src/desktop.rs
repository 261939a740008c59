//! A desktop that notes what it is asked and answers what the test has laid ready.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use engine::error::Outcome;
use ferry_desktop::desktop::{Desktop, Pick};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

#[derive(Default)]
pub struct Notes {
    pub pages: Mutex<Vec<String>>,
    pub shown: Mutex<Vec<PathBuf>>,
    pub opened: Mutex<Vec<PathBuf>>,
    pub suggested: Mutex<Vec<String>>,
    /// What the next dialogs answer.
    pub picks: Mutex<Vec<PathBuf>>,
    pub target: Mutex<Option<PathBuf>>,
    pub starts: Mutex<Vec<bool>>,
    pub notices: Mutex<Vec<(String, String)>>,
}

pub struct NotedDesktop(pub Arc<Notes>);

impl Desktop for NotedDesktop {
    fn open_page(&self, url: &str) -> Outcome<()> {
        ferry_desktop::desktop::web_address(url)?;
        self.0.pages.lock().unwrap().push(url.to_owned());
        Ok(())
    }

    fn open_file(&self, path: &Path) -> Outcome<()> {
        self.0.opened.lock().unwrap().push(path.to_owned());
        Ok(())
    }

    fn open_folder(&self, path: &Path) -> Outcome<()> {
        self.0.opened.lock().unwrap().push(path.to_owned());
        Ok(())
    }

    fn show_in_folder(&self, path: PathBuf) -> BoxFuture<'_, Outcome<()>> {
        self.0.shown.lock().unwrap().push(path);
        async { Ok(()) }.boxed()
    }

    fn pick(&self, _: Pick) -> BoxFuture<'_, Vec<PathBuf>> {
        async { self.0.picks.lock().unwrap().clone() }.boxed()
    }

    fn start_at_login(&self, on: bool) -> Outcome<()> {
        self.0.starts.lock().unwrap().push(on);
        Ok(())
    }

    fn notify(&self, title: &str, body: &str) -> Outcome<()> {
        self.0.notices.lock().unwrap().push((title.to_owned(), body.to_owned()));
        Ok(())
    }

    fn pick_target(&self, file_name: &str) -> BoxFuture<'_, Option<PathBuf>> {
        self.0.suggested.lock().unwrap().push(file_name.to_owned());
        async { self.0.target.lock().unwrap().clone() }.boxed()
    }
}
