//! From a file to a small picture, within limits. Whatever is wrong with the file, the answer is *none*.

use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::Thumbnail;
use super::preview::{self, Embedded};
use super::reading::Limited;
use super::{film, psd};

/// Twice what a row shows, for screens with two pixels for one, and what details show.
const EDGE: u32 = 160;
/// A preview that is smaller would be blurred.
const SMALLEST_PREVIEW: u32 = 100;
const MOST_PIXELS: u64 = 120_000_000;
const MOST_EDGE: u32 = 40_000;
const MOST_MEMORY: u64 = 384 * 1024 * 1024;
const LARGEST_PREVIEW: u64 = 24 * 1024 * 1024;
const QUALITY: u8 = 82;

const RAW: &[&str] = &[
    "nef", "nrw", "cr2", "arw", "dng", "pef", "orf", "rw2", "srw", "erf", "3fr", "fff", "iiq", "mos", "kdc",
];
const FILM: &[&str] = &["mov", "mp4", "m4v", "cr3"];
const PHOTOSHOP: &[&str] = &["psd", "psb"];
const DECODED: &[&str] = &["jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff"];

fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// By its name: others are not even opened. HEIC and MXF hold pictures only in codecs that nothing here reads.
pub fn may_have_one(path: &Path) -> bool {
    let ending = ending(path);
    [RAW, FILM, PHOTOSHOP, DECODED].iter().any(|endings| endings.contains(&ending.as_str()))
}

pub fn thumbnail(path: &Path) -> Option<Thumbnail> {
    let mut source = BufReader::with_capacity(64 * 1024, Limited::open(path).ok()?);
    let ending = ending(path);
    let is = |endings: &[&str]| endings.contains(&ending.as_str());
    let picture = if is(RAW) {
        let embedded = preview::look(&mut source, 0).ok()?;
        from_preview(&mut source, &embedded)
    } else if is(FILM) {
        let embedded = film::look(&mut source).ok()?;
        from_preview(&mut source, &embedded)
    } else if is(PHOTOSHOP) {
        let embedded = psd::look(&mut source).ok()?;
        from_preview(&mut source, &embedded)
    } else {
        from_exif(&mut source).or_else(|| {
            source.seek(SeekFrom::Start(0)).ok()?;
            decode(source).map(|decoded| small(decoded.picture, decoded.turned))
        })
    }?;
    encode(&picture)
}

struct Decoded {
    picture: DynamicImage,
    turned: Orientation,
}

/// Only what is a picture of the known formats by its content, and not too large by its header.
fn decode(source: impl BufRead + Seek) -> Option<Decoded> {
    let mut reader = ImageReader::new(source).with_guessed_format().ok()?;
    use ImageFormat as F;
    if !matches!(reader.format()?, F::Jpeg | F::Png | F::Gif | F::WebP | F::Bmp | F::Tiff) {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_EDGE);
    limits.max_image_height = Some(MOST_EDGE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return None;
    }
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Some(Decoded { picture: DynamicImage::from_decoder(decoder).ok()?, turned })
}

/// The preview that a camera put into the metadata costs a hundredth of the picture itself.
fn from_exif(source: &mut (impl BufRead + Seek)) -> Option<DynamicImage> {
    let mut magic = [0; 2];
    source.read_exact(&mut magic).ok()?;
    if magic != [0xff, 0xd8] {
        return None;
    }
    let base = preview::exif_in_jpeg(source).ok()??;
    let mut embedded = preview::look(source, base).ok()?;
    source.seek(SeekFrom::Start(0)).ok()?;
    // Of the JPEG around it, since its metadata may speak of another.
    embedded.size = ImageReader::with_format(&mut *source, ImageFormat::Jpeg).into_dimensions().ok()?;
    from_preview(source, &embedded)
}

/// The smallest preview that is large enough.
fn from_preview(source: &mut (impl Read + Seek), embedded: &Embedded) -> Option<DynamicImage> {
    let turned = embedded.orientation.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms);
    embedded.previews.iter().filter(|(_, length)| *length <= LARGEST_PREVIEW).find_map(|(at, length)| {
        source.seek(SeekFrom::Start(*at)).ok()?;
        let mut bytes = Vec::new();
        source.take(*length).read_to_end(&mut bytes).ok()?;
        if !bytes.starts_with(&[0xff, 0xd8]) && !bytes.starts_with(b"\x89PNG") {
            return None;
        }
        let picture = decode(Cursor::new(bytes))?.picture;
        let (width, height) = (picture.width(), picture.height());
        (width.max(height) >= SMALLEST_PREVIEW).then(|| small(without_bars(picture, embedded.size), turned))
    })
}

/// Previews of 4 : 3 show pictures of other shapes between black bars.
fn without_bars(picture: DynamicImage, (wide, high): (u32, u32)) -> DynamicImage {
    let (width, height) = (u64::from(picture.width()), u64::from(picture.height()));
    let (wide, high) = (u64::from(wide), u64::from(high));
    if wide == 0 || high == 0 {
        return picture;
    }
    let (cut_width, cut_height) = if width * high > height * wide {
        (height * wide / high, height)
    } else {
        (width, width * high / wide)
    };
    // A little less is how previews are rounded; much less is another picture.
    if cut_width * cut_height * 100 > width * height * 98 || cut_width * cut_height * 2 < width * height {
        return picture;
    }
    let (x, y) = ((width - cut_width) / 2, (height - cut_height) / 2);
    let fit = |value: u64| u32::try_from(value).unwrap_or(0);
    picture.crop_imm(fit(x), fit(y), fit(cut_width).max(1), fit(cut_height).max(1))
}

fn small(picture: DynamicImage, turned: Orientation) -> DynamicImage {
    let mut small =
        if picture.width().max(picture.height()) > EDGE { picture.thumbnail(EDGE, EDGE) } else { picture };
    small.apply_orientation(turned);
    small
}

/// JPEG, unless one can see through it.
fn encode(picture: &DynamicImage) -> Option<Thumbnail> {
    let mut bytes = Cursor::new(Vec::new());
    if picture.color().has_alpha() {
        picture.to_rgba8().write_to(&mut bytes, ImageFormat::Png).ok()?;
    } else {
        picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)).ok()?;
    }
    Some(Thumbnail { bytes: bytes.into_inner() })
}
