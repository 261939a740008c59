//! What a file is by its name: for counting, and for what belongs together. The tenant decides the scheme of an asset.

const RAW: &[&str] = &[
    "3fr", "arw", "cr2", "cr3", "crw", "dng", "erf", "fff", "iiq", "kdc", "mos", "mrw", "nef", "nrw", "orf",
    "pef", "raf", "raw", "rw2", "rwl", "srw", "x3f",
];
const SIDECAR: &str = "xmp";
const KINDS: [(&str, &[&str]); 6] = [
    (
        "image",
        &[
            "jpg", "jpeg", "png", "gif", "tif", "tiff", "webp", "heic", "heif", "hif", "avif", "bmp", "svg",
            "psd", "psb", "ai", "eps",
        ],
    ),
    ("image", RAW),
    (
        "video",
        &["mp4", "mov", "m4v", "avi", "mkv", "webm", "mxf", "mpg", "mpeg", "wmv", "mts", "braw", "r3d"],
    ),
    ("audio", &["mp3", "wav", "aif", "aiff", "flac", "m4a", "ogg", "aac"]),
    (
        "document",
        &[
            "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "rtf", "indd", "key", "pages",
            "numbers", "csv",
        ],
    ),
    ("sidecar", &[SIDECAR]),
];

fn split(name: &str) -> (&str, String) {
    // A name that begins with its only dot has no ending.
    match name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) {
        Some((stem, ending)) => (stem, ending.to_ascii_lowercase()),
        None => (name, String::new()),
    }
}

fn kind_of_ending(ending: &str) -> &'static str {
    KINDS.iter().find(|(_, endings)| endings.contains(&ending)).map_or("other", |(kind, _)| kind)
}

/// A rough kind by file ending.
pub fn kind_of(name: &str) -> &'static str {
    kind_of_ending(&split(name).1)
}

pub fn is_picture(name: &str) -> bool {
    kind_of(name) == "image"
}

/// The camera's own data.
pub fn is_raw(name: &str) -> bool {
    RAW.contains(&split(name).1.as_str())
}

pub fn is_sidecar(name: &str) -> bool {
    split(name).1 == SIDECAR
}

/// What the files of one picture have in common: `DSC_1.NEF`, `DSC_1.jpg`, `DSC_1.xmp` and `DSC_1.NEF.xmp`.
pub fn shot_name(name: &str) -> String {
    let (mut stem, ending) = split(name);
    if ending == SIDECAR && is_picture(stem) {
        stem = split(stem).0;
    }
    stem.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_picture_share_its_name() {
        for name in ["DSC_1.NEF", "dsc_1.jpg", "DSC_1.xmp", "DSC_1.NEF.xmp", "DSC_1.XMP"] {
            assert_eq!(shot_name(name), "dsc_1", "{name}");
        }
        assert_eq!(shot_name("DSC_1.v2.jpg"), "dsc_1.v2");
        assert_eq!(shot_name("DSC_1.v2.xmp"), "dsc_1.v2");
        assert_eq!(shot_name(".xmp"), ".xmp");
    }

    #[test]
    fn kinds_are_told_by_the_ending_alone() {
        assert!(is_raw("A.Cr3") && is_picture("A.Cr3") && !is_raw("cr3") && is_sidecar("a.XMP"));
        assert_eq!(
            ["a.xmp", "a.MOV", "a", ".jpg", "a.zip"].map(kind_of),
            ["sidecar", "video", "other", "other", "other"]
        );
    }
}
