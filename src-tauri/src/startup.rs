//! From `main` to a window with a running engine.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use engine::error::Outcome;
use tauri::{App, AppHandle, Builder, Context, Manager, RunEvent, Runtime, Wry};
use tauri_plugin_notification::NotificationExt;
use tracing_subscriber::EnvFilter;

use crate::desktop::SystemDesktop;
use crate::settings::Settings;
use crate::state::{SharedShell, Shell};
use crate::{background, commands, demo, opened, quit, takeover, thumbnails, tray, window};

/// An argument: Ferry starts without its window, as it does at login.
pub const HIDDEN: &str = "--hidden";
/// How long a start without a window waits for a tray to be there: at login that may come later.
const TRAY_PATIENCE: Duration = Duration::from_secs(30);

/// Everything that the mock runtime of the tests has too.
pub fn attach<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    builder
        .manage(opened::Opened::default())
        .manage(window::SharedLooks::default())
        .invoke_handler(commands::handler())
        .register_asynchronous_uri_scheme_protocol(thumbnails::SCHEME, thumbnails::serve)
        .on_window_event(window::on_event)
}

/// Configuration, permissions and the built page.
pub fn context<R: Runtime>() -> Context<R> {
    tauri::generate_context!()
}

/// Runs Ferry until it is quit.
pub fn run() -> ExitCode {
    log();
    if !has_display() {
        eprintln!("Ferry needs a display. On a computer without one, use the command line: ferry --help");
        return ExitCode::from(2);
    }
    match build() {
        Ok(app) => {
            app.run(on_event);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("Ferry can't open its window: {error}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> tauri::Result<App<Wry>> {
    let settings = Settings::from_env();
    let mut context = context();
    context.config_mut().identifier = settings.instance(&context.config().identifier);
    // First among the plugins: a second start ends there.
    let single = tauri_plugin_single_instance::init(|app, arguments, folder| {
        if !arguments.iter().any(|argument| argument == HIDDEN) {
            window::show(app);
        }
        opened::open(app, &opened::paths(arguments, Path::new(&folder)));
    });
    attach(Builder::default())
        .plugin(single)
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_autostart::Builder::new().arg(HIDDEN).build())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .setup(move |app| Ok(setup(app.handle(), settings)?))
        .build(context)
}

fn setup(app: &AppHandle<Wry>, settings: Settings) -> tauri::Result<()> {
    let shell = Shell::new(settings, Box::new(SystemDesktop(app.clone())));
    app.manage(SharedShell::clone(&shell));
    opened::open(app, &opened::paths(std::env::args_os(), &current_folder()));
    let tray = tray::make(app);
    if std::env::args_os().any(|argument| argument == HIDDEN) && (tray.is_some() || cfg!(target_os = "macos"))
    {
        tauri::async_runtime::spawn_blocking({
            let app = app.clone();
            move || show_without_tray(&app)
        });
    } else {
        window::make(app)?;
    }
    if let Some(tray) = tray {
        tauri::async_runtime::spawn(tray::follow(app.clone(), tray));
    }
    let clicked = app.clone();
    if let Err(error) = app.notification().on_action(move |_| window::show(&clicked)) {
        tracing::warn!(%error, "a click on a notification does nothing");
    }
    tauri::async_runtime::spawn(background::follow(app.clone()));
    tauri::async_runtime::spawn(quit::on_signals(app.clone()));
    tauri::async_runtime::spawn(takeover::watch(SharedShell::clone(&shell)));
    tauri::async_runtime::spawn(async move {
        if let Err(failure) = start(&shell).await {
            // The page shows it too, with what to do.
            tracing::error!(%failure, "Ferry did not start as it should");
        }
    });
    Ok(())
}

/// Nobody would know of a Ferry without window and tray.
fn show_without_tray(app: &AppHandle<Wry>) {
    let until = Instant::now() + TRAY_PATIENCE;
    while !tray::leads_back(app) {
        if Instant::now() >= until {
            return window::show(app);
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

async fn start(shell: &Shell) -> Outcome<()> {
    let engine = shell.engine().await?;
    tracing::info!(data = %engine.data_dir().display(), owner = engine.is_owner(), "Ferry runs");
    if let Some(order) = demo::order() {
        let batch = demo::run(&engine, &order).await?;
        tracing::info!(%batch, "the demo's files are in the queue");
    }
    Ok(())
}

fn on_event(app: &AppHandle<Wry>, event: RunEvent) {
    match event {
        // The last window was closed; only quitting has a code.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        RunEvent::Exit => quit::stop(app),
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            window::show(app);
            opened::open_urls(app, &urls);
        }
        _ => {}
    }
}

fn log() {
    let filter = EnvFilter::try_from_env("FERRY_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let set = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    if let Err(error) = set {
        eprintln!("no log: {error}");
    }
}

fn current_folder() -> PathBuf {
    std::env::current_dir().unwrap_or_default()
}

/// GTK ends the process where there is none.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
