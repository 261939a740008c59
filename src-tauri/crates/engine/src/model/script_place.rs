//! Where a proxy script (PAC) is.

use std::path::PathBuf;

use url::Url;

/// On a server, or in a file of this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptPlace {
    Url(Url),
    File(PathBuf),
}

impl ScriptPlace {
    /// An address (`http`, `https`, `file`) or an absolute path.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let path = PathBuf::from(text);
        if path.is_absolute() {
            return Some(Self::File(path));
        }
        let url = Url::parse(text).ok()?;
        match url.scheme() {
            // A login in it would be shown wherever the address is.
            "http" | "https" if url.has_host() && url.username().is_empty() && url.password().is_none() => {
                Some(Self::Url(url))
            }
            "file" => url.to_file_path().ok().map(Self::File),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn places_as_people_write_them() {
        assert!(matches!(ScriptPlace::parse(" http://wpad/wpad.dat "), Some(ScriptPlace::Url(_))));
        assert_eq!(ScriptPlace::parse("/etc/proxy.pac"), Some(ScriptPlace::File("/etc/proxy.pac".into())));
        assert_eq!(
            ScriptPlace::parse("file:///etc/a%20b.pac"),
            Some(ScriptPlace::File("/etc/a b.pac".into()))
        );
        for nonsense in ["", "proxy.pac", "ftp://wpad/wpad.dat", "http://", "http://jo:word@wpad/x.pac"] {
            assert_eq!(ScriptPlace::parse(nonsense), None, "{nonsense}");
        }
    }
}
