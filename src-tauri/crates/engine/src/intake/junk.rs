//! Files that systems leave behind and nobody wants in a library.

/// `.DS_Store`, `Thumbs.db`, AppleDouble companions and the like. Case is ignored.
pub fn is_junk(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        ".ds_store",
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        ".localized",
        ".apdisk",
        ".directory",
        "icon\r",
        ".bridgesort",
    ];
    let lower = name.to_lowercase();
    NAMES.contains(&lower.as_str()) || lower.starts_with("._") || lower.starts_with("~$")
}

/// Folders that systems keep for themselves.
pub fn is_junk_folder(name: &str) -> bool {
    const NAMES: [&str; 8] = [
        ".spotlight-v100",
        ".trashes",
        ".fseventsd",
        ".temporaryitems",
        "$recycle.bin",
        "system volume information",
        "__macosx",
        "@eadir",
    ];
    NAMES.contains(&name.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_what_systems_leave_behind_and_nothing_else() {
        for name in [".DS_Store", "Thumbs.db", "._IMG_1.JPG", "~$letter.docx", "desktop.ini"] {
            assert!(is_junk(name), "{name}");
        }
        for name in ["IMG_1.JPG", ".hidden.jpg", "Thumbs.db.jpg", "thumbs", "desktop.initial"] {
            assert!(!is_junk(name), "{name}");
        }
        assert!(is_junk_folder("$RECYCLE.BIN") && !is_junk_folder("Recycle"));
    }
}
