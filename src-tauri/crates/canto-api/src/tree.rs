//! Folders and albums (canto-api §4). A folder holds folders and albums, an album holds assets [C].

use std::fmt;

use reqwest::Method;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::{CantoClient, CantoTime, address::join_parts, client::Call, error::ApiError, types::lenient};

/// What a node of the tree is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum NodeKind {
    #[default]
    Folder,
    Album,
    /// A scheme that this program does not know.
    Other(String),
}

impl NodeKind {
    /// The word on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Folder => "folder",
            Self::Album => "album",
            Self::Other(word) => word,
        }
    }
}

impl From<String> for NodeKind {
    fn from(word: String) -> Self {
        match word.as_str() {
            "folder" => Self::Folder,
            "album" => Self::Album,
            _ => Self::Other(word),
        }
    }
}

impl fmt::Display for NodeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for NodeKind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        lenient::text(from).map(Self::from)
    }
}

/// A folder or album.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TreeNode {
    /// Opaque; five capital letters and digits were seen [R].
    #[serde(deserialize_with = "lenient::text")]
    pub id: String,
    pub scheme: NodeKind,
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// Ids from the top, with `/` between.
    #[serde(deserialize_with = "lenient::text")]
    pub id_path: String,
    /// Names from the top; ambiguous where a name holds a `/` [C].
    #[serde(deserialize_with = "lenient::text")]
    pub name_path: String,
    /// Children of a folder or assets of an album [C].
    #[serde(deserialize_with = "lenient::opt_u64")]
    pub size: Option<u64>,
    #[serde(deserialize_with = "crate::types::opt_time")]
    pub time: Option<CantoTime>,
    #[serde(deserialize_with = "crate::types::opt_time")]
    pub created: Option<CantoTime>,
    /// Absent for albums and where `layer` cut the tree [C].
    #[serde(deserialize_with = "lenient::list")]
    pub children: Vec<TreeNode>,
    /// The page in the web app.
    #[serde(rename = "url", deserialize_with = "crate::types::detail_in")]
    pub detail_url: Option<String>,
}

#[derive(Deserialize)]
struct TreeAnswer {
    #[serde(default, deserialize_with = "lenient::list")]
    results: Vec<TreeNode>,
}

/// Nodes that were not deleted, as the tenant names them (their exact shape is [ND]).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NodesDeleted {
    /// For want of a right.
    #[serde(rename = "permissionFail", deserialize_with = "lenient::list")]
    pub not_allowed: Vec<Value>,
    /// For another reason.
    #[serde(rename = "deleteFail", deserialize_with = "lenient::list")]
    pub failed: Vec<Value>,
}

#[derive(Serialize)]
struct NodeOnWire<'a> {
    id: &'a str,
    scheme: &'a str,
}

impl CantoClient {
    /// The tree below a folder, or the whole: one call whatever its size. `layer` -1 is all levels, 1 the
    /// top one [C]. Restricted nodes may be left out [ND].
    pub async fn tree(&self, folder: Option<&str>, layer: i32) -> Result<Vec<TreeNode>, ApiError> {
        const CALL: &str = "tree";
        let path = match folder {
            Some(id) => join_parts(CALL, &["tree", id])?,
            None => "tree".to_owned(),
        };
        let mut url = self.tenant().api(&path);
        url.query_pairs_mut()
            .append_pair("sortBy", "name")
            .append_pair("sortDirection", "ascending")
            .append_pair("layer", &layer.to_string());
        let answer: TreeAnswer = self.json(Call::get(CALL, url)).await?;
        Ok(answer.results)
    }

    /// One folder or album, without children: `info/folder/{id}`, `info/album/{id}` [D].
    ///
    /// # Errors
    /// `NotFound`, which may also mean a missing right [ND].
    pub async fn node(&self, kind: NodeKind, id: &str) -> Result<TreeNode, ApiError> {
        const CALL: &str = "node";
        let path = join_parts(CALL, &["info", kind.as_str(), id])?;
        let mut node: TreeNode = self.json(Call::get(CALL, self.tenant().api(&path))).await?;
        if node.id.is_empty() {
            return Err(ApiError::new(CALL, crate::ErrorKind::LeftOut).with_status(200));
        }
        node.scheme = kind;
        Ok(node)
    }

    /// Creates a folder. What a name that exists already gives is [ND]: read the tree before and after,
    /// one path at a time.
    pub async fn create_folder(&self, parent: Option<&str>, name: &str) -> Result<TreeNode, ApiError> {
        self.create("create_folder", NodeKind::Folder, parent, name).await
    }

    /// Creates an album. As for folders, an existing name is [ND].
    pub async fn create_album(&self, parent: Option<&str>, name: &str) -> Result<TreeNode, ApiError> {
        self.create("create_album", NodeKind::Album, parent, name).await
    }

    async fn create(
        &self,
        call: &'static str,
        kind: NodeKind,
        parent: Option<&str>,
        name: &str,
    ) -> Result<TreeNode, ApiError> {
        let path = match parent {
            Some(parent) => join_parts(call, &[kind.as_str(), parent, name])?,
            None => join_parts(call, &[kind.as_str(), name])?,
        };
        let mut node: TreeNode = self.json(Call::new(call, Method::POST, self.tenant().api(&path))).await?;
        if node.id.is_empty() {
            return Err(ApiError::new(call, crate::ErrorKind::LeftOut)
                .with_status(200)
                .with_message("no id came back"));
        }
        // Clients rely on the id alone [C].
        node.scheme = kind;
        if node.name.is_empty() {
            name.clone_into(&mut node.name);
        }
        Ok(node)
    }

    /// Deletes folders and albums [C]. What becomes of the assets of a deleted album is [ND].
    pub async fn delete_nodes(&self, nodes: &[(NodeKind, String)]) -> Result<NodesDeleted, ApiError> {
        const CALL: &str = "delete_nodes";
        let body: Vec<_> = nodes.iter().map(|(kind, id)| NodeOnWire { id, scheme: kind.as_str() }).collect();
        let call = Call::new(CALL, Method::DELETE, self.tenant().api("batch/folder")).with_json(&body)?;
        self.json(call).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_shape_and_a_bare_one() {
        let answer: TreeAnswer = serde_json::from_str(
            r#"{"results":[{"id":"F1A2B","name":"Marketing","scheme":"folder","idPath":"F1A2B",
              "namePath":"Marketing","size":"2","time":"20240102030405006","owner":"Jo",
              "url":{"detail":"https://acme.canto.global/folder/F1A2B"},
              "children":[{"id":"A7Q9Z","name":"Spring","scheme":"album","size":41},null,
                          {"id":"X","scheme":"inbox","children":null}]}],"sortBy":"name"}"#,
        )
        .unwrap();
        let top = &answer.results[0];
        assert_eq!((top.size, top.children.len()), (Some(2), 2));
        assert_eq!(top.children[0].scheme, NodeKind::Album);
        assert_eq!(top.children[1].scheme, NodeKind::Other("inbox".into()));
        assert!(serde_json::from_str::<TreeAnswer>("{}").unwrap().results.is_empty());
        let bare: TreeNode = serde_json::from_str(r#"{"id":"A8R0Y"}"#).unwrap();
        assert_eq!((bare.id.as_str(), bare.scheme), ("A8R0Y", NodeKind::Folder));
    }
}
