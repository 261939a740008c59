//! Pictures that are broken, too large by their own word, or none at all; and those that cameras make.

use std::io::{BufWriter, Cursor};
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::decode::thumbnail;
use super::preview;

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([(x * 7) as u8, (y * 5) as u8, 90]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn size_of(path: &Path) -> Option<(u32, u32)> {
    let small = image::load_from_memory(&thumbnail(path)?.bytes).unwrap();
    Some((small.width(), small.height()))
}

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// An entry of a TIFF directory, little end first.
fn entry(tag: u16, kind: u16, value: u32) -> Vec<u8> {
    [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &1u32.to_le_bytes(), &value.to_le_bytes()].concat()
}

fn directory(entries: &[Vec<u8>], next: u32) -> Vec<u8> {
    [&(entries.len() as u16).to_le_bytes()[..], &entries.concat(), &next.to_le_bytes()].concat()
}

/// As a camera would: a large picture's data that nobody here can read, and a preview in a directory below.
fn raw(preview: &[u8], turned: u32) -> Vec<u8> {
    let first = 8;
    let below = first + 2 + 4 * 12 + 4;
    let data = below + 2 + 2 * 12 + 4;
    let top = [entry(0x100, 4, 6000), entry(0x101, 4, 4000), entry(0x112, 3, turned), entry(0x14a, 4, below)];
    let inner = [entry(0x201, 4, data), entry(0x202, 4, preview.len() as u32)];
    [b"II\x2a\0\x08\0\0\0".to_vec(), directory(&top, 0), directory(&inner, 0), preview.to_vec()].concat()
}

#[test]
fn pictures_become_small_ones() {
    let files = Files::new();
    assert_eq!(size_of(&files.file("a.jpg", &jpeg(640, 320))), Some((160, 80)));
    // The content counts, not the ending.
    assert_eq!(size_of(&files.file("really a jpeg.png", &jpeg(100, 50))), Some((100, 50)));
    for (name, format) in [
        ("a.png", ImageFormat::Png),
        ("a.gif", ImageFormat::Gif),
        ("a.webp", ImageFormat::WebP),
        ("a.bmp", ImageFormat::Bmp),
        ("a.tif", ImageFormat::Tiff),
    ] {
        let path = files.0.path().join(name);
        let picture = RgbaImage::from_pixel(300, 600, Rgba([9, 99, 199, 255]));
        let picture = DynamicImage::from(picture);
        let picture = if name == "a.bmp" { picture.to_rgb8().into() } else { picture };
        picture.write_to(&mut BufWriter::new(std::fs::File::create(&path).unwrap()), format).unwrap();
        assert_eq!(size_of(&path), Some((80, 160)), "{name}");
    }
    let clear = files.0.path().join("clear.png");
    RgbaImage::from_pixel(30, 30, Rgba([9, 9, 9, 0])).save(&clear).unwrap();
    assert_eq!(thumbnail(&clear).unwrap().media_type(), "image/png");
}

#[test]
fn the_preview_of_a_raw_file_is_turned_and_without_bars() {
    let files = Files::new();
    assert_eq!(size_of(&files.file("a.nef", &raw(&jpeg(160, 120), 1))), Some((160, 106)));
    assert_eq!(size_of(&files.file("b.CR2", &raw(&jpeg(480, 320), 6))), Some((107, 160)));
    assert_eq!(size_of(&files.file("blurred.arw", &raw(&jpeg(64, 48), 1))), None);
}

#[test]
fn the_preview_in_a_jpeg_is_taken_before_the_picture() {
    let files = Files::new();
    let whole = jpeg(3000, 2000);
    let exif = [b"Exif\0\0".to_vec(), raw(&jpeg(160, 120), 8)].concat();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    // What follows the header is cut off: only the preview can be read.
    let parts = [&whole[..2], &[0xff, 0xe1], &length[..], &exif, &whole[2..900]].concat();
    assert_eq!(size_of(&files.file("a.jpg", &parts)), Some((106, 160)));
}

#[test]
fn broken_and_hostile_files_have_none() {
    let files = Files::new();
    let good = jpeg(800, 600);
    for cut in [0, 1, 2, 3, 20, 160, 400] {
        assert_eq!(thumbnail(&files.file("cut.jpg", &good[..cut])), None, "cut at {cut}");
    }
    assert_eq!(thumbnail(&files.file("text.jpg", b"This is no picture, whatever its name says.")), None);
    assert_eq!(thumbnail(&files.file("svg.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>")), None);
    assert_eq!(
        thumbnail(&files.file("noise.tif", &[b"II\x2a\0".to_vec(), vec![0xff; 5_000]].concat())),
        None
    );
    std::fs::create_dir(files.0.path().join("folder.jpg")).unwrap();
    assert_eq!(thumbnail(&files.0.path().join("folder.jpg")), None);
    assert_eq!(thumbnail(&files.0.path().join("missing.jpg")), None);
}

#[test]
fn a_header_that_claims_too_much_costs_nothing() {
    let files = Files::new();
    // A PNG of 60,000 × 60,000, by its header.
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(4, 4).write_to(&mut png, ImageFormat::Png).unwrap();
    let mut png = png.into_inner();
    png[16..24].copy_from_slice(&[60_000u32.to_be_bytes(), 60_000u32.to_be_bytes()].concat());
    let sum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    assert_eq!(thumbnail(&files.file("bomb.png", &png)), None);
    // A BMP of the same kind.
    let mut bmp = Cursor::new(Vec::new());
    RgbImage::new(4, 4).write_to(&mut bmp, ImageFormat::Bmp).unwrap();
    let mut bmp = bmp.into_inner();
    bmp[18..26].copy_from_slice(&[39_000u32.to_le_bytes(), 39_000u32.to_le_bytes()].concat());
    assert_eq!(thumbnail(&files.file("bomb.bmp", &bmp)), None);
}

#[test]
fn directories_that_lead_in_circles_end() {
    let mut loops = b"II\x2a\0\x08\0\0\0".to_vec();
    loops.extend(directory(&[entry(0x14a, 4, 8), entry(0x201, 4, u32::MAX), entry(0x202, 4, u32::MAX)], 8));
    let found = preview::look(&mut Cursor::new(&loops), 0).unwrap();
    assert_eq!(found.previews, [(u64::from(u32::MAX), u64::from(u32::MAX))]);
    let files = Files::new();
    assert_eq!(thumbnail(&files.file("loops.nef", &loops)), None);
    // Any four bytes of it may be anything.
    let good = raw(&jpeg(160, 120), 6);
    for at in (0..120).step_by(3) {
        for value in [0x00, 0x7f, 0xff] {
            let mut bad = good.clone();
            bad[at..at + 4].fill(value);
            drop(thumbnail(&files.file("bad.nef", &bad)));
        }
    }
}

/// As PNG wants it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| {
                if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }
            },
        )
    })
}
