//! The library in memory: every call reads from here; every change is also sent to the database.

pub mod assets;
pub mod duplicates;
pub mod ingest;
pub mod places;
pub mod tree;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use crate::error::StartError;
use crate::store::asset::{Asset, AssetKey};
use crate::store::collection::Collection;
use crate::store::db::Loader;
use crate::store::field::{Field, Keyword};
use crate::store::node::Node;
use crate::store::place::Place;
use crate::store::upload::{Upload, UploadState};
use crate::store::user::User;

#[derive(Default)]
pub struct Library {
    pub users: BTreeMap<String, User>,
    pub nodes: HashMap<String, Node>,
    /// By parent; `None` = top level.
    pub children: HashMap<Option<String>, Vec<String>>,
    pub assets: HashMap<AssetKey, Asset>,
    pub by_album: HashMap<String, Vec<AssetKey>>,
    /// By lower-case name.
    pub by_name: HashMap<String, Vec<AssetKey>>,
    pub uploads: BTreeMap<u64, Upload>,
    pub uploads_of: HashMap<String, Vec<u64>>,
    /// Objects in the upload bucket that are not ingested yet.
    pub in_bucket: HashMap<String, u64>,
    /// Due time and number of uploads in `Initial`, earliest first.
    pub due: BinaryHeap<Reverse<(i64, u64)>>,
    pub fields: BTreeMap<String, Field>,
    pub keywords: BTreeMap<String, Keyword>,
    pub collections: BTreeMap<String, Collection>,
    pub places: BTreeMap<String, Place>,
}

impl Library {
    pub fn load(rows: &Loader) -> Result<Self, StartError> {
        let users = rows.rows::<User>()?.into_iter().map(|user| (user.email.clone(), user)).collect();
        let mut library = Self { users, ..Self::default() };
        for node in rows.rows::<Node>()? {
            library.index_node(node);
        }
        for asset in rows.rows::<Asset>()? {
            library.index_asset(asset);
        }
        for upload in rows.rows::<Upload>()? {
            library.index_upload(upload);
        }
        library.fields = rows.rows::<Field>()?.into_iter().map(|field| (field.id.clone(), field)).collect();
        library.keywords =
            rows.rows::<Keyword>()?.into_iter().map(|word| (word.name.clone(), word)).collect();
        library.collections =
            rows.rows::<Collection>()?.into_iter().map(|item| (item.id.clone(), item)).collect();
        library.places = rows.rows::<Place>()?.into_iter().map(|place| (place.id.clone(), place)).collect();
        Ok(library)
    }

    pub fn index_upload(&mut self, upload: Upload) {
        if upload.state == UploadState::Initial {
            self.due.push(Reverse((upload.due_ms, upload.seq)));
            self.in_bucket.insert(upload.bucket_key.clone(), upload.seq);
        }
        let mine = self.uploads_of.entry(upload.email.clone()).or_default();
        if mine.last() != Some(&upload.seq) {
            mine.push(upload.seq);
        }
        self.uploads.insert(upload.seq, upload);
    }
}
