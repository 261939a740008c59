//! The demo with a display: Ferry's window opens, signed in, and uploads by itself.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{DESTINATION, Demo, headless, verify};
use crate::child::Beside;
use crate::command::Run;
use crate::failure::{Failure, Outcome};

/// How long the library may stay as it is before we say what is missing. The window stays open all the same.
const PATIENCE: Duration = Duration::from_secs(120);

pub fn run(demo: &Demo<'_>, close: bool) -> Outcome {
    let mut window = Beside::start(
        Run::new(demo.place.built("ferry-desktop"))
            .in_folder(&demo.place.root)
            .env("FERRY_DATA_DIR", &demo.data)
            .env("FERRY_PASSPHRASE", &demo.passphrase)
            .env("FERRY_DEMO", order(demo).to_string()),
    )?;

    let done = wait_until_all_is_there(demo, &mut window)?;
    if done {
        println!("Every file is done and in the library.");
    }
    if close {
        return if done { Ok(()) } else { Err(Failure::new("the window's upload did not finish.")) };
    }
    println!("Ferry stays open until you quit it.");
    let status = window.wait()?;
    if done && status.success() {
        return Ok(());
    }
    // Someone may have finished it by hand after we had given up waiting.
    match headless::unfinished_jobs(demo)?.as_slice() {
        [] if status.success() => Ok(()),
        [] => Err(Failure::new(format!("Ferry ended with {status}."))),
        open => Err(Failure::new(format!("{} files are not done: {}", open.len(), open.join("; ")))),
    }
}

/// What the window does by itself: sign in with the credentials, upload the paths to the destination.
fn order(demo: &Demo<'_>) -> serde_json::Value {
    json!({
        "url": demo.library.url,
        "app_id": demo.library.app_id,
        "app_secret": demo.library.app_secret,
        "to": DESTINATION,
        "create": true,
        "duplicates": "off",
        "paths": demo.paths,
    })
}

/// False when nothing more came for a while, or the window was closed before.
fn wait_until_all_is_there(demo: &Demo<'_>, window: &mut Beside) -> Outcome<bool> {
    let mut held = 0;
    let mut changed = Instant::now();
    loop {
        if window.ended()?.is_some() {
            return Ok(false);
        }
        let assets = demo.library.assets()?;
        let missing = verify::missing(&demo.files, &assets);
        if missing.is_empty() && headless::unfinished_jobs(demo).is_ok_and(|jobs| jobs.is_empty()) {
            return Ok(true);
        }
        if assets.len() != held {
            held = assets.len();
            changed = Instant::now();
            println!("{} of {} files are in the library", demo.files.len() - missing.len(), demo.files.len());
        }
        if changed.elapsed() > PATIENCE {
            println!(
                "Nothing new in the library for {} s; {} files are missing.",
                PATIENCE.as_secs(),
                missing.len()
            );
            return Ok(false);
        }
        thread::sleep(Duration::from_secs(1));
    }
}
