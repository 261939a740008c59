//! The places of a new library: a link for everyone, one with a password, one that is over, and a Workspace.

use crate::ids;
use crate::library::Library;
use crate::store::db::Db;
use crate::store::node::{Node, NodeKind};
use crate::store::place::{Ask, Place, PlaceKind};

pub fn plant(library: &mut Library, db: &Db, seed: u64, now_ms: i64) {
    let owner = library.users.keys().next().cloned().unwrap_or_default();
    let album = library.nodes.values().find(|node| node.name == "Press 24/25").map(|node| node.id.clone());
    let ask = |id: &str, required| Ask { id: id.into(), required };
    let link = |name: &str| Place {
        id: ids::seeded(seed, &format!("place {name}"), true, 5),
        kind: PlaceKind::UploadLink,
        name: name.into(),
        code: ids::seeded(seed, &format!("place code {name}"), false, 28),
        owner: owner.clone(),
        password: None,
        email: None,
        closed: false,
        expires_ms: None,
        most_files: None,
        album: None,
        sees_others: false,
        folders: false,
        members: Vec::new(),
        fields: Vec::new(),
    };
    let places = [
        Place {
            album,
            fields: vec![ask("meta_text_0", true), ask("meta_choice_0", false)],
            ..link("Press photos")
        },
        Place {
            password: Some(ids::seeded(seed, "place password", false, 12)),
            sees_others: true,
            ..link("Agency deliveries")
        },
        Place { expires_ms: Some(now_ms - 86_400_000), ..link("Spring open call") },
        Place {
            kind: PlaceKind::Workspace,
            code: "brand-team".into(),
            sees_others: true,
            folders: true,
            members: vec!["contributor@demo.test".into()],
            fields: vec![ask("meta_text_1", false), ask("meta_multichoice_0", false)],
            ..link("Brand team")
        },
    ];
    for place in places {
        match place.inbox() {
            Some(id) => node(library, db, now_ms, &place, id, NodeKind::Album, &place.name, None),
            None => {
                let id = |name: &str| ids::seeded(seed, &format!("{} {name}", place.id), true, 5);
                let folder = id("Campaigns");
                node(library, db, now_ms, &place, id("Logos"), NodeKind::Album, "Logos", None);
                node(library, db, now_ms, &place, folder.clone(), NodeKind::Folder, "Campaigns", None);
                node(library, db, now_ms, &place, id("Autumn"), NodeKind::Album, "Autumn", Some(folder));
            }
        }
        db.put(&place);
        library.put_place(place);
    }
}

#[allow(clippy::too_many_arguments, reason = "a row of the first tree")]
fn node(
    library: &mut Library,
    db: &Db,
    now_ms: i64,
    place: &Place,
    id: String,
    kind: NodeKind,
    name: &str,
    parent: Option<String>,
) {
    let node = Node {
        id,
        kind,
        name: name.into(),
        parent: Some(parent.unwrap_or_else(|| place.root())),
        description: String::new(),
        owner: place.owner.clone(),
        created_ms: now_ms,
        time_ms: now_ms,
        visible_to: None,
    };
    db.put(&node);
    library.index_node(node);
}
