use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use proptest::prelude::*;
use tiff::encoder::{TiffEncoder, colortype};

use super::*;

fn pixels(seed: u32) -> RgbImage {
    RgbImage::from_fn(37, 23, |x, y| Rgb([(x * 7 + seed) as u8, (y * 11) as u8, ((x ^ y) * 5) as u8]))
}

fn encoded(seed: u32, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(pixels(seed)).write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn sum(bytes: &[u8]) -> Option<[u8; 16]> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, bytes).unwrap();
    of_path(&path, &Seen::of_path(&path).unwrap()).unwrap()
}

fn jpeg_with(bytes: &[u8], segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut picture = Jpeg::from_bytes(bytes.to_vec().into()).unwrap();
    for (marker, contents) in segments {
        let segment = JpegSegment::new_with_contents(*marker, contents.to_vec().into());
        picture.segments_mut().insert(0, segment);
    }
    picture.encoder().bytes().to_vec()
}

fn png_with(bytes: &[u8], kind: [u8; 4], contents: &[u8]) -> Vec<u8> {
    let mut picture = Png::from_bytes(bytes.to_vec().into()).unwrap();
    picture.chunks_mut().insert(1, PngChunk::new(kind, contents.to_vec().into()));
    picture.encoder().bytes().to_vec()
}

fn tiff_with(seed: u32, description: Option<&str>) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut out).unwrap();
    let picture = pixels(seed);
    let mut image = encoder.new_image::<colortype::RGB8>(picture.width(), picture.height()).unwrap();
    if let Some(description) = description {
        image.encoder().write_tag(Tag::ImageDescription, description).unwrap();
    }
    image.write_data(picture.as_raw()).unwrap();
    out.into_inner()
}

#[test]
fn tags_do_not_count_and_pixels_do() {
    let (jpeg, png) = (encoded(1, ImageFormat::Jpeg), encoded(1, ImageFormat::Png));
    let tagged = jpeg_with(&jpeg, &[(markers::APP1, b"Exif\0\0II*\0"), (markers::COM, b"by Jo")]);
    let profiled = jpeg_with(&jpeg, &[(markers::APP2, b"ICC_PROFILE\0\x01\x01profile")]);
    assert!(tagged != jpeg && sum(&jpeg).is_some());
    assert_eq!(sum(&tagged), sum(&jpeg));
    assert_ne!(sum(&profiled), sum(&jpeg), "a colour profile changes how it looks");
    assert_ne!(sum(&encoded(2, ImageFormat::Jpeg)), sum(&jpeg));

    assert!(sum(&png).is_some());
    assert_eq!(sum(&png_with(&png, *b"tEXt", b"Author\0Jo")), sum(&png));
    assert_ne!(sum(&png_with(&png, *b"gAMA", &[0, 0, 0xb1, 0x8f])), sum(&png));
    assert_ne!(sum(&encoded(2, ImageFormat::Png)), sum(&png));

    let plain = tiff_with(1, None);
    assert!(sum(&plain).is_some());
    assert_eq!(sum(&tiff_with(1, Some("Harbour at dusk"))), sum(&plain));
    assert_ne!(sum(&tiff_with(2, None)), sum(&plain));
}

#[test]
fn image_data_may_be_cut_into_chunks_in_any_way() {
    let png = encoded(1, ImageFormat::Png);
    let mut cut = Png::from_bytes(png.clone().into()).unwrap();
    let at = cut.chunks().iter().position(|chunk| &chunk.kind() == b"IDAT").unwrap();
    let data = cut.chunks().get(at).unwrap().contents().clone();
    let (first, second) = (data.slice(..10), data.slice(10..));
    cut.chunks_mut().splice(at..=at, [first, second].map(|piece| PngChunk::new(*b"IDAT", piece)));
    let cut = cut.encoder().bytes();
    assert!(cut != png);
    assert_eq!(sum(&cut), sum(&png));
}

#[test]
fn what_is_no_picture_has_no_sum() {
    for bytes in [&b""[..], b"no", b"plain text", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0\x08\0\0\0"] {
        assert_eq!(sum(bytes), None, "{bytes:?}");
    }
    for (name, may) in
        [("a.JPG", true), ("b.tiff", true), ("c.heic", false), ("jpg", false), ("d.txt", false)]
    {
        assert_eq!(may_be_picture(name), may, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Damaged files end in some sum or none, and never in a crash.
    #[test]
    fn damaged_pictures_do_no_harm(which in 0..3usize, at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
        let mut bytes = match which {
            0 => encoded(1, ImageFormat::Jpeg),
            1 => encoded(1, ImageFormat::Png),
            _ => tiff_with(1, Some("x")),
        };
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.truncate(cut.index(bytes.len()) + 1);
        sum(&bytes);
    }
}
