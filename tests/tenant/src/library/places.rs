//! What is seen through a place, and by whom. A guess from end to end [ND].

use super::Library;
use crate::store::node::Node;
use crate::store::place::{Place, PlaceKind};
use crate::store::upload::UploadState;
use crate::store::user::{Right, Role, User};

/// Why a place lets nobody in, or takes no files. The words go over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    Missing,
    Closed,
    Expired,
    Full,
    Denied,
    Password,
}

impl Shut {
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "place_missing",
            Self::Closed => "place_closed",
            Self::Expired => "place_expired",
            Self::Full => "place_full",
            Self::Denied => "place_denied",
            Self::Password => "place_password",
        }
    }
}

impl Library {
    pub fn put_place(&mut self, place: Place) {
        self.places.insert(place.id.clone(), place);
    }

    pub fn place_by_code(&self, kind: PlaceKind, code: &str) -> Option<&Place> {
        self.places.values().find(|place| place.kind == kind && !code.is_empty() && place.code == code)
    }

    /// Whether somebody may come in at all. One that is full still answers, for what was sent before.
    pub fn opens(&self, id: &str, now_ms: i64) -> Result<&Place, Shut> {
        let place = self.places.get(id).ok_or(Shut::Missing)?;
        match place {
            place if place.closed => Err(Shut::Closed),
            place if place.has_expired(now_ms) => Err(Shut::Expired),
            place => Ok(place),
        }
    }

    /// Whether it takes another file.
    pub fn takes_files(&self, id: &str, now_ms: i64) -> Result<(), Shut> {
        let place = self.opens(id, now_ms)?;
        let Some(most) = place.most_files else { return Ok(()) };
        let sent = self.uploads_of.get(&place.identity(None)).into_iter().flatten();
        let counts = |state| matches!(state, UploadState::Initial | UploadState::Done);
        let sent = sent.filter_map(|seq| self.uploads.get(seq)).filter(|upload| counts(upload.state)).count();
        if sent >= most { Err(Shut::Full) } else { Ok(()) }
    }

    /// A user, the guest of a link, or a user in a Workspace.
    pub fn person(&self, identity: &str) -> Option<User> {
        if let Some(user) = self.users.get(identity) {
            return Some(user.clone());
        }
        let (id, member) = match identity.strip_prefix("place-")?.split_once('.') {
            Some((id, email)) => (id, Some(email)),
            None => (identity.strip_prefix("place-")?, None),
        };
        let place = self.places.get(id)?;
        match (place.kind, member) {
            (PlaceKind::UploadLink, None) => Some(guest(place)),
            (PlaceKind::Workspace, Some(email)) => {
                self.member(place, email).map(|user| in_workspace(place, user))
            }
            _ => None,
        }
    }

    /// The member of this e-mail; administrators are members of all.
    pub fn member(&self, place: &Place, email: &str) -> Option<&User> {
        let user = self.users.get(email)?;
        (user.role == Role::Admin || place.members.iter().any(|member| member == email)).then_some(user)
    }

    /// The space that a node stands in: a place's root, or `None` for the library itself.
    pub fn space_of<'a>(&'a self, node: &'a Node) -> Option<&'a str> {
        self.lineage(node).first().and_then(|top| top.parent.as_deref())
    }
}

fn guest(place: &Place) -> User {
    let mut rights = vec![Right::Upload, Right::Edit];
    if place.sees_others {
        rights.push(Right::Download);
    }
    User {
        email: place.identity(None),
        first_name: "Guest of".into(),
        last_name: place.name.clone(),
        password: String::new(),
        role: Role::Contributor,
        rights,
        place: Some(place.clone()),
    }
}

/// Rights are the member's own, less what the place does not offer.
fn in_workspace(place: &Place, user: &User) -> User {
    let offered = |right: &Right| match right {
        Right::CreateFolder | Right::CreateAlbum => place.folders,
        Right::Upload | Right::Download | Right::Edit | Right::Assign => true,
        Right::Delete => false,
    };
    let rights = user.rights.iter().copied().filter(offered).collect();
    // Not an administrator's eyes: those see everything.
    let role = Role::Contributor;
    let email = place.identity(Some(&user.email));
    User { email, role, rights, place: Some(place.clone()), ..user.clone() }
}
