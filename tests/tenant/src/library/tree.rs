//! Folders and albums: who sees which, and where they stand.

use super::Library;
use crate::store::node::{Node, NodeKind};
use crate::store::user::{Role, User};

impl Library {
    pub fn index_node(&mut self, node: Node) {
        let siblings = self.children.entry(node.parent.clone()).or_default();
        if !siblings.contains(&node.id) {
            siblings.push(node.id.clone());
        }
        self.nodes.insert(node.id.clone(), node);
    }

    pub fn remove_node(&mut self, id: &str) -> Option<Node> {
        let node = self.nodes.remove(id)?;
        if let Some(siblings) = self.children.get_mut(&node.parent) {
            siblings.retain(|other| other != id);
        }
        Some(node)
    }

    pub fn children_of(&self, parent: Option<&str>) -> impl Iterator<Item = &Node> {
        let ids = self.children.get(&parent.map(str::to_owned));
        ids.into_iter().flatten().filter_map(|id| self.nodes.get(id))
    }

    /// The node and everything above it, topmost first.
    pub fn lineage<'a>(&'a self, node: &'a Node) -> Vec<&'a Node> {
        let mut line = vec![node];
        let mut at = node;
        while let Some(parent) = at.parent.as_ref().and_then(|id| self.nodes.get(id)) {
            line.push(parent);
            at = parent;
        }
        line.reverse();
        line
    }

    pub fn id_path(&self, node: &Node) -> String {
        self.lineage(node).iter().map(|node| node.id.as_str()).collect::<Vec<_>>().join("/")
    }

    /// Ambiguous where a name has a slash, as at the source [C] (§1.1).
    pub fn name_path(&self, node: &Node) -> String {
        self.lineage(node).iter().map(|node| node.name.as_str()).collect::<Vec<_>>().join("/")
    }

    /// A restricted node hides what is below it too [I]. What is in a place is seen through that place alone.
    pub fn sees_node(&self, user: &User, node: &Node) -> bool {
        if self.space_of(node) != user.space().as_deref() {
            return false;
        }
        user.role == Role::Admin
            || self.lineage(node).iter().all(|node| {
                node.visible_to.as_ref().is_none_or(|people| people.iter().any(|email| email == &user.email))
            })
    }

    pub fn node_of(&self, id: &str, kind: NodeKind) -> Option<&Node> {
        self.nodes.get(id).filter(|node| node.kind == kind)
    }

    /// Ids of all albums below a folder.
    pub fn albums_below(&self, folder: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![folder.to_owned()];
        while let Some(id) = open.pop() {
            for child in self.children_of(Some(&id)) {
                match child.kind {
                    NodeKind::Album => found.push(child.id.clone()),
                    NodeKind::Folder => open.push(child.id.clone()),
                }
            }
        }
        found
    }

    /// Children of a folder, assets of an album [C] (§4.1).
    pub fn node_size(&self, node: &Node) -> usize {
        match node.kind {
            NodeKind::Folder => self.children.get(&Some(node.id.clone())).map_or(0, Vec::len),
            NodeKind::Album => self.by_album.get(&node.id).map_or(0, Vec::len),
        }
    }
}
