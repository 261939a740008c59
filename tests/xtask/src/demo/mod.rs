//! `cargo xtask demo`: Ferry against the demo library, from nothing to a verified upload.

mod files;
mod headless;
mod library;
mod verify;
mod window;

use std::fs;
use std::path::PathBuf;

use crate::command::Run;
use crate::failure::{Failure, Outcome, While};
use crate::npm;
use crate::place::{self, Place};
use crate::setup::{self, Mode, Purpose};
use files::LocalFile;
use library::Library;

/// Where the files go in the demo library.
const DESTINATION: &str = "Demo shoot";

/// What the two ways of running the demo need to know.
#[derive(Debug)]
struct Demo<'a> {
    place: &'a Place,
    library: Library,
    data: PathBuf,
    paths: Vec<PathBuf>,
    files: Vec<LocalFile>,
    /// Opens the encrypted credentials file where this system has no keychain.
    passphrase: String,
}

pub fn command(place: &Place, arguments: &[String]) -> Outcome {
    let mut close = false;
    let mut paths = Vec::new();
    for argument in arguments {
        match argument.as_str() {
            "--close" => close = true,
            flag if flag.starts_with('-') => return Err(Failure::new(format!("demo does not know {flag}"))),
            path => paths.push(PathBuf::from(path)),
        }
    }
    run(place, paths, place::has_display(), close)
}

/// `window`: in Ferry's window, kept open until someone closes it or, with `close`, until all is verified.
pub fn run(place: &Place, paths: Vec<PathBuf>, window: bool, close: bool) -> Outcome {
    let paths = if paths.is_empty() { vec![place.sample_shoot()] } else { paths };
    let paths: Vec<PathBuf> =
        paths.iter().map(|path| path.canonicalize().when(path.display())).collect::<Outcome<_>>()?;
    let files = files::below(&paths)?;
    if files.is_empty() {
        return Err(Failure::new("there is no file to upload in what was named"));
    }

    setup::ensure(place, &[if window { Purpose::Window } else { Purpose::CommandLine }], Mode::Install)?;
    build(place, window)?;

    // A library of its own for each run, so that what is found in it was uploaded by this one.
    let folder = place.target.join("demo");
    if folder.exists() {
        fs::remove_dir_all(&folder).when(folder.display())?;
    }
    fs::create_dir_all(&folder).when(folder.display())?;
    let library = Library::start(place, &folder.join("library"))?;
    println!("The demo library is at {}", library.url);

    let passphrase = random_word();
    let demo = Demo { place, library, data: folder.join("data"), paths, files, passphrase };
    let finished = if window { window::run(&demo, close) } else { headless::run(&demo) };
    // What the library holds is told in either case: it is what one wants to know after a failure.
    let verified = verify::print(&demo.files, &demo.library.assets()?);
    finished.and(verified)
}

fn build(place: &Place, window: bool) -> Outcome {
    let build = || Run::cargo().arg("build").in_folder(&place.root);
    build().args(["--package", "ferry-cli", "--package", "ferry-tenant"]).run()?;
    if window {
        npm::build_ui(place)?;
        // With this feature the window shows the built UI; without it, it would look for a development server.
        build().args(["--package", "ferry-desktop", "--features", "custom-protocol"]).run()?;
    }
    Ok(())
}

/// 256 bits from the operating system, by way of the standard library's own seeds.
fn random_word() -> String {
    use std::hash::{BuildHasher, RandomState};
    (0..4u8).map(|n| format!("{:016x}", RandomState::new().hash_one(n))).collect()
}
