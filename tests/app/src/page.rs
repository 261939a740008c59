//! The page's end of the bridge: real invokes against the real commands and permissions, without a webview.

use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ferry_desktop::state::SharedShell;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody, InvokeResponseBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, Listener, Manager, WebviewWindow, WebviewWindowBuilder};

/// Nothing here takes longer; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the page has heard.
#[derive(Default)]
struct Heard {
    events: Mutex<Vec<Value>>,
    more: Condvar,
}

impl Heard {
    fn push(&self, event: Value) {
        self.events.lock().unwrap().push(event);
        self.more.notify_all();
    }
}

pub struct Page {
    pub app: App<MockRuntime>,
    pub window: WebviewWindow<MockRuntime>,
    channel: Arc<Heard>,
    emitted: Arc<Heard>,
}

impl Page {
    pub fn new(shell: SharedShell) -> Self {
        let (channel, emitted) = (Arc::<Heard>::default(), Arc::<Heard>::default());
        let heard = Arc::clone(&channel);
        let app = ferry_desktop::attach(mock_builder())
            .channel_interceptor(move |_, _, _, body| {
                heard.push(value(body));
                true
            })
            .build(ferry_desktop::context())
            .unwrap();
        app.manage(shell);
        for name in ["paths-opened", "open-refused", "files-dragged", "files-dropped"] {
            let heard = Arc::clone(&emitted);
            app.listen_any(name, move |event| heard.push(serde_json::from_str(event.payload()).unwrap()));
        }
        let window = WebviewWindowBuilder::new(&app, "main", Default::default()).build().unwrap();
        Self { app, window, channel, emitted }
    }

    /// # Errors
    /// What the page's promise would reject with.
    pub fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        call_from(&self.window, command, arguments)
    }

    /// Of a command that must succeed.
    pub fn ask<T: DeserializeOwned>(&self, command: &str, arguments: Value) -> T {
        match self.call(command, arguments) {
            Ok(value) => serde_json::from_value(value).unwrap(),
            Err(failure) => panic!("{command} was refused: {failure}"),
        }
    }

    /// The code that a command fails with.
    pub fn refused(&self, command: &str, arguments: Value) -> String {
        match self.call(command, arguments) {
            Ok(value) => panic!("{command} was not refused: {value}"),
            Err(failure) => {
                failure["code"].as_str().unwrap_or_else(|| panic!("no code: {failure}")).to_owned()
            }
        }
    }

    /// For a command that takes until something else has happened.
    pub fn ask_aside(&self, command: &'static str, arguments: Value) -> JoinHandle<Result<Value, Value>> {
        let window = self.window.clone();
        thread::spawn(move || call_from(&window, command, arguments))
    }

    pub fn subscribe(&self) -> Value {
        self.ask("subscribe_events", json!({ "channel": "__CHANNEL__:7" }))
    }

    /// Waits for an event of the engine that fits.
    pub fn hear(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        wait(&self.channel, wanted)
    }

    /// How many events fit so far.
    pub fn count(&self, wanted: impl Fn(&Value) -> bool) -> usize {
        self.channel.events.lock().unwrap().iter().filter(|event| wanted(event)).count()
    }

    /// Waits for these paths or addresses.
    pub fn opened(&self, paths: Value) {
        wait(&self.emitted, |event| *event == paths);
    }

    pub fn has_opened(&self) -> bool {
        !self.emitted.events.lock().unwrap().is_empty()
    }

    /// Waits until every job is settled; the totals of that moment.
    pub fn settled(&self) -> Value {
        let settled = ["done", "blocked", "skipped", "cancelled", "failed"];
        let event = self.hear(|event| {
            event["event"] == "jobs_changed"
                && event["totals"]["jobs"].as_object().is_some_and(|jobs| {
                    jobs.values().any(|count| *count != 0)
                        && jobs.iter().all(|(state, count)| *count == 0 || settled.contains(&state.as_str()))
                })
        });
        event["totals"]["jobs"].clone()
    }
}

/// From any window, to try permissions.
///
/// # Errors
/// What the page's promise would reject with.
pub fn call_from(
    window: &WebviewWindow<MockRuntime>,
    command: &str,
    arguments: Value,
) -> Result<Value, Value> {
    let url = if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" };
    let request = InvokeRequest {
        cmd: command.into(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: url.parse().unwrap(),
        body: InvokeBody::Json(arguments),
        headers: Default::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    get_ipc_response(window, request).map(|body| value(&body))
}

fn value(body: &InvokeResponseBody) -> Value {
    match body {
        InvokeResponseBody::Json(text) => serde_json::from_str(text).unwrap(),
        InvokeResponseBody::Raw(bytes) => json!(bytes),
    }
}

fn wait(heard: &Heard, wanted: impl Fn(&Value) -> bool) -> Value {
    let until = Instant::now() + PATIENCE;
    let mut events = heard.events.lock().unwrap();
    loop {
        if let Some(found) = events.iter().rev().find(|event| wanted(event)) {
            return found.clone();
        }
        let left = until.saturating_duration_since(Instant::now());
        assert!(!left.is_zero(), "waited too long; heard: {events:#?}");
        events = heard.more.wait_timeout(events, left).unwrap().0;
    }
}
