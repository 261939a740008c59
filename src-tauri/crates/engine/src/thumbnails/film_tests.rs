//! Covers of films, previews of Canon's boxes and of Photoshop, in files made here; and files that lie.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::decode::{may_have_one, thumbnail};
use super::{film, psd};

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([(x * 3) as u8, (y * 5) as u8, 120]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn boxed(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
    [&(inside.len() as u32 + 8).to_be_bytes()[..], kind, inside].concat()
}

/// As editors write it: the film's data first, then the table with the cover.
fn film_with(cover: &[u8], quicktime: bool) -> Vec<u8> {
    let data = boxed(b"data", &[&13u32.to_be_bytes()[..], &[0; 4], cover].concat());
    let list = boxed(b"ilst", &[boxed(b"\xa9nam", b"Spring"), boxed(b"covr", &data)].concat());
    let handler = boxed(b"hdlr", &[0; 25]);
    let version: &[u8] = if quicktime { &[] } else { &[0; 4] };
    let meta = boxed(b"meta", &[version, &handler, &list].concat());
    let moov = boxed(b"moov", &[boxed(b"mvhd", &[0; 100]), boxed(b"udta", &meta)].concat());
    // The size of the data in 64 bits, as in films beyond 4 GiB.
    let mut mdat = [&1u32.to_be_bytes()[..], b"mdat", &(16u64 + 5_000).to_be_bytes()].concat();
    mdat.extend(vec![7; 5_000]);
    [boxed(b"ftyp", b"isom\0\0\0\0"), mdat, moov].concat()
}

fn canon(turned: u16) -> Vec<u8> {
    let uuid = |id: u128, inside: &[u8]| boxed(b"uuid", &[&id.to_be_bytes()[..], inside].concat());
    let tiff = [
        &b"II\x2a\0\x08\0\0\0\x01\0"[..],
        &0x112u16.to_le_bytes(),
        &3u16.to_le_bytes(),
        &1u32.to_le_bytes(),
        &u32::from(turned).to_le_bytes(),
        &[0; 4],
    ]
    .concat();
    let small = boxed(b"THMB", &[&[0; 16][..], &picture(90, 60, ImageFormat::Jpeg)].concat());
    let large = boxed(b"PRVW", &[&[0; 16][..], &picture(480, 320, ImageFormat::Jpeg)].concat());
    let metadata = [boxed(b"CMT1", &tiff), small].concat();
    let moov = boxed(b"moov", &uuid(0x85c0_b687_820f_11e0_8111_f4ce_462b_6a48, &metadata));
    let previews = uuid(0xeaf4_2b5e_1c98_4b88_b9fb_b7dc_406e_4d16, &[&[0; 8][..], &large].concat());
    [boxed(b"ftyp", b"crx \0\0\0\x01"), moov, previews].concat()
}

fn photoshop(id: u16, jpeg: &[u8]) -> Vec<u8> {
    let resource = |id: u16, name: &[u8], data: &[u8]| {
        let mut bytes = [&b"8BIM"[..], &id.to_be_bytes(), &[name.len() as u8], name].concat();
        if name.len().is_multiple_of(2) {
            bytes.push(0);
        }
        bytes.extend((data.len() as u32).to_be_bytes());
        bytes.extend(data);
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        bytes
    };
    let thumb = [&1u32.to_be_bytes()[..], &[0; 24], jpeg].concat();
    let resources = [resource(1005, b"", &[1; 15]), resource(1006, b"abc", b"xy"), resource(id, b"", &thumb)];
    let resources = resources.concat();
    let mut file = [&b"8BPS\0\x01"[..], &[0; 20], &4u32.to_be_bytes(), &[9; 4]].concat();
    file.extend((resources.len() as u32).to_be_bytes());
    file.extend(resources);
    file.extend([0; 64]);
    file
}

fn size_of(name: &str, bytes: &[u8]) -> Option<(u32, u32)> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let small = image::load_from_memory(&thumbnail(&path)?.bytes).unwrap();
    Some((small.width(), small.height()))
}

#[test]
fn a_film_shows_its_cover() {
    let cover = picture(400, 600, ImageFormat::Jpeg);
    assert_eq!(size_of("a.mp4", &film_with(&cover, false)), Some((107, 160)));
    assert_eq!(size_of("a.mov", &film_with(&cover, true)), Some((107, 160)));
    assert_eq!(size_of("a.m4v", &film_with(&picture(320, 180, ImageFormat::Png), false)), Some((160, 90)));
    assert_eq!(size_of("a.mp4", &film_with(b"no picture", false)), None);
    assert_eq!(size_of("a.mov", b"not a film at all, by any means"), None);
}

#[test]
fn canon_raw_shows_its_preview_as_the_camera_was_held() {
    assert_eq!(size_of("a.CR3", &canon(1)), Some((160, 107)));
    assert_eq!(size_of("a.cr3", &canon(6)), Some((107, 160)));
}

#[test]
fn photoshop_shows_the_picture_that_it_keeps() {
    let jpeg = picture(160, 120, ImageFormat::Jpeg);
    assert_eq!(size_of("a.psd", &photoshop(1036, &jpeg)), Some((160, 120)));
    assert_eq!(size_of("a.psb", &photoshop(1036, &jpeg)), Some((160, 120)));
    assert_eq!(size_of("a.psd", &photoshop(1033, &jpeg)), None, "blue before red: of Photoshop 4");
    assert_eq!(size_of("a.psd", b"8BPS\0\x01"), None);
}

#[test]
fn what_nothing_here_reads_is_not_opened() {
    for name in ["a.heic", "a.mxf", "a.mkv", "a.raf", "a.ai"] {
        assert!(!may_have_one(name.as_ref()), "{name}");
    }
}

#[test]
fn files_that_are_cut_or_lie_have_none_and_harm_nobody() {
    let jpeg = picture(160, 120, ImageFormat::Jpeg);
    for whole in [film_with(&jpeg, false), canon(6), photoshop(1036, &jpeg)] {
        for cut in 0..whole.len().min(700) {
            drop(film::look(&mut Cursor::new(&whole[..cut])));
            drop(psd::look(&mut Cursor::new(&whole[..cut])));
        }
        // Every length within, made as large as it can say, and none.
        for at in 0..whole.len().min(700) {
            for value in [0, 0xff] {
                let mut lying = whole.clone();
                let end = (at + 4).min(lying.len());
                lying[at..end].fill(value);
                for found in [film::look(&mut Cursor::new(&lying)), psd::look(&mut Cursor::new(&lying))] {
                    let within = found.unwrap_or_default().previews;
                    assert!(within.iter().all(|(place, length)| place + length <= lying.len() as u64));
                }
            }
        }
    }
    // Boxes without end, and boxes in boxes.
    let many = boxed(b"moov", &boxed(b"free", b"").repeat(100_000));
    assert!(film::look(&mut Cursor::new(&many)).is_err());
    let mut deep = boxed(b"moov", b"");
    for _ in 0..200 {
        deep = boxed(b"udta", &deep);
    }
    assert_eq!(film::look(&mut Cursor::new(&deep)).unwrap(), Default::default());
}
