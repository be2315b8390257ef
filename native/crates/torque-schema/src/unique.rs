//! The text that stands for a value, or a group of values, that must be unique.
//!
//! Parts carry their length, so no two groups share a text. What is long is replaced by its SHA-256, because an index
//! takes only so much; the letter in front keeps the two forms apart. A group with a missing value is not unique with
//! anything, as in SQL.

use std::borrow::Cow;
use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Below this a value is kept as it is, readable and sorted.
const LONGEST: usize = 512;

pub(crate) fn text(parts: &[Cow<'_, str>]) -> String {
    let mut text = String::from("v:");
    if let [only] = parts {
        text.push_str(only);
    } else {
        for part in parts {
            // Writing to a String cannot fail.
            let _ = write!(text, "{}:{part},", part.len());
        }
    }
    if text.len() <= LONGEST {
        return text;
    }
    let mut hashed = String::from("h:");
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(hashed, "{byte:02x}");
    }
    hashed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_different_parts_never_share_a_text() {
        let of = |parts: &[&str]| text(&parts.iter().map(|&part| Cow::Borrowed(part)).collect::<Vec<_>>());
        assert_ne!(of(&["a", "bc"]), of(&["ab", "c"]));
        assert_ne!(of(&["1:a,", ""]), of(&["", "1:a,"]));
        assert_eq!(of(&["plain"]), "v:plain");
        let long = "x".repeat(2000);
        assert_eq!(of(&[&long]).len(), 66);
        assert_ne!(of(&[&long]), of(&[&format!("{long}y")]));
    }
}
