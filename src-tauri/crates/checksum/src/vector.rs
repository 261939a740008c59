//! Some words side by side, one a lane, as the processor can.
#![allow(unsafe_code, reason = "vector instructions; who calls has asked the processor for them")]

/// `N` lanes and what MD5 does with them.
///
/// # Safety
/// Each function may only be called where the processor has the instructions that the type is made of, and is inlined
/// into a function that is compiled for them.
pub(crate) trait Lanes<const N: usize>: Copy {
    unsafe fn load(words: [u32; N]) -> Self;
    unsafe fn store(self) -> [u32; N];
    unsafe fn add(self, other: Self) -> Self;
    /// Adds the same to each lane.
    unsafe fn add_to_each(self, word: u32) -> Self;
    /// Turns each lane left; `RIGHT` is `32 - LEFT`.
    unsafe fn turn<const LEFT: i32, const RIGHT: i32>(self) -> Self;
    /// `(a & b) | (!a & c)`
    unsafe fn choose(a: Self, b: Self, c: Self) -> Self;
    /// Adds the same to `self`, where `b` is known later than `a` and `c`.
    #[inline(always)]
    unsafe fn add_choice(self, a: Self, b: Self, c: Self) -> Self {
        // SAFETY: the caller's promise.
        unsafe { self.add(Self::choose(a, b, c)) }
    }
    /// `a ^ b ^ c`
    unsafe fn parity(a: Self, b: Self, c: Self) -> Self;
    /// `b ^ (a | !c)`
    unsafe fn last_mix(a: Self, b: Self, c: Self) -> Self;
}

/// What every processor has: the compiler makes of four lanes what there is (SSE2, NEON).
#[derive(Clone, Copy)]
pub(crate) struct Plain<const N: usize>([u32; N]);

impl<const N: usize> Plain<N> {
    #[inline(always)]
    fn each(mut self, change: impl Fn(u32) -> u32) -> Self {
        for word in &mut self.0 {
            *word = change(*word);
        }
        self
    }

    #[inline(always)]
    fn with(mut self, b: Self, c: Self, join: impl Fn(u32, u32, u32) -> u32) -> Self {
        for (a, (b, c)) in self.0.iter_mut().zip(b.0.into_iter().zip(c.0)) {
            *a = join(*a, b, c);
        }
        self
    }
}

impl<const N: usize> Lanes<N> for Plain<N> {
    #[inline(always)]
    unsafe fn load(words: [u32; N]) -> Self {
        Self(words)
    }
    #[inline(always)]
    unsafe fn store(self) -> [u32; N] {
        self.0
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.with(other, other, |a, b, _| a.wrapping_add(b))
    }
    #[inline(always)]
    unsafe fn add_to_each(self, word: u32) -> Self {
        self.each(|lane| lane.wrapping_add(word))
    }
    #[inline(always)]
    unsafe fn turn<const LEFT: i32, const RIGHT: i32>(self) -> Self {
        self.each(|lane| (lane << LEFT) | (lane >> RIGHT))
    }
    #[inline(always)]
    unsafe fn choose(a: Self, b: Self, c: Self) -> Self {
        a.with(b, c, |a, b, c| c ^ (a & (b ^ c)))
    }
    /// The two halves have no bit in common, so they may be added one after the other.
    #[inline(always)]
    unsafe fn add_choice(self, a: Self, b: Self, c: Self) -> Self {
        let early = a.with(self, c, |a, sum, c| sum.wrapping_add(!a & c));
        early.with(a, b, |sum, a, b| sum.wrapping_add(a & b))
    }
    #[inline(always)]
    unsafe fn parity(a: Self, b: Self, c: Self) -> Self {
        a.with(b, c, |a, b, c| a ^ (b ^ c))
    }
    #[inline(always)]
    unsafe fn last_mix(a: Self, b: Self, c: Self) -> Self {
        a.with(b, c, |a, b, c| b ^ (a | !c))
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;
    use std::mem::transmute;

    use super::Lanes;

    /// Eight lanes with AVX2.
    impl Lanes<8> for __m256i {
        #[inline(always)]
        unsafe fn load(words: [u32; 8]) -> Self {
            // SAFETY: the same 32 bytes, every pattern of which is a value of both types.
            unsafe { transmute(words) }
        }
        #[inline(always)]
        unsafe fn store(self) -> [u32; 8] {
            // SAFETY: as for `load`.
            unsafe { transmute(self) }
        }
        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            // SAFETY: the caller's promise (see the trait), here and below.
            unsafe { _mm256_add_epi32(self, other) }
        }
        #[inline(always)]
        unsafe fn add_to_each(self, word: u32) -> Self {
            unsafe { _mm256_add_epi32(self, _mm256_set1_epi32(word.cast_signed())) }
        }
        #[inline(always)]
        unsafe fn turn<const LEFT: i32, const RIGHT: i32>(self) -> Self {
            unsafe { _mm256_or_si256(_mm256_slli_epi32::<LEFT>(self), _mm256_srli_epi32::<RIGHT>(self)) }
        }
        #[inline(always)]
        unsafe fn choose(a: Self, b: Self, c: Self) -> Self {
            unsafe { _mm256_xor_si256(c, _mm256_and_si256(a, _mm256_xor_si256(b, c))) }
        }
        #[inline(always)]
        unsafe fn parity(a: Self, b: Self, c: Self) -> Self {
            unsafe { _mm256_xor_si256(a, _mm256_xor_si256(b, c)) }
        }
        #[inline(always)]
        unsafe fn last_mix(a: Self, b: Self, c: Self) -> Self {
            unsafe {
                let not_c = _mm256_xor_si256(c, _mm256_set1_epi32(-1));
                _mm256_xor_si256(b, _mm256_or_si256(a, not_c))
            }
        }
    }

