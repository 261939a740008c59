//! Proof that the one who brings the code is the one who asked for it (RFC 7636).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::secret::Secret;

/// How the challenge is made from the verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PkceMethod {
    /// The verifier itself: what Canto's own browser picker sends [C].
    Plain,
    /// Its SHA-256. Whether Canto takes it is [ND].
    S256,
}

/// One verifier and its challenge, for one sign-in.
#[derive(Debug, Clone)]
pub struct Pkce {
    verifier: Secret,
    challenge: Secret,
    method: PkceMethod,
}

impl Pkce {
    /// Makes a pair from 32 random bytes of the caller.
    pub fn from_random(random: [u8; 32], method: PkceMethod) -> Self {
        let verifier = URL_SAFE_NO_PAD.encode(random);
        let challenge = match method {
            PkceMethod::Plain => verifier.clone(),
            PkceMethod::S256 => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())),
        };
        Self { verifier: Secret::new(verifier), challenge: Secret::new(challenge), method }
    }

    /// What goes with the code.
    pub fn verifier(&self) -> &Secret {
        &self.verifier
    }

    /// What goes into the browser's address.
    pub fn challenge(&self) -> &Secret {
        &self.challenge
    }

    /// `plain` or `S256`.
    pub fn method(&self) -> &'static str {
        match self.method {
            PkceMethod::Plain => "plain",
            PkceMethod::S256 => "S256",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let random: [u8; 32] = URL_SAFE_NO_PAD.decode(verifier).unwrap().try_into().unwrap();
        let pkce = Pkce::from_random(random, PkceMethod::S256);
        assert_eq!(pkce.verifier().expose(), verifier);
        assert_eq!(pkce.challenge().expose(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(Pkce::from_random(random, PkceMethod::Plain).challenge().expose(), verifier);
    }
}
