//! The canonical text of parameters, which is part of the key of a cached answer.
//!
//! Members are sorted by key and white space is left out. It need not be perfect: two texts of the same meaning with
//! different canonical texts cost a miss. It must never err the other way, so whatever could make two meanings equal
//! is left in its order: equal keys (the sort is stable), and all members of an object with an escaped key.

use std::ops::Range;

use smallvec::SmallVec;

use crate::error::JsonError;
use crate::scan::{Kind, Scanner, StringToken};

/// What was found beside the canonical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Canonical<'a> {
    /// The member `app` of the object, which is left out of the text.
    pub app: Option<StringToken<'a>>,
    /// Whether the object has an escaped key or the member `app` twice or not as a string.
    pub odd: bool,
}

type Members = SmallVec<[(Range<usize>, Range<usize>); 12]>;

/// Appends the canonical text of the value at `scanner` to `out`, leaving out a member `app` of the outermost object.
pub fn canonical<'a>(scanner: &mut Scanner<'a>, out: &mut Vec<u8>) -> Result<Canonical<'a>, JsonError> {
    let mut found = Canonical::default();
    if scanner.kind()? == Kind::Object {
        object(scanner, out, Some(&mut found))?;
    } else {
        value(scanner, out)?;
    }
    Ok(found)
}

fn value(scanner: &mut Scanner<'_>, out: &mut Vec<u8>) -> Result<(), JsonError> {
    match scanner.kind()? {
        Kind::Object => object(scanner, out, None),
        Kind::Array => {
            out.push(b'[');
            let mut more = scanner.enter()?;
            while more {
                value(scanner, out)?;
                more = scanner.more(b']')?;
                if more {
                    out.push(b',');
                }
            }
            out.push(b']');
            Ok(())
        }
        _ => {
            let start = scanner.position();
            scanner.skip()?;
            out.extend_from_slice(scanner.since(start).as_bytes());
            Ok(())
        }
    }
}

fn object<'a>(
    scanner: &mut Scanner<'a>,
    out: &mut Vec<u8>,
    mut outermost: Option<&mut Canonical<'a>>,
) -> Result<(), JsonError> {
    out.push(b'{');
    let start = out.len();
    let mut members = Members::new();
    let (mut sorted, mut sortable) = (true, true);
    let mut more = scanner.enter()?;
    while more {
        let key = scanner.key()?;
        if let Some(found) = outermost.as_deref_mut() {
            found.odd |= key.escaped;
            if key.raw == "app" && !key.escaped {
                take_app(scanner, found)?;
                more = scanner.more(b'}')?;
                continue;
            }
        }
        sortable &= !key.escaped;
        let from = out.len();
        out.push(b'"');
        out.extend_from_slice(key.raw.as_bytes());
        out.extend_from_slice(b"\":");
        let key_range = from + 1..out.len() - 2;
        value(scanner, out)?;
        if let Some((previous, _)) = members.last() {
            sorted &= out[previous.clone()] <= out[key_range.clone()];
        }
        members.push((key_range, from..out.len()));
        out.push(b',');
        more = scanner.more(b'}')?;
    }
    if !sorted && sortable {
        members.sort_by(|(a, _), (b, _)| out[a.clone()].cmp(&out[b.clone()]));
        let mut arranged = Vec::with_capacity(out.len() - start);
        for (_, member) in &members {
            arranged.extend_from_slice(&out[member.clone()]);
            arranged.push(b',');
        }
        out.truncate(start);
        out.extend_from_slice(&arranged);
    }
    if !members.is_empty() {
        out.pop();
    }
    out.push(b'}');
    Ok(())
}

fn take_app<'a>(scanner: &mut Scanner<'a>, found: &mut Canonical<'a>) -> Result<(), JsonError> {
    if scanner.kind()? == Kind::String {
        let token = scanner.string()?;
        found.odd |= found.app.is_some();
        found.app = Some(token);
    } else {
        scanner.skip()?;
        found.odd = true;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(input: &str) -> String {
        let mut out = Vec::new();
        canonical(&mut Scanner::over(input, 16), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn members_are_sorted_at_every_level_and_space_is_dropped() {
        let input = r#" { "b" : [ 1 , {"z":1 , "y": "a b"} ] , "a-b":2, "a" : null } "#;
        assert_eq!(text(input), r#"{"a":null,"a-b":2,"b":[1,{"y":"a b","z":1}]}"#);
        assert_eq!(text("{ }"), "{}");
        assert_eq!(text(" [ ] "), "[]");
    }

    #[test]
    fn equal_keys_and_escaped_keys_keep_their_order() {
        assert_eq!(text(r#"{"b":0,"a":2,"a":1}"#), r#"{"a":2,"a":1,"b":0}"#);
        assert_eq!(text(r#"{"b":1,"\u0062":2,"a":3}"#), r#"{"b":1,"\u0062":2,"a":3}"#);
    }

    #[test]
    fn the_application_is_taken_out_of_the_outermost_object_only() {
        let mut out = Vec::new();
        let input = r#"{"z":{"app":1},"app":"todo","a":1}"#;
        let found = canonical(&mut Scanner::over(input, 16), &mut out).unwrap();
        assert_eq!(out, br#"{"a":1,"z":{"app":1}}"#);
        assert_eq!(found.app.unwrap().raw, "todo");
        assert!(!found.odd);
        for odd in [r#"{"app":1}"#, r#"{"app":"a","app":"b"}"#, r#"{"\u0061pp":"b"}"#] {
            assert!(canonical(&mut Scanner::over(odd, 16), &mut Vec::new()).unwrap().odd, "{odd}");
        }
    }
}
