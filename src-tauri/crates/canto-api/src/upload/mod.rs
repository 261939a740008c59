//! The three steps of an upload, all public (canto-api §8): setting, form post to the object store, status.

mod body;
mod form;
mod list_items;
mod policy;
mod post;
mod setting;
mod status;

pub use form::{ObjectFields, PreparedForm};
pub use policy::Policy;
pub use post::{FileBody, ObjectStored, PostOptions, post_object, put_part};
pub use setting::UploadSetting;
pub use status::{StatusItem, UploadState};
