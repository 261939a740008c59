//! Finds the JPEG previews that cameras put into their files. NEF, CR2, ARW, DNG, PEF, ORF, RW2 and others are TIFF at heart:
//! a header, and directories of entries that lead to more. Nothing in it is believed further than these limits.

use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom};

const MOST_DIRECTORIES: usize = 24;
const MOST_ENTRIES: u16 = 400;
/// Of the values of one entry; only addresses are read.
const MOST_VALUES: u32 = 8;
/// The metadata of a JPEG stand at its beginning.
const EXIF_WITHIN: u64 = 256 * 1024;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Embedded {
    /// Place and length, the smallest first. They may hold something else: whoever decodes them will see.
    pub previews: Vec<(u64, u64)>,
    /// As EXIF counts it, 1 to 8.
    pub orientation: Option<u8>,
    /// Of the largest picture within.
    pub size: (u32, u32),
}

/// Where the EXIF metadata of a JPEG begin.
pub fn exif_in_jpeg(source: &mut (impl Read + Seek)) -> io::Result<Option<u64>> {
    let mut at = 2;
    while at < EXIF_WITHIN {
        source.seek(SeekFrom::Start(at))?;
        let head: [u8; 10] = bytes(source)?;
        let length = u64::from(u16::from_be_bytes([head[2], head[3]]));
        match (head[0], head[1]) {
            (0xff, 0xe1) if &head[4..10] == b"Exif\0\0" => return Ok(Some(at + 10)),
            (0xff, 0xc0..=0xc3 | 0xda) => return Ok(None),
            (0xff, _) => at += 2 + length.max(2),
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// Walks the directories of the TIFF that begins at `base`.
pub fn look(source: &mut (impl Read + Seek), base: u64) -> io::Result<Embedded> {
    source.seek(SeekFrom::Start(base))?;
    let head: [u8; 8] = bytes(source)?;
    let big = match &head[..2] {
        b"II" => false,
        b"MM" => true,
        _ => return Err(io::ErrorKind::InvalidData.into()),
    };
    let mut tiff = Tiff { source, base, big, found: Embedded::default() };
    // TIFF itself; Olympus' two; Panasonic's.
    if !matches!(tiff.short(&head[2..4]), 42 | 0x4f52 | 0x5352 | 0x55) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut open = vec![tiff.long(&head[4..8])];
    let mut seen = HashSet::new();
    while let Some(at) = open.pop() {
        if at != 0 && seen.len() < MOST_DIRECTORIES && seen.insert(at) {
            // A directory that is broken leaves the others.
            open.extend(tiff.directory(at).unwrap_or_default());
        }
    }
    let mut found = tiff.found;
    found.previews.sort_by_key(|(_, length)| *length);
    Ok(found)
}

struct Tiff<'a, R> {
    source: &'a mut R,
    base: u64,
    big: bool,
    found: Embedded,
}

impl<R: Read + Seek> Tiff<'_, R> {
    /// The directories that it leads to.
    fn directory(&mut self, at: u32) -> io::Result<Vec<u32>> {
        self.source.seek(SeekFrom::Start(self.base + u64::from(at)))?;
        let head: [u8; 2] = bytes(self.source)?;
        let count = self.short(&head);
        if count > MOST_ENTRIES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut entries = vec![0; usize::from(count) * 12];
        self.source.read_exact(&mut entries)?;
        let mut leads: Vec<u32> = Vec::new();
        // The next in the chain; a file may end without.
        if let Ok(next) = bytes::<4>(self.source) {
            leads.push(self.long(&next));
        }
        let (mut size, mut compression) = ((0, 0), 0);
        let (mut jpeg, mut strip) = ((0, 0), (0, 0));
        for entry in entries.chunks_exact(12) {
            let tag = self.short(&entry[..2]);
            let values = match tag {
                0x100 | 0x101 | 0x103 | 0x111 | 0x112 | 0x117 | 0x14a | 0x201 | 0x202 => {
                    self.values(entry)?
                }
                // Panasonic's preview is one value of its length.
                0x2e => vec![self.long(&entry[8..12]), self.long(&entry[4..8])],
                _ => continue,
            };
            let Some(first) = values.first().copied() else { continue };
            match tag {
                0x100 => size.0 = first,
                0x101 => size.1 = first,
                0x103 => compression = first,
                0x111 if values.len() == 1 => strip.0 = first,
                0x117 if values.len() == 1 => strip.1 = first,
                0x112 => {
                    let turned = u8::try_from(first).ok().filter(|turned| (1..=8).contains(turned));
                    self.found.orientation = self.found.orientation.or(turned);
                }
                0x14a => leads.extend(values),
                0x201 => jpeg.0 = first,
                0x202 => jpeg.1 = first,
                _ => self.preview(first, values.get(1).copied().unwrap_or(0)),
            }
        }
        self.preview(jpeg.0, jpeg.1);
        if matches!(compression, 6 | 7) {
            self.preview(strip.0, strip.1);
        }
        if u64::from(size.0) * u64::from(size.1) > u64::from(self.found.size.0) * u64::from(self.found.size.1)
        {
            self.found.size = size;
        }
        Ok(leads)
    }

    fn preview(&mut self, at: u32, length: u32) {
        if at != 0 && length != 0 {
            self.found.previews.push((self.base + u64::from(at), u64::from(length)));
        }
    }

    /// The whole numbers of an entry.
    fn values(&mut self, entry: &[u8]) -> io::Result<Vec<u32>> {
        let width = match self.short(&entry[2..4]) {
            3 => 2,
            4 | 13 => 4,
            _ => return Ok(Vec::new()),
        };
        let count = self.long(&entry[4..8]);
        if count > MOST_VALUES {
            // Many strips are no preview.
            return Ok(Vec::new());
        }
        let length = count as usize * width;
        let mut values = entry[8..12].to_vec();
        if length > 4 {
            let at = self.base + u64::from(self.long(&entry[8..12]));
            self.source.seek(SeekFrom::Start(at))?;
            values = vec![0; length];
            self.source.read_exact(&mut values)?;
        }
        let number = |value: &[u8]| if width == 2 { u32::from(self.short(value)) } else { self.long(value) };
        Ok(values.chunks_exact(width).take(count as usize).map(number).collect())
    }

    fn short(&self, bytes: &[u8]) -> u16 {
        let two = [bytes[0], bytes[1]];
        if self.big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) }
    }

    fn long(&self, bytes: &[u8]) -> u32 {
        let four = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if self.big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    }
}

/// The next few.
pub fn bytes<const N: usize>(source: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}
