//! What the page may ask. A command is a few lines: it hands over to the engine and gives its answer back.

pub mod app;
pub mod collections;
pub mod duplicates;
pub mod folders;
pub mod library;
pub mod metadata;
pub mod network;
pub mod queue;
pub mod receipts;
pub mod session;
pub mod settings;

use tauri::Runtime;
use tauri::ipc::Invoke;

macro_rules! commands {
    ($($module:ident :: $name:ident),* $(,)?) => {
        /// Their names, as the page calls them.
        pub const COMMANDS: &[&str] = &[$(stringify!($name)),*];

        pub fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($module::$name),*]
        }
    };
}

commands![
    app::subscribe_events,
    queue::list_jobs,
    queue::list_batches,
    queue::job_details,
    queue::pause_jobs,
    queue::resume_jobs,
    queue::cancel_jobs,
    queue::retry_jobs,
    queue::top_jobs,
    queue::select_jobs,
    queue::move_jobs,
    queue::retarget_jobs,
    queue::keep_paths,
    queue::stage_paths,
    queue::list_staged,
    queue::number_staged,
    queue::enqueue_files,
    collections::list_collections,
    collections::kept_collections,
    collections::add_collection,
    collections::switch_collection,
    collections::sync_collections,
    collections::preview_collection,
    collections::confirm_removals,
    collections::sync_folder_now,
    collections::preview_sync_folder,
    collections::pick_sync_folder,
    collections::choose_sync_folder,
    collections::open_sync_folder,
    collections::list_held_files,
    collections::restore_held_file,
    collections::list_mirror_activity,
    collections::show_mirrored_file,
    duplicates::list_decisions,
    duplicates::decide_duplicates,
    duplicates::local_facts,
    duplicates::preview_duplicates,
    duplicates::stop_duplicate_preview,
    duplicates::open_duplicate,
    folders::list_watched,
    folders::watch_folder,
    folders::change_watched,
    folders::preview_sync,
    library::list_library,
    library::search_library,
    library::create_folder,
    library::create_album,
    session::check_address,
    session::open_place,
    session::connect_place,
    session::start_sign_in,
    session::open_sign_in_page,
    session::finish_sign_in,
    session::cancel_sign_in,
    session::sign_out,
    session::vault_state,
    session::unlock_vault,
    network::network_way,
    network::has_proxy_password,
    network::set_proxy_password,
    network::test_connection,
    network::stop_connection_test,
    network::connection_text,
    network::save_connection_page,
    network::open_connection_page,
    settings::list_settings,
    settings::set_setting,
    settings::bandwidth_now,
    app::hold_page,
    app::open_asset,
    app::show_in_folder,
    app::pick_files,
    app::pick_folders,
    receipts::save_receipt,
    receipts::open_receipt,
    metadata::metadata_form,
    metadata::check_metadata,
    metadata::missing_metadata,
    metadata::read_sheet,
    metadata::pick_sheet,
    metadata::list_templates,
    metadata::save_template,
    metadata::delete_template,
    metadata::known_words,
    metadata::correct_metadata,
    app::app_version,
];
