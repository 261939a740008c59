//! The first library: believable people, folders and albums, with the names that bite (§13.5).

use crate::ids;
use crate::library::Library;
use crate::places;
use crate::store::db::Db;
use crate::store::field::{Field, Keyword};
use crate::store::node::{Node, NodeKind};
use crate::store::user::{Role, User};

const PEOPLE: [(&str, &str, &str, Role); 3] = [
    ("admin@demo.test", "Mara", "Lindqvist", Role::Admin),
    ("contributor@demo.test", "Jonas", "Weber", Role::Contributor),
    ("consumer@demo.test", "Aiko", "Tanaka", Role::Consumer),
];

/// Path and kind; the part after the last `>` is the name, so that names may hold a slash.
const TREE: [(&str, NodeKind); 26] = [
    ("Marketing", NodeKind::Folder),
    ("Marketing>Spring", NodeKind::Folder),
    ("Marketing>Spring>Selects", NodeKind::Album),
    ("Marketing>Spring>Raw", NodeKind::Album),
    ("Marketing>Spring>Social Media", NodeKind::Album),
    ("Marketing>Autumn", NodeKind::Folder),
    ("Marketing>Autumn>Selects", NodeKind::Album),
    // A folder and an album of one name, side by side [C] (§4).
    ("Marketing>Autumn", NodeKind::Album),
    ("Marketing>Press 24/25", NodeKind::Album),
    ("Products", NodeKind::Folder),
    ("Products>2026", NodeKind::Folder),
    ("Products>2026>Catalogue", NodeKind::Album),
    ("Products>2026>Packshots", NodeKind::Album),
    ("Products>2025", NodeKind::Folder),
    ("Products>2025>Catalogue", NodeKind::Album),
    // One in NFC, one in NFD: they look the same.
    ("Büro", NodeKind::Folder),
    ("Büro>Gebäude", NodeKind::Album),
    ("Bu\u{308}ro", NodeKind::Folder),
    ("Bu\u{308}ro>Gru\u{308}ße", NodeKind::Album),
    ("Events", NodeKind::Folder),
    ("Events>Oslo 100%", NodeKind::Album),
    ("Events>東京 🎏", NodeKind::Album),
    ("Inbox", NodeKind::Album),
    ("Management", NodeKind::Folder),
    ("Management>Board portraits", NodeKind::Album),
    ("Empty", NodeKind::Folder),
];

pub fn plant(library: &mut Library, db: &Db, seed: u64, now_ms: i64) {
    for (email, first, last, role) in PEOPLE {
        let user = User {
            email: email.into(),
            first_name: first.into(),
            last_name: last.into(),
            password: ids::seeded(seed, email, false, 14),
            role,
            rights: role.rights(),
            place: None,
        };
        db.put(&user);
        library.users.insert(user.email.clone(), user);
    }
    let mut folders: Vec<(&str, String)> = Vec::new();
    for (place, (path, kind)) in TREE.into_iter().enumerate() {
        let (above, name) = path.rsplit_once('>').map_or((None, path), |(above, name)| (Some(above), name));
        let parent = above.and_then(|above| folders.iter().find(|(path, _)| *path == above));
        let id = ids::seeded(seed, &format!("node {place} {path}"), true, 5);
        let created_ms = now_ms - 86_400_000 * (60 - place as i64);
        let node = Node {
            id: id.clone(),
            kind,
            name: name.into(),
            parent: parent.map(|(_, id)| id.clone()),
            description: String::new(),
            owner: PEOPLE[0].0.into(),
            created_ms,
            time_ms: created_ms,
            visible_to: (path == "Management").then(Vec::new),
        };
        db.put(&node);
        library.index_node(node);
        if kind == NodeKind::Folder {
            folders.push((path, id));
        }
    }
    for field in fields() {
        db.put(&field);
        library.fields.insert(field.id.clone(), field);
    }
    for name in ["Outdoors", "Portrait", "Product", "Campaign"] {
        let word = Keyword { name: name.into(), description: String::new() };
        db.put(&word);
        library.keywords.insert(word.name.clone(), word);
    }
    places::seed::plant(library, db, seed, now_ms);
}

/// Ids follow `meta_choice_3`, `meta_multichoice_0` [C]; types as in the web app [D] (§9.3).
fn fields() -> Vec<Field> {
    let field = |id: &str, name: &str, kind: &str, values: &[&str], required| Field {
        id: id.into(),
        name: name.into(),
        kind: kind.into(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
        required,
    };
    vec![
        field("meta_text_0", "Photo credit", "Text", &[], false),
        field("meta_text_1", "Campaign", "Text", &[], false),
        field("meta_number_0", "Cost centre", "Number", &[], false),
        field("meta_date_0", "Shooting date", "Date", &[], false),
        field("meta_choice_0", "Usage", "Single Choice", &["Internal", "Press", "Advertising"], true),
        field("meta_multichoice_0", "Channels", "Multiple Choice", &["Web", "Print", "Social", "TV"], false),
        field("meta_url_0", "Contract", "URL", &[], false),
    ]
}
