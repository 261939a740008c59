//! What proves that the bytes which came are the asset's: pure.

use crate::store::mirrored_files::{CheckedBy, SaidOfBytes};
use crate::transfer::download::Fetched;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    Proven(CheckedBy),
    /// Damaged on the way, or another file than the tenant's sum is of: a second time tells.
    Again,
}

/// The tenant's sum may be that of another form of the file: it writes metadata into originals [D]. Then the sum that comes
/// with the download counts; without one, that the same bytes come twice.
pub fn judge(said: &SaidOfBytes, fetched: &Fetched, before: Option<[u8; 16]>) -> Judgement {
    let sum = hex::encode(fetched.md5);
    if said.md5.as_deref() == Some(&sum) {
        return Judgement::Proven(CheckedBy::Md5);
    }
    if fetched.etag.as_deref().is_some_and(|etag| etag.eq_ignore_ascii_case(&sum)) {
        return Judgement::Proven(CheckedBy::Etag);
    }
    if before == Some(fetched.md5) { Judgement::Proven(CheckedBy::Twice) } else { Judgement::Again }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_fits_proves_and_one_that_does_not_is_no_loop() {
        let fetched =
            |etag: Option<&str>| Fetched { size: 1, md5: [0xab; 16], etag: etag.map(str::to_owned) };
        let said = |md5: Option<String>| SaidOfBytes { size: Some(1), md5, uploaded: None };
        let sum = "ab".repeat(16);
        assert_eq!(judge(&said(Some(sum.clone())), &fetched(None), None), Judgement::Proven(CheckedBy::Md5));
        let other = said(Some("cd".repeat(16)));
        assert_eq!(judge(&other, &fetched(Some(&sum)), None), Judgement::Proven(CheckedBy::Etag));
        assert_eq!(judge(&other, &fetched(Some("x-1")), None), Judgement::Again);
        assert_eq!(judge(&other, &fetched(None), Some([1; 16])), Judgement::Again);
        assert_eq!(judge(&said(None), &fetched(None), Some([0xab; 16])), Judgement::Proven(CheckedBy::Twice));
    }
}
