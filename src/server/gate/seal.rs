//! A keyed seal over bytes: HMAC-SHA256 with a key of its own for each purpose.
//! Must not know what the bytes mean.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Signs and verifies under one key. Keyed once; each use starts from the keyed state.
#[derive(Clone)]
pub struct Seal(Hmac<Sha256>);

impl Seal {
    /// A seal whose key is derived from the secret for this purpose, so that what is sealed for one purpose is worth
    /// nothing for another.
    #[must_use]
    pub fn new(secret: &str, purpose: &str) -> Self {
        Self(keyed(&Self::bare(secret).sign(purpose.as_bytes())))
    }

    /// A seal under the secret itself, for a channel that shares the secret.
    #[must_use]
    pub fn bare(secret: &str) -> Self {
        Self(keyed(secret.as_bytes()))
    }

    /// The seal of these bytes.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> [u8; 32] {
        self.0.clone().chain_update(bytes).finalize().into_bytes().into()
    }

    /// Is it the seal of these bytes? Compared in constant time.
    #[must_use]
    pub fn verify(&self, bytes: &[u8], seal: &[u8; 32]) -> bool {
        self.0.clone().chain_update(bytes).verify_slice(seal).is_ok()
    }
}

/// Shows nothing: it holds a key.
impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// Lower-case hex.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// 32 bytes from 64 lower-case hex digits; `None` for anything else, so that a seal has one spelling only.
#[must_use]
pub fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let text: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_hmac_sha256() {
        // RFC 4231, test case 2.
        let seal = Seal::bare("Jefe").sign(b"what do ya want for nothing?");
        assert_eq!(to_hex(&seal), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn a_seal_for_one_purpose_is_worth_nothing_for_another() {
        let (a, b) = (Seal::new("secret", "a"), Seal::new("secret", "b"));
        let seal = a.sign(b"x");
        assert!(a.verify(b"x", &seal) && !a.verify(b"y", &seal));
        assert!(!b.verify(b"x", &seal) && !Seal::bare("secret").verify(b"x", &seal));
    }

    #[test]
    fn hex_has_one_spelling() {
        let hex = to_hex(&[0xab; 32]);
        assert_eq!(from_hex(&hex), Some([0xab; 32]));
        assert_eq!(from_hex(&hex.to_uppercase()), None);
        assert_eq!(from_hex(&hex[1..]), None);
        assert_eq!(from_hex(&"é".repeat(32)), None);
    }
}
