//! The tenant's tree, for choosing a destination.

use canto_api::{ApiError, NodeKind as ApiKind, TreeNode};

use super::EngineHandle;
use crate::error::{ErrorCode, Failure, Outcome};
use crate::intake::library_name;
use crate::model::{AccountId, Destination, DestinationKind, LibraryNode, NodeKind};
use crate::transfer::rights::refused_place;

const MOST_FOUND: usize = 200;

impl EngineHandle {
    /// What is in one folder, or at the top; one call.
    pub async fn list_library(
        &self,
        account: AccountId,
        folder: Option<String>,
    ) -> Outcome<Vec<LibraryNode>> {
        let tenant = self.inner.tenants.get(account).await?;
        let nodes = tenant.client.tree(folder.as_deref(), 1).await.map_err(|error| refused_place(&error))?;
        Ok(nodes.into_iter().filter_map(view).collect())
    }

    /// Folders and albums whose name holds the text, case ignored; at most 200.
    pub async fn search_library(&self, account: AccountId, text: &str) -> Outcome<Vec<LibraryNode>> {
        let tenant = self.inner.tenants.get(account).await?;
        let nodes = tenant.client.tree(None, -1).await.map_err(|error| refused_place(&error))?;
        let wanted = text.to_lowercase();
        let mut found = Vec::new();
        let mut open: Vec<TreeNode> = nodes.into_iter().rev().collect();
        while let Some(mut node) = open.pop() {
            open.extend(std::mem::take(&mut node.children).into_iter().rev());
            if node.name.to_lowercase().contains(&wanted) {
                found.extend(view(node));
            }
            if found.len() >= MOST_FOUND {
                break;
            }
        }
        Ok(found)
    }

    pub async fn create_folder(
        &self,
        account: AccountId,
        parent: Option<String>,
        name: &str,
    ) -> Outcome<LibraryNode> {
        self.create(account, parent, name, NodeKind::Folder).await
    }

    pub async fn create_album(
        &self,
        account: AccountId,
        parent: Option<String>,
        name: &str,
    ) -> Outcome<LibraryNode> {
        self.create(account, parent, name, NodeKind::Album).await
    }

    async fn create(
        &self,
        account: AccountId,
        parent: Option<String>,
        name: &str,
        kind: NodeKind,
    ) -> Outcome<LibraryNode> {
        let name = library_name(name)?;
        let name = name.as_str();
        let tenant = self.inner.tenants.get(account).await?;
        let made = match kind {
            NodeKind::Folder => tenant.client.create_folder(parent.as_deref(), name).await,
            NodeKind::Album => tenant.client.create_album(parent.as_deref(), name).await,
        };
        let node = made.map_err(|error| refused_here(&error, name))?;
        if kind == NodeKind::Album {
            tenant.refusals.saw_album(&node.id);
        }
        // The answer may hold the id alone [C].
        let path = if node.name_path.is_empty() { name.to_owned() } else { shown(&node.name_path) };
        Ok(LibraryNode { kind, id: node.id, name: name.to_owned(), path, size: Some(0) })
    }

    /// The place that a text names: `Folder/Album` by names, `album:ID`, `folder:ID`; empty or `/` is the top.
    /// A `/` within a name is written `\/`. `needs_folder`: folders will be made in it. `create`: missing parts are made.
    ///
    /// # Errors
    /// `DestinationMissing`; `DestinationRefused` when a part can't be made.
    pub async fn resolve_destination(
        &self,
        account: AccountId,
        text: &str,
        needs_folder: bool,
        create: bool,
    ) -> Outcome<Destination> {
        let missing = || Failure::new(ErrorCode::DestinationMissing).with("destination", text);
        for (prefix, kind) in [("album:", ApiKind::Album), ("folder:", ApiKind::Folder)] {
            if let Some(id) = text.strip_prefix(prefix) {
                let tenant = self.inner.tenants.get(account).await?;
                let node = tenant.client.node(kind.clone(), id).await.map_err(|error| {
                    let failure = refused_place(&error).with("destination", text);
                    // An id that was typed may be wrong as well.
                    if failure.code == ErrorCode::DestinationMissing { missing() } else { failure }
                })?;
                let kind = match kind {
                    ApiKind::Album => DestinationKind::Album,
                    _ => DestinationKind::Folder,
                };
                if kind == DestinationKind::Album {
                    tenant.refusals.saw_album(id);
                }
                return Ok(Destination { kind, id: id.to_owned(), path: shown(&node.name_path) });
            }
        }
        let names = split(text);
        let mut place =
            Destination { kind: DestinationKind::Library, id: String::new(), path: String::new() };
        for (at, name) in names.iter().enumerate() {
            let parent = (!place.id.is_empty()).then(|| place.id.clone());
            let last = at + 1 == names.len();
            let nodes = self.list_library(account, parent.clone()).await?;
            let of =
                |kind: NodeKind| nodes.iter().find(|node| node.kind == kind && same_name(&node.name, name));
            let found = match (last, needs_folder) {
                (false, _) => of(NodeKind::Folder),
                (true, true) => of(NodeKind::Folder).or_else(|| of(NodeKind::Album)),
                (true, false) => of(NodeKind::Album).or_else(|| of(NodeKind::Folder)),
            };
            let node = match found {
                Some(node) => node.clone(),
                None if create => {
                    let kind = if last && !needs_folder { NodeKind::Album } else { NodeKind::Folder };
                    self.create(account, parent, name, kind).await?
                }
                None => return Err(missing()),
            };
            let path = if place.path.is_empty() {
                node.name.clone()
            } else {
                format!("{} / {}", place.path, node.name)
            };
            let kind = match node.kind {
                NodeKind::Folder => DestinationKind::Folder,
                NodeKind::Album => DestinationKind::Album,
            };
            place = Destination { kind, id: node.id, path };
        }
        if place.kind == DestinationKind::Album {
            self.inner.tenants.get(account).await?.refusals.saw_album(&place.id);
        }
        Ok(place)
    }
}

fn view(node: TreeNode) -> Option<LibraryNode> {
    let kind = match node.scheme {
        ApiKind::Folder => NodeKind::Folder,
        ApiKind::Album => NodeKind::Album,
        ApiKind::Other(_) => return None,
    };
    Some(LibraryNode { kind, id: node.id, name: node.name, path: shown(&node.name_path), size: node.size })
}

/// A name path as the tenant writes it, with room around the slashes.
fn shown(name_path: &str) -> String {
    name_path.split('/').collect::<Vec<_>>().join(" / ")
}

fn same_name(a: &str, b: &str) -> bool {
    use unicode_normalization::UnicodeNormalization;
    a.nfc().eq(b.nfc())
}

fn split(text: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&'/') => {
                characters.next();
                if let Some(name) = names.last_mut() {
                    name.push('/');
                }
            }
            '/' => names.push(String::new()),
            other => {
                if let Some(name) = names.last_mut() {
                    name.push(other);
                }
            }
        }
    }
    names.into_iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

fn refused_here(error: &ApiError, name: &str) -> Failure {
    refused_place(error).with("name", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_split_at_slashes_that_are_not_part_of_a_name() {
        assert_eq!(split("Marketing/ Spring /Selects"), ["Marketing", "Spring", "Selects"]);
        assert_eq!(split("A\\/B/C"), ["A/B", "C"]);
        assert!(split("/").is_empty() && split("").is_empty());
    }
}