    /// Lanes with AVX-512: turning and mixing are one instruction each. The numbers are the functions' truth tables.
    macro_rules! avx512 {
        ($name:ident, $vector:ty, $lanes:literal, $add:ident, $each:ident, $turn:ident, $mix:ident) => {
            #[derive(Clone, Copy)]
            pub(crate) struct $name($vector);

            impl Lanes<$lanes> for $name {
                #[inline(always)]
                unsafe fn load(words: [u32; $lanes]) -> Self {
                    // SAFETY: the same bytes, every pattern of which is a value of both types.
                    Self(unsafe { transmute::<[u32; $lanes], $vector>(words) })
                }
                #[inline(always)]
                unsafe fn store(self) -> [u32; $lanes] {
                    // SAFETY: as for `load`.
                    unsafe { transmute::<$vector, [u32; $lanes]>(self.0) }
                }
                #[inline(always)]
                unsafe fn add(self, other: Self) -> Self {
                    // SAFETY: the caller's promise (see the trait), here and below.
                    Self(unsafe { $add(self.0, other.0) })
                }
                #[inline(always)]
                unsafe fn add_to_each(self, word: u32) -> Self {
                    Self(unsafe { $add(self.0, $each(word.cast_signed())) })
                }
                #[inline(always)]
                unsafe fn turn<const LEFT: i32, const RIGHT: i32>(self) -> Self {
                    Self(unsafe { $turn::<LEFT>(self.0) })
                }
                #[inline(always)]
                unsafe fn choose(a: Self, b: Self, c: Self) -> Self {
                    Self(unsafe { $mix::<0xca>(a.0, b.0, c.0) })
                }
                #[inline(always)]
                unsafe fn parity(a: Self, b: Self, c: Self) -> Self {
                    Self(unsafe { $mix::<0x96>(a.0, b.0, c.0) })
                }
                #[inline(always)]
                unsafe fn last_mix(a: Self, b: Self, c: Self) -> Self {
                    Self(unsafe { $mix::<0x39>(a.0, b.0, c.0) })
                }
            }
        };
    }

    avx512!(
        Sixteen,
        __m512i,
        16,
        _mm512_add_epi32,
        _mm512_set1_epi32,
        _mm512_rol_epi32,
        _mm512_ternarylogic_epi32
    );
    avx512!(
        Eight,
        __m256i,
        8,
        _mm256_add_epi32,
        _mm256_set1_epi32,
        _mm256_rol_epi32,
        _mm256_ternarylogic_epi32
    );
    avx512!(Four, __m128i, 4, _mm_add_epi32, _mm_set1_epi32, _mm_rol_epi32, _mm_ternarylogic_epi32);
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Eight, Four, Sixteen};
