//! Finds the picture that a film brings with it: the cover of MP4 and MOV. Canon's RAW files are built of the same boxes, and
//! hold previews. A box says how long it is and what it is; only those that lead to a picture are entered.

use std::io::{self, Read, Seek, SeekFrom};

use super::preview::{self, Embedded, bytes};

/// Of all levels together.
const MOST_BOXES: usize = 400;
const DEEPEST: usize = 8;
/// Of a `covr`: kind and language before the picture.
const COVER_HEAD: u64 = 8;
/// Of Canon's previews: sizes before the JPEG.
const CANON_HEAD: u64 = 16;

const CANON_METADATA: [u8; 16] =
    [0x85, 0xc0, 0xb6, 0x87, 0x82, 0x0f, 0x11, 0xe0, 0x81, 0x11, 0xf4, 0xce, 0x46, 0x2b, 0x6a, 0x48];
const CANON_PREVIEW: [u8; 16] =
    [0xea, 0xf4, 0x2b, 0x5e, 0x1c, 0x98, 0x4b, 0x88, 0xb9, 0xfb, 0xb7, 0xdc, 0x40, 0x6e, 0x4d, 0x16];

/// Pictures in a file of boxes, the smallest first.
pub fn look(source: &mut (impl Read + Seek)) -> io::Result<Embedded> {
    let end = source.seek(SeekFrom::End(0))?;
    let mut film = Film { source, left: MOST_BOXES, found: Embedded::default() };
    // What was found before a box that is broken counts.
    if let Err(error) = film.enter(0, end, 0)
        && film.found.previews.is_empty()
    {
        return Err(error);
    }
    let mut found = film.found;
    found.previews.sort_by_key(|(_, length)| *length);
    Ok(found)
}

struct Film<'a, R> {
    source: &'a mut R,
    left: usize,
    found: Embedded,
}

impl<R: Read + Seek> Film<'_, R> {
    fn enter(&mut self, mut at: u64, end: u64, depth: usize) -> io::Result<()> {
        while at + 8 <= end && depth < DEEPEST {
            self.left = self.left.checked_sub(1).ok_or(io::ErrorKind::InvalidData)?;
            self.source.seek(SeekFrom::Start(at))?;
            let head: [u8; 8] = bytes(self.source)?;
            let kind = [head[4], head[5], head[6], head[7]];
            let (length, inside) = match u32::from_be_bytes([head[0], head[1], head[2], head[3]]) {
                0 => (end - at, at + 8),
                1 => (u64::from_be_bytes(bytes(self.source)?), at + 16),
                length => (u64::from(length), at + 8),
            };
            let next = at.checked_add(length).filter(|next| *next <= end && *next >= inside);
            let next = next.ok_or(io::ErrorKind::InvalidData)?;
            self.look_into(kind, inside, next, depth + 1)?;
            at = next;
        }
        Ok(())
    }

    fn look_into(&mut self, kind: [u8; 4], at: u64, end: u64, depth: usize) -> io::Result<()> {
        match &kind {
            b"moov" | b"udta" | b"ilst" | b"covr" => self.enter(at, end, depth),
            // In MP4 four bytes come before its boxes, in QuickTime none.
            b"meta" => {
                let skip = self.bytes_at::<8>(at, end).is_some_and(|head| &head[4..] != b"hdlr");
                self.enter(at + if skip { 4 } else { 0 }, end, depth)
            }
            b"data" => self.picture(at + COVER_HEAD, end),
            b"uuid" => match self.bytes_at(at, end) {
                Some(CANON_METADATA) => self.enter(at + 16, end, depth),
                Some(CANON_PREVIEW) => self.enter(at + 16 + 8, end, depth),
                _ => Ok(()),
            },
            b"THMB" | b"PRVW" => self.picture(at + CANON_HEAD, end),
            // A TIFF of its own, with how the camera was held.
            b"CMT1" => {
                self.found.orientation =
                    preview::look(self.source, at).ok().and_then(|tiff| tiff.orientation);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn picture(&mut self, at: u64, end: u64) -> io::Result<()> {
        if end > at {
            self.found.previews.push((at, end - at));
        }
        Ok(())
    }

    fn bytes_at<const N: usize>(&mut self, at: u64, end: u64) -> Option<[u8; N]> {
        if at.checked_add(N as u64)? > end {
            return None;
        }
        self.source.seek(SeekFrom::Start(at)).ok()?;
        bytes(self.source).ok()
    }
}
