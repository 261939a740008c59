//! `ferry tree`

use engine::EngineHandle;
use engine::model::{AccountId, Destination, DestinationKind, LibraryNode, NodeKind};

use crate::args::{Global, Tree};
use crate::exit::{Ended, Exit, Problem};
use crate::lines::Line;
use crate::output::{Output, counted, plain};
use crate::session::{Need, Session};

pub async fn run(global: &Global, tree: Tree, out: &Output) -> Ended {
    Session::with(global, Need::Tenant, async |session| {
        let account = session.account().await?;
        let handle = session.handle();
        let place = handle.resolve_destination(account.id, &tree.dest, true, false).await?;
        if place.kind == DestinationKind::Album {
            out.line(&Line::Destination { destination: &place })?;
            out.say(format!("{} (album)", plain(&place.path)))?;
            return Ok(Exit::Well);
        }
        walk(handle, account.id, place, tree.depth.unwrap_or(usize::MAX), out).await?;
        Ok(Exit::Well)
    })
    .await
}

/// Prints as it goes, one call for each folder.
async fn walk(
    handle: &EngineHandle,
    account: AccountId,
    place: Destination,
    depth: usize,
    out: &Output,
) -> Result<(), Problem> {
    let top = (place.kind == DestinationKind::Folder).then_some(place.id);
    if depth == 0 {
        return Ok(());
    }
    let mut open: Vec<(usize, LibraryNode)> = children(handle, account, top, 0).await?;
    while let Some((level, node)) = open.pop() {
        out.line(&Line::Node { depth: level, node: &node })?;
        out.say(shown(level, &node))?;
        if node.kind == NodeKind::Folder && level + 1 < depth && node.size != Some(0) {
            open.extend(children(handle, account, Some(node.id), level + 1).await?);
        }
    }
    Ok(())
}

/// Last first, as they are taken from the end.
async fn children(
    handle: &EngineHandle,
    account: AccountId,
    folder: Option<String>,
    level: usize,
) -> Result<Vec<(usize, LibraryNode)>, Problem> {
    let nodes = handle.list_library(account, folder).await?;
    Ok(nodes.into_iter().rev().map(|node| (level, node)).collect())
}

fn shown(level: usize, node: &LibraryNode) -> String {
    let room = "  ".repeat(level);
    let name = plain(&node.name);
    match (node.kind, node.size) {
        (NodeKind::Folder, _) => format!("{room}{name}/"),
        (NodeKind::Album, None) => format!("{room}{name}"),
        (NodeKind::Album, Some(size)) => format!("{room}{name}  ({})", counted(size, "asset", "assets")),
    }
}
