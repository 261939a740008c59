//! The MD5 function (RFC 1321) over several messages at once: one message a lane.
#![allow(unsafe_code, reason = "vector instructions are chosen at run time, after asking the processor")]

/// Bytes of a block of MD5.
pub const BLOCK: usize = 64;
/// The most messages that are worth putting together.
pub const MOST_LANES: usize = 16;

/// The running value of one sum.
pub type State = [u32; 4];
pub const START: State = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

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

type Vector<const N: usize> = [u32; N];

#[inline(always)]
fn map<const N: usize>(a: Vector<N>, b: Vector<N>, f: impl Fn(u32, u32) -> u32) -> Vector<N> {
    std::array::from_fn(|lane| f(a[lane], b[lane]))
}

#[inline(always)]
fn mix<const N: usize>(round: usize, b: Vector<N>, c: Vector<N>, d: Vector<N>) -> Vector<N> {
    std::array::from_fn(|lane| {
        let (b, c, d) = (b[lane], c[lane], d[lane]);
        match round {
            0 => d ^ (b & (c ^ d)),
            1 => c ^ (d & (b ^ c)),
            2 => b ^ c ^ d,
            _ => c ^ (b | !d),
        }
    })
}

#[inline(always)]
fn word_of(round: usize, step: usize) -> usize {
    match round {
        0 => step,
        1 => (5 * step + 1) % 16,
        2 => (3 * step + 5) % 16,
        _ => (7 * step) % 16,
    }
}

/// One block of every lane.
#[inline(always)]
fn one_block<const N: usize>(state: &mut [Vector<N>; 4], words: &[Vector<N>; 16]) {
    let [mut a, mut b, mut c, mut d] = *state;
    // Written out, so that every shift and index is a constant.
    macro_rules! step {
        ($round:literal, $step:literal) => {{
            let sine = SINES[$round * 16 + $step];
            let sum = map(mix($round, b, c, d), a, u32::wrapping_add);
            let sum = map(sum, words[word_of($round, $step)], u32::wrapping_add);
            let turned: Vector<N> = std::array::from_fn(|lane| {
                sum[lane].wrapping_add(sine).rotate_left(SHIFTS[$round][$step % 4])
            });
            let next = map(turned, b, u32::wrapping_add);
            a = d;
            d = c;
            c = b;
            b = next;
        }};
    }
    macro_rules! round {
        ($round:literal) => {
            step!($round, 0);
            step!($round, 1);
            step!($round, 2);
            step!($round, 3);
            step!($round, 4);
            step!($round, 5);
            step!($round, 6);
            step!($round, 7);
            step!($round, 8);
            step!($round, 9);
            step!($round, 10);
            step!($round, 11);
            step!($round, 12);
            step!($round, 13);
            step!($round, 14);
            step!($round, 15);
        };
    }
    round!(0);
    round!(1);
    round!(2);
    round!(3);
    for (value, add) in state.iter_mut().zip([a, b, c, d]) {
        *value = map(*value, add, u32::wrapping_add);
    }
}

/// All whole blocks of `N` messages of one length.
#[inline(always)]
fn all_blocks<const N: usize>(states: &mut [State; N], messages: &[&[u8]; N]) {
    let mut vectors: [Vector<N>; 4] =
        std::array::from_fn(|part| std::array::from_fn(|lane| states[lane][part]));
    let mut blocks: [std::slice::ChunksExact<'_, u8>; N] =
        std::array::from_fn(|lane| messages[lane].chunks_exact(BLOCK));
    let count = messages[0].len() / BLOCK;
    for _ in 0..count {
        let block: [&[u8]; N] = std::array::from_fn(|lane| blocks[lane].next().unwrap_or(&[0; BLOCK]));
        let words: [Vector<N>; 16] = std::array::from_fn(|word| {
            std::array::from_fn(|lane| {
                block[lane]
                    .get(word * 4..)
                    .and_then(<[u8]>::first_chunk)
                    .map_or(0, |bytes| u32::from_le_bytes(*bytes))
            })
        });
        one_block(&mut vectors, &words);
    }
    for (lane, state) in states.iter_mut().enumerate() {
        *state = std::array::from_fn(|part| vectors[part][lane]);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn with_avx512(states: &mut [State; 16], messages: &[&[u8]; 16]) {
    all_blocks(states, messages);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2(states: &mut [State; 8], messages: &[&[u8]; 8]) {
    all_blocks(states, messages);
}

/// Eight lanes at most, or sixteen, as the processor can.
pub fn widest() -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        if std::is_x86_feature_detected!("avx512f") {
            return 16;
        }
        if std::is_x86_feature_detected!("avx2") {
            return 8;
        }
    }
    4
}

/// Goes on with up to [`MOST_LANES`] sums; the messages have one length, a multiple of [`BLOCK`].
pub fn update(states: &mut [State], messages: &[&[u8]]) {
    let widest = widest();
    let mut at = 0;
    while at < states.len().min(messages.len()) {
        let left = states.len().min(messages.len()) - at;
        let lanes = match left {
            1 => 1,
            2..=4 => 4,
            5..=8 => 8.min(widest),
            _ => widest,
        };
        let take = left.min(lanes);
        let (Some(states), Some(messages)) = (states.get_mut(at..at + take), messages.get(at..at + take))
        else {
            return;
        };
        match lanes {
            1 => padded::<1>(states, messages, all_blocks::<1>),
            4 => padded::<4>(states, messages, all_blocks::<4>),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `widest` is 8 or more only where the processor has AVX2.
            8 => padded::<8>(states, messages, |states, messages| unsafe { with_avx2(states, messages) }),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `widest` is 16 only where the processor has AVX-512F.
            16 => padded::<16>(states, messages, |states, messages| unsafe { with_avx512(states, messages) }),
            _ => padded::<4>(states, messages, all_blocks::<4>),
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

    #[test]
    fn every_number_of_lanes_agrees_with_the_library() {
        for lanes in 1..=MOST_LANES + 3 {
            let messages: Vec<Vec<u8>> =
                (0..lanes).map(|lane| (0..BLOCK * 9).map(|i| (i * 7 + lane * 13) as u8).collect()).collect();
            let slices: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
            let mut states = vec![START; lanes];
            update(&mut states, &slices);
            update(&mut states, &slices);
            for (state, message) in states.iter().zip(&messages) {
                let twice = [message.as_slice(), message.as_slice()].concat();
                let ours = finish(*state, b"", twice.len() as u64);
                assert_eq!(ours, <[u8; 16]>::from(Md5::digest(&twice)), "{lanes} lanes");
            }
        }
    }
}
