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
    npm::build_ui(place)?;
    let build = || Run::cargo().arg("build").in_folder(&place.root);
    build().args(["--package", "ferry-cli", "--package", "ferry-tenant"]).run()?;
    build().args(["--package", "ferry-desktop", "--features", "custom-protocol"]).run()?;

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
        .args(["--", "sh", "-c", SESSION, "sh", "npm", "run", "test"])
        .in_folder(place.root.join("tests/e2e"))
        .env("FERRY_APP", place.built("ferry-desktop"))
        .env("FERRY_CLI", place.built("ferry"))
        .env("FERRY_TENANT", place.built("ferry-tenant"))
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
