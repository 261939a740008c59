//! Which icon the tray shows, as plain data.

use crate::picture::{Mood, Picture};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Idle,
    Working,
    Paused,
    Attention,
    Offline,
}

impl Icon {
    pub fn of(picture: &Picture) -> Self {
        match picture.mood() {
            Mood::NotStarted | Mood::SignInRequired => Self::Attention,
            Mood::Offline => Self::Offline,
            Mood::Paused => Self::Paused,
            Mood::Working | Mood::Waiting => Self::Working,
            Mood::Resting if picture.problems() > 0 => Self::Attention,
            Mood::Resting => Self::Idle,
        }
    }

    /// Black with transparency on macOS, which colours it itself; white elsewhere, where panels are mostly dark.
    pub fn png(self) -> &'static [u8] {
        macro_rules! drawing {
            ($state:literal) => {
                if cfg!(target_os = "macos") {
                    include_bytes!(concat!("../../../icons/tray/", $state, "-44.png"))
                } else {
                    include_bytes!(concat!("../../../icons/tray/", $state, "-32-white.png"))
                }
            };
        }
        match self {
            Self::Idle => drawing!("idle"),
            Self::Working => drawing!("working"),
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
        assert_eq!(Icon::of(&with(&[(Queued, 3), (Failed, 1)])), Icon::Working);
        assert_eq!(Icon::of(&with(&[(Done, 3), (Blocked, 1)])), Icon::Attention);
        assert_eq!(Icon::of(&with(&[(Paused, 3)])), Icon::Paused);
    }

    #[test]
    fn every_icon_is_a_picture() {
        for icon in [Icon::Idle, Icon::Working, Icon::Paused, Icon::Attention, Icon::Offline] {
            assert!(tauri::image::Image::from_bytes(icon.png()).is_ok(), "{icon:?}");
        }
    }
}
