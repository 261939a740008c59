//! Which icon the tray shows, as plain data, and its picture.

use engine::error::Outcome;
use tauri::image::Image;

use super::ring;
use crate::errors::internal;
use crate::picture::{Mood, Picture};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Idle,
    /// How far the ring is, of `ring::STEPS`.
    Working(u64),
    Paused,
    Attention,
    Offline,
}

/// What it is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Black,
    White,
}

impl Ink {
    /// `dark`: how the system's windows look, if that is known. macOS colours a black drawing itself. The bar of most desktops
    /// is dark whatever windows look like; that of Windows and of KDE goes with them.
    pub fn of(system: &str, desktop: &str, dark: Option<bool>) -> Self {
        let follows = system == "windows" || desktop.split(':').any(|name| name == "KDE");
        match (system, dark) {
            ("macos", _) => Self::Black,
            (_, Some(false)) if follows => Self::Black,
            _ => Self::White,
        }
    }

    pub fn here(dark: Option<bool>) -> Self {
        let desktop = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
        Self::of(std::env::consts::OS, &desktop, dark)
    }
}

impl Icon {
    pub fn of(picture: &Picture) -> Self {
        match picture.mood() {
            Mood::NotStarted | Mood::SignInRequired => Self::Attention,
            Mood::Offline => Self::Offline,
            Mood::Paused => Self::Paused,
            Mood::Working | Mood::Waiting => Self::Working(picture.step_of(ring::STEPS)),
            Mood::Resting if picture.problems() > 0 => Self::Attention,
            Mood::Resting => Self::Idle,
        }
    }

    /// # Errors
    /// `Internal` when the drawing can't be read.
    pub fn image(self, ink: Ink) -> Outcome<Image<'static>> {
        let drawing = Image::from_bytes(self.png(ink)).map_err(internal)?;
        Ok(match self {
            Self::Working(step) => ring::around(&drawing, ink, step),
            _ => drawing,
        })
    }

    fn png(self, ink: Ink) -> &'static [u8] {
        macro_rules! drawing {
            ($state:literal) => {
                match ink {
                    _ if cfg!(target_os = "macos") => {
                        include_bytes!(concat!("../../../icons/tray/", $state, "-44.png")).as_slice()
                    }
                    Ink::Black => {
                        include_bytes!(concat!("../../../icons/tray/", $state, "-32.png")).as_slice()
                    }
                    Ink::White => {
                        include_bytes!(concat!("../../../icons/tray/", $state, "-32-white.png")).as_slice()
                    }
                }
            };
        }
        match self {
            Self::Idle => drawing!("idle"),
            Self::Working(_) => drawing!("working"),
            Self::Paused => drawing!("paused"),
            Self::Attention => drawing!("attention"),
            Self::Offline => drawing!("offline"),
        }
    }
}

#[cfg(test)]
mod tests {
    use engine::model::JobStateKind::{Blocked, Done, Failed, Paused, Queued};

    use super::*;
    use crate::picture::tests::with;

    #[test]
    fn problems_show_when_nothing_moves_any_more() {
        assert_eq!(Icon::of(&with(&[(Done, 3)])), Icon::Idle);
        assert_eq!(Icon::of(&with(&[(Queued, 3), (Failed, 1)])), Icon::Working(0));
        assert_eq!(Icon::of(&with(&[(Done, 3), (Blocked, 1)])), Icon::Attention);
        assert_eq!(Icon::of(&with(&[(Paused, 3)])), Icon::Paused);
    }

    #[test]
    fn the_ink_goes_with_the_bar() {
        let cases = [
            ("macos", "", Some(true), Ink::Black),
            ("windows", "", Some(true), Ink::White),
            ("windows", "", Some(false), Ink::Black),
            ("windows", "", None, Ink::White),
            ("linux", "ubuntu:GNOME", Some(false), Ink::White),
            ("linux", "KDE", Some(false), Ink::Black),
            ("linux", "KDE", Some(true), Ink::White),
        ];
        for (system, desktop, dark, ink) in cases {
            assert_eq!(Ink::of(system, desktop, dark), ink, "{system} {desktop} {dark:?}");
        }
    }

    #[test]
    fn every_icon_is_a_picture_of_its_own() {
        for ink in [Ink::Black, Ink::White] {
            let all = [
                Icon::Idle,
                Icon::Working(0),
                Icon::Working(6),
                Icon::Working(12),
                Icon::Paused,
                Icon::Attention,
                Icon::Offline,
            ];
            let images = all.map(|icon| icon.image(ink).unwrap().rgba().to_vec());
            for (at, image) in images.iter().enumerate() {
                assert!(!images[..at].contains(image), "{:?} {ink:?}", all[at]);
            }
        }
    }
}
