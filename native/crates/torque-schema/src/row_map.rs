//! From storage keys to names.
//!
//! Values are copied as they were stored, in the order of the list; what is not on the list is left out.

use std::collections::HashMap;

use torque_json::{DOCUMENT_DEPTH, JsonError, JsonErrorKind, Kind, Scanner, write_string};

/// An allow-list of storage keys with the names they have on the wire.
#[derive(Debug)]
pub struct RowMap {
    /// Position by key.
    places: HashMap<String, usize>,
    /// `"name":` of each.
    heads: Vec<Vec<u8>>,
}

impl RowMap {
    /// From pairs of key and name.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut places = HashMap::new();
        let mut heads = Vec::new();
        for (key, name) in pairs {
            let mut head = Vec::new();
            write_string(&mut head, name);
            head.push(b':');
            places.insert(key.to_owned(), heads.len());
            heads.push(head);
        }
        Self { places, heads }
    }

    /// A stored object under names.
    pub fn map(&self, data: &[u8]) -> Result<Vec<u8>, JsonError> {
        let mut scanner = Scanner::new(data, DOCUMENT_DEPTH)?;
        if scanner.kind()? != Kind::Object {
            return Err(JsonError { kind: JsonErrorKind::Syntax, offset: scanner.position() });
        }
        let mut values: Vec<&str> = vec![""; self.heads.len()];
        let mut more = scanner.enter()?;
        while more {
            let key = scanner.key()?.decode();
            let start = scanner.position();
            scanner.skip()?;
            if let Some(&place) = self.places.get(key.as_ref()) {
                values[place] = scanner.since(start);
            }
            more = scanner.more(b'}')?;
        }
        scanner.end()?;
        let mut out = Vec::with_capacity(data.len() + 64);
        out.push(b'{');
        for (head, value) in self.heads.iter().zip(values) {
            if value.is_empty() {
                continue;
            }
            if out.len() > 1 {
                out.push(b',');
            }
            out.extend_from_slice(head);
            out.extend_from_slice(value.as_bytes());
        }
        out.push(b'}');
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_on_the_list_comes_out_under_its_name() {
        let map = RowMap::new([("b", "second"), ("a", "a"), ("c", "third")]);
        let out = map.map(br#"{"a": [1, {"b": 2}], "secret": "x", "b": "y\"z"}"#).unwrap();
        assert_eq!(std::str::from_utf8(&out).unwrap(), r#"{"second":"y\"z","a":[1, {"b": 2}]}"#);
        assert_eq!(map.map(b"{}").unwrap(), b"{}");
        assert_eq!(RowMap::new([]).map(br#"{"a":1}"#).unwrap(), b"{}");
        assert!(map.map(b"[]").is_err());
    }
}
