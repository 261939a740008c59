//! The sum of a picture without its metadata, of JPEG, PNG and TIFF: the same for two files whose tags alone differ.
//!
//! It is made of the encoded image data as they lie in the file, so a picture that was encoded anew is another one. What
//! changes how it looks (colour profile, gamma, transparency) belongs to it. Of HEIC nothing is read: its image data and its
//! metadata lie in one box, in an order that every program chooses.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::{Png, PngChunk};
use md5::{Digest, Md5};
use tiff::decoder::Decoder;
use tiff::tags::Tag;

use crate::transfer::source::{BLOCK, Seen};

/// JPEG and PNG are read whole; larger ones are rare, and not looked at.
const MOST_BYTES: u64 = 128 * 1024 * 1024;
const ENDINGS: [&str; 6] = ["jpg", "jpeg", "jpe", "png", "tif", "tiff"];

/// Whether a file of this name is worth a look.
pub fn may_be_picture(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// The sum of a file's picture; `None` where it holds none that can be read. For a blocking thread.
///
/// # Errors
/// Those of reading the file, and `Interrupted` where it is no longer what was seen of it.
pub fn of_path(path: &Path, seen: &Seen) -> io::Result<Option<[u8; 16]>> {
    let mut file = File::open(path)?;
    let sum = of_file(&mut file, path, seen.size)?;
    // Two handles are read; both are of this file as long as its path still leads to it.
    let still = Seen::of_file(&file)? == *seen && Seen::of_path(path)? == *seen;
    if still { Ok(sum) } else { Err(io::ErrorKind::Interrupted.into()) }
}

fn of_file(file: &mut File, path: &Path, size: u64) -> io::Result<Option<[u8; 16]>> {
    let mut head = [0; 4];
    if let Err(error) = file.read_exact(&mut head) {
        return if error.kind() == io::ErrorKind::UnexpectedEof { Ok(None) } else { Err(error) };
    }
    file.seek(SeekFrom::Start(0))?;
    match head {
        [0xff, 0xd8, 0xff, _] if size <= MOST_BYTES => Ok(jpeg(whole(file, size)?)),
        [0x89, b'P', b'N', b'G'] if size <= MOST_BYTES => Ok(png(whole(file, size)?)),
        // The order of bytes, then 42, or 43 in those of more than 4 GiB.
        [b'I', b'I', 42 | 43, 0] | [b'M', b'M', 0, 42 | 43] => tiff(file, &mut File::open(path)?, size),
        _ => Ok(None),
    }
}

fn whole(file: &mut File, size: u64) -> io::Result<bytes::Bytes> {
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

/// Everything but comments and the segments of applications; of those, the colour profile and Adobe's word for the colour
/// space stay.
fn jpeg(bytes: bytes::Bytes) -> Option<[u8; 16]> {
    let mut picture = Jpeg::from_bytes(bytes).ok()?;
    let belongs = |segment: &JpegSegment| match segment.marker() {
        markers::COM => false,
        markers::APP2 => segment.contents().starts_with(b"ICC_PROFILE\0"),
        markers::APP14 => segment.contents().starts_with(b"Adobe"),
        marker => !(markers::APP0..=markers::APP15).contains(&marker),
    };
    picture.segments_mut().retain(belongs);
    if !picture.segments().iter().any(JpegSegment::has_entropy) {
        return None;
    }
    sum_of(|out| picture.encoder().write_to(out).map(drop))
}

/// What every reader has to know, and what changes how it looks.
fn png(bytes: bytes::Bytes) -> Option<[u8; 16]> {
    const LOOKS: [&[u8; 4]; 10] =
        [b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"cICP", b"acTL", b"fcTL", b"fdAT"];
    let picture = Png::from_bytes(bytes).ok()?;
    let belongs = |chunk: &&PngChunk| {
        let [first, ..] = chunk.kind();
        first.is_ascii_uppercase() || LOOKS.contains(&&chunk.kind())
    };
    let mut chunks = picture.chunks().iter().filter(belongs).peekable();
    chunks.peek()?;
    sum_of(|out| {
        let mut before = None;
        for chunk in chunks {
            // One stream of image data may be cut into chunks in any way.
            if before != Some(chunk.kind()) || &chunk.kind() != b"IDAT" {
                out.write_all(&chunk.kind())?;
            }
            out.write_all(chunk.contents())?;
            before = Some(chunk.kind());
        }
        Ok(())
    })
}

/// Of each picture of the file how it is laid out, and the strips or tiles themselves.
fn tiff(file: &mut File, bytes: &mut File, size: u64) -> io::Result<Option<[u8; 16]>> {
    const LAYOUT: [Tag; 13] = [
        Tag::ImageWidth,
        Tag::ImageLength,
        Tag::BitsPerSample,
        Tag::Compression,
        Tag::PhotometricInterpretation,
        Tag::FillOrder,
        Tag::SamplesPerPixel,
        Tag::PlanarConfiguration,
        Tag::Predictor,
        Tag::ColorMap,
        Tag::ExtraSamples,
        Tag::SampleFormat,
        Tag::IccProfile,
    ];
    let Ok(mut decoder) = Decoder::new(BufReader::new(file)) else { return Ok(None) };
    let mut sum = Md5::new();
    loop {
        for tag in LAYOUT {
            let Ok(value) = decoder.find_tag(tag) else { return Ok(None) };
            sum.update(format!("{tag:?}: {value:?}\n"));
        }
        let mut pieces = None;
        for (offsets, counts) in
            [(Tag::StripOffsets, Tag::StripByteCounts), (Tag::TileOffsets, Tag::TileByteCounts)]
        {
            if let (Ok(offsets), Ok(counts)) =
                (decoder.get_tag_u64_vec(offsets), decoder.get_tag_u64_vec(counts))
            {
                pieces = Some((offsets, counts));
            }
        }
        let Some((offsets, counts)) = pieces else { return Ok(None) };
        for (offset, count) in offsets.into_iter().zip(counts) {
            if offset.checked_add(count).is_none_or(|end| end > size) {
                return Ok(None);
            }
            add(&mut sum, bytes, offset, count)?;
        }
        if !decoder.more_images() {
            return Ok(Some(sum.finalize().into()));
        }
        if decoder.next_image().is_err() {
            return Ok(None);
        }
    }
}

fn add(sum: &mut Md5, file: &mut File, offset: u64, count: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(offset))?;
    let mut left = file.take(count);
    let mut block = vec![0; BLOCK];
    loop {
        match left.read(&mut block)? {
            0 => return Ok(()),
            read => sum.update(block.get(..read).unwrap_or_default()),
        }
    }
}

struct Summing(Md5);

impl Write for Summing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn sum_of(write: impl FnOnce(&mut Summing) -> io::Result<()>) -> Option<[u8; 16]> {
    let mut sum = Summing(Md5::new());
    write(&mut sum).ok()?;
    Some(sum.0.finalize().into())
}

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
