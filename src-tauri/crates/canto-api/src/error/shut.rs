//! Why a place lets nobody in: the words of a contract that is Ferry's own guess [ND] (see `places.rs`).

/// What is said of an Upload Link or a Workspace instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaceShut {
    /// It was removed.
    Missing,
    /// Its owner has closed it.
    Closed,
    /// Its time is over.
    Expired,
    /// It takes no more files.
    Full,
    /// It is not open to this person.
    Denied,
    /// The password is not the one that its owner has set.
    WrongPassword,
}

impl PlaceShut {
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "place_missing" => Self::Missing,
            "place_closed" => Self::Closed,
            "place_expired" => Self::Expired,
            "place_full" => Self::Full,
            "place_denied" => Self::Denied,
            "place_password" => Self::WrongPassword,
            _ => return None,
        })
    }
}
