//! A stage for tests of the shell: a real engine on a temporary directory, a demo library in this process, Tauri's
//! mock runtime with the real commands and permissions, and a desktop that only notes what it is asked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

pub mod desktop;
pub mod page;
pub mod vault;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::model::{AccountView, BatchId, SignInRequest};
use ferry_desktop::settings::Settings;
use ferry_desktop::state::{SharedShell, Shell};
use ferry_tenant::{Options, Tenant};
use serde_json::{Value, json};
use tauri::Manager;
use tauri::async_runtime::block_on;
use tempfile::TempDir;

use desktop::{NotedDesktop, Notes};
use page::Page;
use vault::MemoryVault;

pub struct Stage {
    pub page: Page,
    pub tenant: Tenant,
    pub desktop: Arc<Notes>,
    pub data: TempDir,
    pub files: TempDir,
    pub vault: Arc<MemoryVault>,
}

impl Stage {
    pub fn new() -> Self {
        let data = TempDir::new().unwrap();
        Self::on(data)
    }

    /// On a data directory that may hold something already.
    pub fn on(data: TempDir) -> Self {
        // Without TLS in any test, but the client wants to know.
        drop(rustls::crypto::ring::default_provider().install_default());
        let tenant = block_on(Tenant::start(Options::default())).unwrap();
        let (desktop, vault) = (Arc::<Notes>::default(), Arc::<MemoryVault>::default());
        let settings = Settings {
            data_dir: Some(data.path().to_path_buf()),
            named: true,
            vault: Some(vault.clone()),
            ..Settings::default()
        };
        let shell = Shell::new(settings, Box::new(NotedDesktop(desktop.clone())));
        Self { page: Page::new(shell), tenant, desktop, data, files: TempDir::new().unwrap(), vault }
    }

    pub fn shell(&self) -> SharedShell {
        SharedShell::clone(&self.page.app.state::<SharedShell>())
    }

    /// What the page gives to sign in.
    pub fn sign_in_request(&self) -> SignInRequest {
        SignInRequest {
            tenant: self.tenant.url().to_owned(),
            app_id: Some(self.tenant.app_id().to_owned()),
            app_secret: Some(self.tenant.app_secret().into()),
            ..SignInRequest::default()
        }
    }

    /// Signed in without the browser.
    pub fn sign_in(&self) -> AccountView {
        let (shell, request) = (self.shell(), self.sign_in_request());
        block_on(
            async move { shell.engine().await.unwrap().sign_in_with_credentials(request).await.unwrap() },
        )
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.files.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Adds files for an album at the top of the library.
    pub fn enqueue(&self, account: &AccountView, paths: &[&Path], album: &str) -> BatchId {
        let album: Value =
            self.page.ask("create_album", json!({ "account": account.id, "parent": null, "name": album }));
        let request = json!({
            "account": account.id, "paths": paths, "tags": [], "include": [], "exclude": [], "priority": 0,
            "destination": { "kind": "album", "id": album["id"], "path": album["path"] }, "take_junk": false,
        });
        self.page.ask("enqueue_files", json!({ "request": request }))
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let shell = self.shell();
        block_on(async move { shell.stop().await });
    }
}

pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().and_then(Path::parent).unwrap()
}
