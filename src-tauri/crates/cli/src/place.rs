//! Destinations, as people name them.

use engine::EngineHandle;
use engine::error::{ErrorCode, Failure, Outcome};
use engine::model::{AccountId, Destination, DestinationKind, LibraryNode, NodeKind};

/// The place of a name, of the wanted kind; what is missing of it is made, if so wished.
pub async fn find(
    handle: &EngineHandle,
    account: AccountId,
    text: &str,
    kind: NodeKind,
    create: bool,
) -> Outcome<Destination> {
    let place = handle.resolve_destination(account, text, kind == NodeKind::Folder, create).await?;
    let fits = match place.kind {
        DestinationKind::Library => kind == NodeKind::Folder,
        DestinationKind::Folder => kind == NodeKind::Folder,
        DestinationKind::Album => kind == NodeKind::Album,
    };
    if fits || !create || is_id(text) {
        return Ok(place);
    }
    // A folder and an album of one name may stand side by side.
    let (above, name) = split_last(text);
    let name = name.replace("\\/", "/");
    if name.trim().is_empty() {
        return Err(Failure::new(ErrorCode::NameRefused).with("reason", "empty"));
    }
    let above = handle.resolve_destination(account, above, true, create).await?;
    let parent = (above.kind == DestinationKind::Folder).then(|| above.id.clone());
    let node = match kind {
        NodeKind::Folder => handle.create_folder(account, parent, &name).await?,
        NodeKind::Album => handle.create_album(account, parent, &name).await?,
    };
    Ok(made(&above, node))
}

fn made(above: &Destination, node: LibraryNode) -> Destination {
    let path = if above.path.is_empty() { node.name } else { format!("{} / {}", above.path, node.name) };
    let kind = match node.kind {
        NodeKind::Folder => DestinationKind::Folder,
        NodeKind::Album => DestinationKind::Album,
    };
    Destination { kind, id: node.id, path }
}

/// Whether the place is named by its id.
pub fn is_id(text: &str) -> bool {
    text.starts_with("album:") || text.starts_with("folder:")
}

/// What is before the last slash that is not part of a name, and what is after it.
fn split_last(text: &str) -> (&str, &str) {
    let text = text.trim_end_matches('/');
    let at = text.char_indices().rev().find(|(at, c)| *c == '/' && !text[..*at].ends_with('\\'));
    at.map_or(("", text), |(at, _)| (&text[..at], &text[at + 1..]))
}

/// A place in words.
pub fn shown(place: &Destination) -> String {
    match place.kind {
        DestinationKind::Library => "the top of the library".to_owned(),
        DestinationKind::Folder => format!("folder {} (folder:{})", place.path, place.id),
        DestinationKind::Album => format!("album {} (album:{})", place.path, place.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_may_hold_an_escaped_slash() {
        assert_eq!(split_last("A/B/C"), ("A/B", "C"));
        assert_eq!(split_last("A/Press 24\\/25"), ("A", "Press 24\\/25"));
        assert_eq!(split_last("Press 24\\/25"), ("", "Press 24\\/25"));
        assert_eq!(split_last("A/"), ("", "A"));
    }
}
