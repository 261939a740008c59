//! A desktop for one run: a screen (Xvfb), a message bus and an unlocked keychain, all gone afterwards.

use std::fs;

use crate::command::Run;
use crate::failure::{Outcome, While};
use crate::npm;
use crate::place::Place;

/// Inside the bus: unlocks a keychain with an empty password, then starts the tests under a screen. The keychain's
/// daemon returns when it is ready, and ends when its bus does.
const SESSION: &str = "
printf '\\n' | gnome-keyring-daemon --daemonize --unlock --components=secrets >/dev/null || exit 1
exec xvfb-run --auto-servernum --server-args='-screen 0 1440x900x24' \"$@\"
";

pub fn run(place: &Place) -> Outcome {
    under_a_screen(place, &[], &["npm", "run", "test"])
}

/// `cargo xtask bench window`: the built window over a million jobs.
pub fn measure(place: &Place) -> Outcome {
    under_a_screen(place, &["--release"], &["node", "window.measure.mjs"])
}

fn under_a_screen(place: &Place, profile: &[&str], command: &[&str]) -> Outcome {
    npm::build_ui(place)?;
    let build = || Run::cargo().arg("build").args(profile).in_folder(&place.root);
    build().args(["--package", "ferry-cli", "--package", "ferry-tenant"]).run()?;
    build().args(["--package", "ferry-desktop", "--features", "custom-protocol"]).run()?;
    let released = !profile.is_empty();
    if released {
        build().args(["--package", "ferry-bench"]).run()?;
    }
    let built = place.target.join(if released { "release" } else { "debug" });
    let program = |name: &str| built.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));

    // Settings, caches and the keychain of the person who runs this stay untouched.
    let home = place.target.join("e2e");
    if home.exists() {
        fs::remove_dir_all(&home).when(home.display())?;
    }
    let folder = |name: &str| {
        let path = home.join(name);
        fs::create_dir_all(&path).when(path.display()).map(|()| path)
    };
    Run::new("dbus-run-session")
        .args(["--", "sh", "-c", SESSION, "sh"])
        .args(command)
        .in_folder(place.root.join("tests/e2e"))
        .env("FERRY_APP", program("ferry-desktop"))
        .env("FERRY_CLI", program("ferry"))
        .env("FERRY_TENANT", program("ferry-tenant"))
        .env("FERRY_BENCH", program("ferry-bench"))
        .env("FERRY_TAURI_DRIVER", place.tool("tauri-driver"))
        .env("FERRY_SAMPLE_SHOOT", place.sample_shoot())
        .env("FERRY_E2E_DIR", folder("work")?)
        .env("XDG_CONFIG_HOME", folder("config")?)
        .env("XDG_DATA_HOME", folder("data")?)
        .env("XDG_CACHE_HOME", folder("cache")?)
        .env("PATH", place.path_with_tools()?)
        .without_env("WAYLAND_DISPLAY")
        .run()
}
