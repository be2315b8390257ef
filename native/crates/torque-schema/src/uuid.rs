//! Ids: read in any case, written in lower case, made in version 7 (sorted by the time of their making).

use std::time::{SystemTime, UNIX_EPOCH};

const DASHES: [usize; 4] = [8, 13, 18, 23];

/// The id in lower case, or `None` for other text.
pub(crate) fn normal(text: &str) -> Option<String> {
    let shaped = text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if DASHES.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() });
    shaped.then(|| text.to_ascii_lowercase())
}

/// A new id.
pub(crate) fn new() -> String {
    let mut bytes = [0u8; 16];
    // Without entropy the system is beyond help; ids of time alone would not be unique.
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[6] = bytes[6] & 0x0F | 0x70;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).expect("half a byte is one hexadecimal digit"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_ids_are_well_formed_and_differ() {
        let (one, other) = (new(), new());
        assert_ne!(one, other);
        assert_eq!(normal(&one).as_deref(), Some(one.as_str()));
        assert_eq!(&one[14..15], "7");
    }

    #[test]
    fn other_text_is_no_id() {
        assert_eq!(
            normal("0190AAAA-bbbb-7ccc-8ddd-eeeeeeeeeeee").unwrap(),
            "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"
        );
        for text in [
            "",
            "1",
            "0190aaaabbbb7ccc8dddeeeeeeeeeeee",
            "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeeg",
            "{0190aaaa}",
        ] {
            assert_eq!(normal(text), None);
        }
    }
}
