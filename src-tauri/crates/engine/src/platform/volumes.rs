//! Disks, cards and shares that are there at the moment, and how to know one again.

use std::path::{Path, PathBuf};

use sysinfo::Disks;

/// A file system that is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Stays the same wherever it is mounted.
    pub id: String,
    /// As its user knows it.
    pub name: String,
    pub mount: PathBuf,
    /// Others may write there without this computer noticing: a share.
    pub is_remote: bool,
}

/// Every volume that is there now. Takes some milliseconds, and longer where a share does not answer: for a blocking
/// thread.
pub fn mounted() -> Vec<Volume> {
    let disks = Disks::new_with_refreshed_list();
    let volumes = disks.iter().map(|disk| {
        let device = disk.name().to_string_lossy().into_owned();
        let mount = disk.mount_point().to_path_buf();
        let kind = disk.file_system().to_string_lossy().into_owned();
        Volume {
            id: identity(&device, &mount, &kind, disk.total_space()),
            name: name_of(&device, &mount),
            mount,
            is_remote: is_remote(&kind),
        }
    });
    volumes.collect()
}

/// File systems of other computers. One that is not named here is taken for a disk: it is looked through now and then all the
/// same.
fn is_remote(kind: &str) -> bool {
    const KINDS: [&str; 16] = [
        "nfs",
        "nfs3",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "afpfs",
        "9p",
        "afs",
        "webdav",
        "davfs",
        "ceph",
        "glusterfs",
        "sshfs",
    ];
    let kind = kind.to_ascii_lowercase();
    KINDS.contains(&kind.strip_prefix("fuse.").unwrap_or(&kind))
}

/// Bytes that are free where a path is. `None`: the system does not tell.
pub fn free(path: &Path) -> Option<u64> {
    let disks = Disks::new_with_refreshed_list();
    let holding = disks.iter().filter(|disk| path.starts_with(disk.mount_point()));
    Some(holding.max_by_key(|disk| disk.mount_point().components().count())?.available_space())
}

/// The volume that a path is on, whether or not the path exists.
pub fn of_path<'a>(volumes: &'a [Volume], path: &Path) -> Option<&'a Volume> {
    let holding = volumes.iter().filter(|volume| path.starts_with(&volume.mount));
    holding.max_by_key(|volume| volume.mount.components().count())
}

/// A share is known by its address, a disk by the number that was given to its file system.
#[cfg(target_os = "linux")]
fn identity(device: &str, _: &Path, kind: &str, size: u64) -> String {
    linked("/dev/disk/by-uuid", device).unwrap_or_else(|| unlabelled(device, kind, size))
}

/// The serial number that its file system was given.
#[cfg(target_os = "windows")]
fn identity(device: &str, mount: &Path, kind: &str, size: u64) -> String {
    match super::file_identity::volume_of(mount) {
        Some(serial) => format!("{serial:x}"),
        None => unlabelled(device, kind, size),
    }
}

/// The device is named by its volume there, which stays; a number would need a call to the disk arbitration.
#[cfg(not(any(target_os = "linux", target_os = "windows")))]
fn identity(device: &str, _: &Path, kind: &str, size: u64) -> String {
    format!("{device}-{kind}-{size}")
}

/// Where there is no better word: kind and size, with the device only where it is an address.
#[cfg(any(target_os = "linux", target_os = "windows"))]
fn unlabelled(device: &str, kind: &str, size: u64) -> String {
    if device.starts_with("/dev/") { format!("{kind}-{size}") } else { format!("{kind}-{device}") }
}

/// The name of the link in a folder that leads to a device.
#[cfg(target_os = "linux")]
fn linked(folder: &str, device: &str) -> Option<String> {
    let device = std::fs::canonicalize(device).ok()?;
    let entries = std::fs::read_dir(folder).ok()?;
    let mut leading = entries
        .flatten()
        .filter(|entry| std::fs::canonicalize(entry.path()).is_ok_and(|target| target == device));
    leading.next().map(|entry| entry.file_name().to_string_lossy().into_owned())
}

/// A label, an address, or at least the folder that it appears in.
fn name_of(device: &str, mount: &Path) -> String {
    #[cfg(target_os = "linux")]
    if let Some(label) = linked("/dev/disk/by-label", device) {
        return label;
    }
    let shown = mount.file_name().map(|name| name.to_string_lossy().into_owned());
    match shown {
        Some(name) => name,
        None => device.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_mount_holds_a_path() {
        let volume = |mount: &str| Volume {
            id: mount.into(),
            name: String::new(),
            mount: mount.into(),
            is_remote: false,
        };
        let volumes = [volume("/"), volume("/media/card"), volume("/media")];
        let on = |path: &str| of_path(&volumes, Path::new(path)).map(|volume| volume.id.as_str());
        assert_eq!(on("/media/card/DCIM/1.jpg"), Some("/media/card"));
        assert_eq!(on("/media/card2/1.jpg"), Some("/media"));
        assert_eq!(on("/home/x"), Some("/"));
        assert_eq!(of_path(&volumes[1..2], Path::new("/home/x")), None);
    }
}
