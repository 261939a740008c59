//! Finds the JPEG that Photoshop keeps of a picture in its file: the resource 1036. The layers are never looked at.

use std::io::{self, Read, Seek, SeekFrom};

use super::preview::{Embedded, bytes};

const MOST_RESOURCES: usize = 400;
const THUMBNAIL: u16 = 1036;
/// Of the resource: format, sizes and depth of the JPEG that follows.
const HEAD: u64 = 28;
const FORMAT_JPEG: u32 = 1;

/// PSD and PSB: a header, the colours of a palette, resources.
pub fn look(source: &mut (impl Read + Seek)) -> io::Result<Embedded> {
    source.seek(SeekFrom::Start(0))?;
    let head: [u8; 26] = bytes(source)?;
    if &head[..4] != b"8BPS" || !matches!(head[5], 1 | 2) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let palette = u64::from(long(source)?);
    let mut at = 26 + 4 + palette;
    source.seek(SeekFrom::Start(at))?;
    let end = at + 4 + u64::from(long(source)?);
    at += 4;
    let mut found = Embedded::default();
    for _ in 0..MOST_RESOURCES {
        if at + 12 > end {
            break;
        }
        source.seek(SeekFrom::Start(at))?;
        let start: [u8; 7] = bytes(source)?;
        if &start[..4] != b"8BIM" {
            break;
        }
        // The name counts itself in one byte, and is padded together with it.
        let name = u64::from(start[6]) + 1;
        let length_at = at + 6 + name.next_multiple_of(2);
        source.seek(SeekFrom::Start(length_at))?;
        let length = u64::from(long(source)?);
        let data = length_at + 4;
        if u16::from_be_bytes([start[4], start[5]]) == THUMBNAIL {
            if length > HEAD && data + length <= end && long(source)? == FORMAT_JPEG {
                found.previews.push((data + HEAD, length - HEAD));
            }
            break;
        }
        at = data + length.next_multiple_of(2);
    }
    Ok(found)
}

fn long(source: &mut impl Read) -> io::Result<u32> {
    bytes(source).map(u32::from_be_bytes)
}
