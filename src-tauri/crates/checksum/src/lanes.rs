//! The MD5 function (RFC 1321) over several messages at once: one message a lane.
#![allow(unsafe_code, reason = "vector instructions are chosen at run time, after asking the processor")]

#[cfg(target_arch = "x86_64")]
use crate::vector::{Eight, Four, Sixteen};
use crate::vector::{Lanes, Plain};

/// Bytes of a block of MD5.
pub const BLOCK: usize = 64;
/// The most messages that are worth putting together.
pub const MOST_LANES: usize = 16;

/// The running value of one sum.
pub type State = [u32; 4];
pub const START: State = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// `floor(2^32 * abs(sin(i + 1)))`
const SINES: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

/// Which word of the block a step takes.
const fn word_of(round: usize, step: usize) -> usize {
    match round {
        0 => step,
        1 => (5 * step + 1) % 16,
        2 => (3 * step + 5) % 16,
        _ => (7 * step) % 16,
    }
}

/// One block of every lane.
///
/// # Safety
/// As for [`Lanes`].
#[inline(always)]
unsafe fn one_block<const N: usize, V: Lanes<N>>(state: &mut [V; 4], words: &[[u32; N]; 16]) {
    let [mut a, mut b, mut c, mut d] = *state;
    // Written out, so that every shift and index is a constant.
    macro_rules! step {
        ($round:literal, $step:expr, $mixed:expr, $left:literal) => {{
            let word = V::load(words[const { word_of($round, $step) }]);
            // What the last step made comes last: the others wait for nothing.
            let sum = $mixed(a.add_to_each(const { SINES[$round * 16 + $step] }).add(word));
            let next = sum.turn::<$left, { 32 - $left }>().add(b);
            (a, d, c, b) = (d, c, b, next);
        }};
    }
    macro_rules! four_steps {
        ($round:literal, $first:expr, $mix:expr, [$one:literal, $two:literal, $three:literal, $four:literal]) => {
            step!($round, $first, |sum: V| $mix(sum, b, c, d), $one);
            step!($round, $first + 1, |sum: V| $mix(sum, b, c, d), $two);
            step!($round, $first + 2, |sum: V| $mix(sum, b, c, d), $three);
            step!($round, $first + 3, |sum: V| $mix(sum, b, c, d), $four);
        };
    }
    macro_rules! round {
        ($round:literal, $mix:expr, $shifts:tt) => {
            four_steps!($round, 0, $mix, $shifts);
            four_steps!($round, 4, $mix, $shifts);
            four_steps!($round, 8, $mix, $shifts);
            four_steps!($round, 12, $mix, $shifts);
        };
    }
    // SAFETY: the caller's promise.
    unsafe {
        round!(0, |sum: V, b, c, d| sum.add(V::choose(b, c, d)), [7, 12, 17, 22]);
        round!(1, |sum: V, b, c, d| sum.add_choice(d, b, c), [5, 9, 14, 20]);
        round!(2, |sum: V, b, c, d| sum.add(V::parity(b, c, d)), [4, 11, 16, 23]);
        round!(3, |sum: V, b, c, d| sum.add(V::last_mix(b, c, d)), [6, 10, 15, 21]);
        for (value, more) in state.iter_mut().zip([a, b, c, d]) {
            *value = value.add(more);
        }
    }
}

/// All whole blocks of `N` messages of one length.
///
/// # Safety
/// As for [`Lanes`].
#[inline(always)]
unsafe fn all_blocks<const N: usize, V: Lanes<N>>(states: &mut [State; N], messages: &[&[u8]; N]) {
    let part_of = |part: usize| std::array::from_fn(|lane| states[lane][part]);
    // SAFETY: the caller's promise.
    let mut vectors: [V; 4] =
        unsafe { [V::load(part_of(0)), V::load(part_of(1)), V::load(part_of(2)), V::load(part_of(3))] };
    for block in 0..messages[0].len() / BLOCK {
        let mut words = [[0; N]; 16];
        for (lane, message) in messages.iter().enumerate() {
            let Some(bytes) = message.get(block * BLOCK..).and_then(<[u8]>::first_chunk::<BLOCK>) else {
                return;
            };
            let (pieces, _) = bytes.as_chunks::<4>();
            for (word, piece) in words.iter_mut().zip(pieces) {
                word[lane] = u32::from_le_bytes(*piece);
            }
        }
        // SAFETY: the caller's promise.
        unsafe { one_block(&mut vectors, &words) };
    }
    for (part, vector) in vectors.into_iter().enumerate() {
        // SAFETY: the caller's promise.
        let words = unsafe { vector.store() };
        for (state, word) in states.iter_mut().zip(words) {
            state[part] = word;
        }
    }
}

