//! `ferry` as the tests of this package start it.

use std::path::Path;
use std::process::Stdio;

use ferry_tenant::Tenant;
use tokio::process::Command;

/// `ferry` in a folder of files, on a data directory, for a demo library; nothing of the caller's own settings.
pub fn ferry(tenant: &Tenant, data: &Path, files: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ferry"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FERRY_")) {
        command.env_remove(name);
    }
    command
        .args(words)
        .env("FERRY_DATA_DIR", data)
        .env("FERRY_PASSPHRASE", "a word for tests")
        .env("FERRY_APP_ID", tenant.app_id())
        .env("FERRY_APP_SECRET", tenant.app_secret())
        .current_dir(files)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true);
    command
}

#[allow(dead_code, reason = "not every test makes large files")]
pub fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
