//! The ring of progress around the boat, drawn anew for each step.

use std::f32::consts::TAU;

use tauri::image::Image;

use super::icon::Ink;

pub const STEPS: u64 = 12;

/// As `icons/draw.py` draws on 22 × 22: the ring's middle line and width, and what of the drawing lies within it.
const BOX: f32 = 22.0;
const RADIUS: f32 = 9.8;
const WIDTH: f32 = 1.9;
const INSIDE: f32 = 8.4;
/// What is still to come, faintly.
const FAINT: f32 = 0.35;
/// Samples along each side of a pixel.
const FINE: u16 = 4;

/// The drawing's boat with a ring that is so many steps full.
pub fn around(drawing: &Image<'_>, ink: Ink, step: u64) -> Image<'static> {
    let (width, height) = (drawing.width(), drawing.height());
    let shade = if ink == Ink::Black { 0 } else { 255 };
    let share =
        f32::from(u8::try_from(step.min(STEPS)).unwrap_or(0)) / f32::from(u8::try_from(STEPS).unwrap_or(1));
    let mut rgba = Vec::with_capacity(drawing.rgba().len());
    for (at, pixel) in (0_u32..).zip(drawing.rgba().chunks_exact(4)) {
        let (x, y) = (at % width, at / width);
        let (boat, ring) = sampled(x, y, width.max(height), share);
        let alpha = f32::from(pixel[3]) * boat + 255.0 * ring;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
        rgba.extend([shade, shade, shade, alpha.clamp(0.0, 255.0).round() as u8]);
    }
    Image::new_owned(rgba, width, height)
}

/// How much of a pixel lies within the ring, and how much the ring itself covers.
fn sampled(x: u32, y: u32, size: u32, share: f32) -> (f32, f32) {
    let scale = BOX / small(size);
    let (mut boat, mut ring) = (0.0, 0.0);
    for sample in 0..FINE * FINE {
        let offset = |n: u16| (f32::from(n) + 0.5) / f32::from(FINE);
        let right = (small(x) + offset(sample % FINE)) * scale - BOX / 2.0;
        let down = (small(y) + offset(sample / FINE)) * scale - BOX / 2.0;
        let distance = right.hypot(down);
        if distance < INSIDE {
            boat += 1.0;
        } else if (distance - RADIUS).abs() <= WIDTH / 2.0 {
            // From the top, as a clock goes.
            let turn = right.atan2(-down).rem_euclid(TAU) / TAU;
            ring += if turn < share { 1.0 } else { FAINT };
        }
    }
    let all = f32::from(FINE * FINE);
    (boat / all, ring / all)
}

fn small(number: u32) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_fills_from_the_top_as_a_clock_goes() {
        let nothing = Image::new_owned(vec![0; 32 * 32 * 4], 32, 32);
        let alpha =
            |step: u64, x: usize, y: usize| around(&nothing, Ink::White, step).rgba()[(y * 32 + x) * 4 + 3];
        // Right, bottom and left of the ring.
        let shown = |step: u64| [(30, 16), (16, 30), (1, 16)].map(|(x, y)| alpha(step, x, y) > 150);
        assert_eq!(shown(0), [false; 3]);
        assert_eq!(shown(5), [true, false, false]);
        assert_eq!(shown(8), [true, true, false]);
        assert_eq!(shown(12), [true; 3]);
        assert_eq!(shown(99), [true; 3]);
        assert!(alpha(0, 30, 16) > 0);
        assert_eq!(alpha(12, 16, 16), 0);
    }
}
