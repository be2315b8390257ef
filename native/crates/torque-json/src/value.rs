use std::borrow::Cow;

use crate::DOCUMENT_DEPTH;
use crate::error::JsonError;
use crate::scan::{Kind, Scanner};

/// Room for the members of most objects, so that it need not be made again.
const USUAL_MEMBERS: usize = 8;

/// Members in the order they were written.
pub type Object<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

/// A JSON value; numbers are kept as they were written.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number's text.
    Number(Cow<'a, str>),
    /// A string.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Value<'a>>),
    /// An object.
    Object(Object<'a>),
}

impl<'a> Value<'a> {
    /// The member of that name, the last one if there are several; `None` for anything but an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        match self {
            Self::Object(members) => {
                members.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The member of that name if it is a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// True if the member of that name is `true`.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Self::Bool(true)))
    }

    /// The elements of the member of that name; none if it is no array.
    #[must_use]
    pub fn list(&self, name: &str) -> &[Value<'a>] {
        match self.get(name) {
            Some(Self::Array(elements)) => elements,
            _ => &[],
        }
    }

    /// The members of the member of that name; none if it is no object.
    #[must_use]
    pub fn members(&self, name: &str) -> &[(Cow<'a, str>, Value<'a>)] {
        match self.get(name) {
            Some(Self::Object(members)) => members,
            _ => &[],
        }
    }

    /// The string, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number as an integer, if it is written as one.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// True for `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// A copy that borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(truth) => Value::Bool(truth),
            Self::Number(text) => Value::Number(Cow::Owned(text.into_owned())),
            Self::String(text) => Value::String(Cow::Owned(text.into_owned())),
            Self::Array(elements) => Value::Array(elements.into_iter().map(Value::into_owned).collect()),
            Self::Object(members) => Value::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }
}

/// The tree of a whole text; NUL and lone surrogates are refused.
pub fn parse(bytes: &[u8], max_depth: usize) -> Result<Value<'_>, JsonError> {
    let mut scanner = Scanner::new(bytes, max_depth)?;
    whole(&mut scanner)
}

/// The tree of a document of ours.
pub fn parse_text(text: &str) -> Result<Value<'_>, JsonError> {
    whole(&mut Scanner::over(text, DOCUMENT_DEPTH))
}

fn whole<'a>(scanner: &mut Scanner<'a>) -> Result<Value<'a>, JsonError> {
    let value = scanner.value()?;
    scanner.end()?;
    match scanner.take_text_fault() {
        Some(fault) => Err(fault),
        None => Ok(value),
    }
}

impl<'a> Scanner<'a> {
    /// The tree of one value. Whether its text can be stored is in `take_text_fault`.
    pub fn value(&mut self) -> Result<Value<'a>, JsonError> {
        Ok(match self.kind()? {
            Kind::Null => {
                self.word("null")?;
                Value::Null
            }
            Kind::Bool => Value::Bool(self.boolean()?),
            Kind::Number => Value::Number(Cow::Borrowed(self.number()?)),
            Kind::String => Value::String(self.string()?.decode()),
            Kind::Array => {
                let mut elements = Vec::new();
                let mut more = self.enter()?;
                while more {
                    elements.push(self.value()?);
                    more = self.more(b']')?;
                }
                Value::Array(elements)
            }
            Kind::Object => {
                let mut more = self.enter()?;
                let mut members = Vec::with_capacity(if more { USUAL_MEMBERS } else { 0 });
                while more {
                    let key = self.key()?.decode();
                    members.push((key, self.value()?));
                    more = self.more(b'}')?;
                }
                Value::Object(members)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{JsonErrorKind, write_value};

    fn kind_of(text: &str) -> JsonErrorKind {
        parse(text.as_bytes(), 8).unwrap_err().kind
    }

    #[test]
    fn a_tree_is_written_as_it_was_read() {
        let text = r#"{"a":[1,2.50,-0e1,true,false,null],"b":{"ü":"x\ny\"z\\"},"a":{}}"#;
        let mut out = Vec::new();
        write_value(&mut out, &parse(text.as_bytes(), 8).unwrap());
        assert_eq!(std::str::from_utf8(&out).unwrap(), text);
    }

    #[test]
    fn escapes_are_decoded_and_pairs_joined() {
        let value = parse(br#""\u00fc\ud83d\ude00\/\b\f\n\r\t A""#, 1).unwrap();
        assert_eq!(value.as_str(), Some("ü😀/\u{8}\u{c}\n\r\t A"));
    }

    #[test]
    fn the_last_of_equal_keys_counts() {
        assert_eq!(parse(br#"{"a":1,"a":2}"#, 1).unwrap().get("a").unwrap().as_i64(), Some(2));
    }

    #[test]
    fn what_is_not_json_is_refused_by_kind() {
        for text in [
            "{'a':1}",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "+1",
            "1.",
            ".5",
            "nul",
            "\"\t\"",
            "\"\\x\"",
            "NaN",
            "1e",
            "[1 2]",
        ] {
            assert!(
                matches!(kind_of(text), JsonErrorKind::Syntax | JsonErrorKind::End | JsonErrorKind::Trailing),
                "{text}"
            );
        }
        assert_eq!(kind_of(""), JsonErrorKind::End);
        assert_eq!(kind_of("{\"a\":"), JsonErrorKind::End);
        assert_eq!(kind_of("1 2"), JsonErrorKind::Trailing);
        assert_eq!(kind_of("[[[[[[[[[1]]]]]]]]]"), JsonErrorKind::Depth);
        assert_eq!(kind_of(r#""a\u0000b""#), JsonErrorKind::Nul);
        assert_eq!(kind_of(r#""\ud800""#), JsonErrorKind::Surrogate);
        assert_eq!(kind_of(r#""\udc00\ud800""#), JsonErrorKind::Surrogate);
        assert_eq!(kind_of(r#""\ud800A""#), JsonErrorKind::Surrogate);
        assert_eq!(parse(b"\"\xff\"", 1).unwrap_err().kind, JsonErrorKind::Utf8);
    }

    #[test]
    fn no_text_makes_the_scanner_panic() {
        let alphabet: Vec<char> = "{}[]\":,\\ue0d8123-+.tfnx \n\u{1}ü".chars().collect();
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..50_000 {
            let text: String =
                (0..random.usize(0..24)).map(|_| alphabet[random.usize(0..alphabet.len())]).collect();
            if let Ok(value) = parse(text.as_bytes(), 16) {
                let mut out = Vec::new();
                write_value(&mut out, &value);
                assert_eq!(parse(&out, 16).unwrap(), value, "{text}");
            }
        }
    }
}
