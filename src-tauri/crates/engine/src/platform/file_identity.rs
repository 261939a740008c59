//! Which file a path names, beyond its name: volume and number, as the system has them.

use std::path::Path;

/// A word that stays while the file does, also when it is renamed; empty where the file system has none. Numbers of
/// volumes change when they are mounted anew, so a different word proves nothing by itself.
pub fn file_identity(path: &Path) -> String {
    match file_id::get_file_id(path) {
        Ok(file_id::FileId::Inode { device_id, inode_number }) => format!("{device_id:x}-{inode_number:x}"),
        Ok(file_id::FileId::LowRes { volume_serial_number, file_index }) => {
            format!("{volume_serial_number:x}-{file_index:x}")
        }
        Ok(file_id::FileId::HighRes { volume_serial_number, file_id }) => {
            format!("{volume_serial_number:x}-{file_id:x}")
        }
        Err(_) => String::new(),
    }
}
