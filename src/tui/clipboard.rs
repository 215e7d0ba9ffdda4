//! What asks a terminal to fill the clipboard: OSC 52, with the text in base64.
//! Must not write it.

/// Most bytes of text: terminals refuse more, some of them with garbage on the screen.
const TEXT_BYTES_MAX: usize = 74_994;
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The sequence; a text that is too long is cut at a character.
pub fn sequence(text: &str) -> String {
    let end = text.floor_char_boundary(TEXT_BYTES_MAX);
    format!("\x1b]52;c;{}\x07", base64(&text.as_bytes()[..end]))
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for letter in 0..4 {
            let sextet = bits >> (18 - 6 * letter) & 63;
            text.push(if letter <= three.len() { char::from(LETTERS[sextet as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let pairs = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(pairs, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
        assert_eq!(sequence("座位"), "\x1b]52;c;5bqn5L2N\x07");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let sequence = sequence(&"座".repeat(40_000));
        assert!(sequence.len() < 100_020 && sequence.len() > 99_000, "{}", sequence.len());
    }
}
