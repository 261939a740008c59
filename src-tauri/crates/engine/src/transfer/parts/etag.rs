//! What S3 calls an object that was put together of parts.

use md5::{Digest, Md5};

use crate::store::parts::Parts;

/// What S3 calls the whole: the MD5 of the parts' MD5s, and their number.
pub fn composite_etag(parts: &Parts) -> String {
    let mut all = Md5::new();
    for part in parts.values() {
        all.update(part.md5);
    }
    format!("{}-{}", hex::encode(all.finalize()), parts.len())
}

/// Whether an ETag is of that kind; with other encryption it means nothing.
pub fn is_composite(etag: &str) -> bool {
    etag.split_once('-').is_some_and(|(sum, count)| sum.len() == 32 && count.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::parts::PartRow;

    #[test]
    fn the_composite_etag_is_that_of_s3() {
        // Two parts, `a` and `b`, as AWS documents the rule.
        let part = |number, bytes: &[u8]| {
            let md5 = Md5::digest(bytes).into();
            (number, PartRow { number, md5, etag: String::new(), quick: 0, md5_until: None })
        };
        let parts = Parts::from([part(1, b"a"), part(2, b"b")]);
        let all = [Md5::digest(b"a"), Md5::digest(b"b")].concat();
        assert_eq!(composite_etag(&parts), format!("{}-2", hex::encode(Md5::digest(all))));
        assert!(is_composite(&composite_etag(&parts)));
        assert!(!is_composite("0123"));
    }
}