/// Compiled for the instructions that its name says.
macro_rules! kernel {
    ($name:ident, $features:literal, $lanes:literal, $vector:ty) => {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $features)]
        fn $name(states: &mut [State; $lanes], messages: &[&[u8]; $lanes]) {
            // SAFETY: this function is compiled for these instructions, and called only where they are.
            unsafe { all_blocks::<$lanes, $vector>(states, messages) }
        }
    };
}
kernel!(sixteen_with_avx512, "avx512f,avx512vl", 16, Sixteen);
kernel!(eight_with_avx512, "avx512f,avx512vl", 8, Eight);
kernel!(four_with_avx512, "avx512f,avx512vl", 4, Four);
kernel!(eight_with_avx2, "avx2", 8, std::arch::x86_64::__m256i);

fn plain<const N: usize>(states: &mut [State; N], messages: &[&[u8]; N]) {
    // SAFETY: plain arrays need nothing of the processor.
    unsafe { all_blocks::<N, Plain<N>>(states, messages) }
}

/// What the processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What every processor of its kind has: SSE2, NEON.
    Four,
}

fn width() -> Width {
    #[cfg(target_arch = "x86_64")]
    {
        if std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx512vl") {
            return Width::Avx512;
        }
        if std::is_x86_feature_detected!("avx2") {
            return Width::Avx2;
        }
    }
    Width::Four
}

/// Goes on with up to [`MOST_LANES`] sums; the messages have one length, a multiple of [`BLOCK`].
pub fn update(states: &mut [State], messages: &[&[u8]]) {
    update_with(width(), states, messages);
}

fn update_with(width: Width, states: &mut [State], messages: &[&[u8]]) {
    let all = states.len().min(messages.len());
    let mut at = 0;
    while at < all {
        let left = all - at;
        let lanes = match (left, width) {
            (1, _) => 1,
            (2..=4, _) | (_, Width::Four) => 4,
            #[cfg(target_arch = "x86_64")]
            (5..=8, _) | (_, Width::Avx2) => 8,
            #[cfg(target_arch = "x86_64")]
            (_, Width::Avx512) => 16,
        };
        let take = left.min(lanes);
        let (Some(states), Some(messages)) = (states.get_mut(at..at + take), messages.get(at..at + take))
        else {
            return;
        };
        match (lanes, width) {
            (1, _) => padded::<1>(states, messages, plain::<1>),
            // SAFETY: `width` says so only where the processor has these instructions.
            #[cfg(target_arch = "x86_64")]
            (16, _) => {
                padded(states, messages, |states, messages| unsafe { sixteen_with_avx512(states, messages) })
            }
            #[cfg(target_arch = "x86_64")]
            (8, Width::Avx512) => {
                padded(states, messages, |states, messages| unsafe { eight_with_avx512(states, messages) })
            }
            #[cfg(target_arch = "x86_64")]
            (8, _) => {
                padded(states, messages, |states, messages| unsafe { eight_with_avx2(states, messages) })
            }
            #[cfg(target_arch = "x86_64")]
            (_, Width::Avx512) => {
                padded(states, messages, |states, messages| unsafe { four_with_avx512(states, messages) })
            }
            _ => padded::<4>(states, messages, plain::<4>),
        }
        at += take;
    }
}

/// Fills unused lanes with a copy of the first message.
fn padded<const N: usize>(
    states: &mut [State],
    messages: &[&[u8]],
    run: impl Fn(&mut [State; N], &[&[u8]; N]),
) {
    let Some(first) = messages.first() else { return };
    let mut all_states: [State; N] = std::array::from_fn(|lane| states.get(lane).copied().unwrap_or(START));
    let all_messages: [&[u8]; N] = std::array::from_fn(|lane| messages.get(lane).copied().unwrap_or(first));
    run(&mut all_states, &all_messages);
    for (state, new) in states.iter_mut().zip(all_states) {
        *state = new;
    }
}

#[cfg(test)]
mod tests {
    use md5::{Digest, Md5};

    use super::*;
    use crate::stream::finish;

    /// Those that this processor has.
    fn widths() -> Vec<Width> {
        let mut widths = vec![Width::Four];
        #[cfg(target_arch = "x86_64")]
        {
            let widest = width();
            if widest != Width::Four {
                widths.push(Width::Avx2);
            }
            if widest == Width::Avx512 {
                widths.push(Width::Avx512);
            }
        }
        widths
    }

    #[test]
    fn every_number_of_lanes_of_every_width_agrees_with_the_library() {
        for lanes in 1..=MOST_LANES + 3 {
            let messages: Vec<Vec<u8>> =
                (0..lanes).map(|lane| (0..BLOCK * 9).map(|i| (i * 7 + lane * 13) as u8).collect()).collect();
            let slices: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
            for width in widths() {
                let mut states = vec![START; lanes];
                update_with(width, &mut states, &slices);
                update_with(width, &mut states, &slices);
                for (state, message) in states.iter().zip(&messages) {
                    let twice = [message.as_slice(), message.as_slice()].concat();
                    let ours = finish(*state, b"", twice.len() as u64);
                    assert_eq!(ours, <[u8; 16]>::from(Md5::digest(&twice)), "{lanes} lanes, {width:?}");
                }
            }
        }
    }
}
