//! Ids, tokens and signatures.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

fn letters(bytes: impl Iterator<Item = u8>, alphabet: &[u8], length: usize) -> String {
    bytes.take(length).map(|byte| char::from(alphabet[usize::from(byte) % alphabet.len()])).collect()
}

fn random(alphabet: &[u8], length: usize) -> String {
    letters(std::iter::repeat_with(rand::random::<u8>), alphabet, length)
}

/// Five characters `[A-Z0-9]` [R] (§4.8).
pub fn node() -> String {
    random(UPPER, 5)
}

/// 26 lower-case letters and digits [R] (§4.8).
pub fn asset() -> String {
    let bytes: [u8; 26] = rand::random();
    letters(bytes.into_iter(), LOWER, 26)
}

pub fn blob() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

pub fn token() -> String {
    hex::encode(rand::random::<[u8; 20]>())
}

/// Text that is the same for the same seed: passwords, keys and the ids of the first library.
pub fn seeded(seed: u64, purpose: &str, upper: bool, length: usize) -> String {
    let mut bytes = Vec::with_capacity(length + 32);
    for round in 0u32.. {
        if bytes.len() >= length {
            break;
        }
        bytes.extend(Sha256::digest(format!("{seed}/{purpose}/{round}")));
    }
    letters(bytes.into_iter(), if upper { UPPER } else { LOWER }, length)
}

pub fn seeded_uuid(seed: u64, purpose: &str) -> String {
    let hash = hex::encode(Sha256::digest(format!("{seed}/{purpose}")));
    format!("{}-{}-4{}-a{}-{}", &hash[..8], &hash[8..12], &hash[13..16], &hash[17..20], &hash[20..32])
}

pub fn hmac_sha256(key: &[u8], data: &[u8]) -> Vec<u8> {
    // HMAC takes a key of any length, so the error has no case.
    Hmac::<Sha256>::new_from_slice(key).map_or_else(
        |_| Vec::new(),
        |mut mac| {
            mac.update(data);
            mac.finalize().into_bytes().to_vec()
        },
    )
}

pub fn hmac_sha1(key: &[u8], data: &[u8]) -> Vec<u8> {
    Hmac::<Sha1>::new_from_slice(key).map_or_else(
        |_| Vec::new(),
        |mut mac| {
            mac.update(data);
            mac.finalize().into_bytes().to_vec()
        },
    )
}
