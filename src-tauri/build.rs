//! Lists our commands, so that capabilities govern them: one that `capabilities/main.json` does not name is refused.

use tauri_build::{AppManifest, Attributes};

/// The same as `commands!` in `src/commands/mod.rs`; a test compares them.
const COMMANDS: &[&str] = &[
    "subscribe_events",
    "list_jobs",
    "list_batches",
    "job_details",
    "pause_jobs",
    "resume_jobs",
    "cancel_jobs",
    "retry_jobs",
    "top_jobs",
    "select_jobs",
    "move_jobs",
    "retarget_jobs",
    "keep_paths",
    "stage_paths",
    "list_staged",
    "number_staged",
    "enqueue_files",
    "list_library",
    "search_library",
    "create_folder",
    "create_album",
    "check_address",
    "open_place",
    "connect_place",
    "start_sign_in",
    "open_sign_in_page",
    "finish_sign_in",
    "cancel_sign_in",
    "sign_out",
    "vault_state",
    "unlock_vault",
    "network_way",
    "has_proxy_password",
    "set_proxy_password",
    "test_connection",
    "stop_connection_test",
    "connection_text",
    "save_connection_page",
    "open_connection_page",
    "list_settings",
    "set_setting",
    "bandwidth_now",
    "open_asset",
    "show_in_folder",
    "pick_files",
    "pick_folders",
    "save_receipt",
    "open_receipt",
    "metadata_form",
    "check_metadata",
    "missing_metadata",
    "read_sheet",
    "pick_sheet",
    "list_templates",
    "save_template",
    "delete_template",
    "known_words",
    "correct_metadata",
    "app_version",
];

fn main() {
    println!("cargo::rerun-if-changed=../icons");
    let attributes = Attributes::new().app_manifest(AppManifest::new().commands(COMMANDS));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
