//! Reading documents, and objects that keep their order.

use std::borrow::Cow;
use std::fmt;

use torque_json::{JsonError, Value, write_key, write_string, write_value};

/// A page, form or context that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayoutError {
    /// Not JSON.
    Json(JsonError),
    /// A member that must be there is not.
    Missing(&'static str),
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => error.fmt(f),
            Self::Missing(name) => write!(f, "the member {name} is missing"),
        }
    }
}

impl std::error::Error for LayoutError {}

impl From<JsonError> for LayoutError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

/// The text of a member that must be there.
pub(crate) fn needed<'v>(source: &'v Value<'_>, name: &'static str) -> Result<&'v str, LayoutError> {
    source.text(name).ok_or(LayoutError::Missing(name))
}

/// A value that says something: not null, false, zero or empty.
pub(crate) fn says_something(value: &Value<'_>) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(text) => text.bytes().any(|byte| matches!(byte, b'1'..=b'9')),
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

/// The member of that name if it says something.
pub(crate) fn telling<'v, 'a>(source: &'v Value<'a>, name: &str) -> Option<&'v Value<'a>> {
    source.get(name).filter(|value| says_something(value))
}

/// The member of that name if it is not null.
pub(crate) fn given<'v, 'a>(source: &'v Value<'a>, name: &str) -> Option<&'v Value<'a>> {
    source.get(name).filter(|value| !value.is_null())
}

/// What a member of an object under construction holds.
pub(crate) enum Part<'v, 'a> {
    /// A value of a document, copied only into the answer.
    Value(&'v Value<'a>),
    /// Text of our own.
    Text(Cow<'v, str>),
    /// True or false.
    Bool(bool),
    /// JSON that is written already.
    Json(Vec<u8>),
}

impl Part<'_, '_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Value(value) => write_value(out, value),
            Self::Text(text) => write_string(out, text),
            Self::Bool(truth) => out.extend_from_slice(if *truth { b"true" } else { b"false" }),
            Self::Json(json) => out.extend_from_slice(json),
        }
    }
}

/// An object under construction.
pub(crate) struct Members<'v, 'a>(Vec<(&'v str, Part<'v, 'a>)>);

impl<'v, 'a> Members<'v, 'a> {
    /// The members of an object; none of anything else.
    pub(crate) fn of(source: Option<&'v Value<'a>>) -> Self {
        match source {
            Some(Value::Object(members)) => {
                Self(members.iter().map(|(key, value)| (key.as_ref(), Part::Value(value))).collect())
            }
            _ => Self(Vec::new()),
        }
    }

    /// Sets a member in its place, or behind the others.
    pub(crate) fn set(&mut self, name: &'v str, value: Part<'v, 'a>) {
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, place)) => *place = value,
            None => self.0.push((name, value)),
        }
    }

    /// Sets a member that is absent or null.
    pub(crate) fn fill(&mut self, name: &'v str, value: Part<'v, 'a>) {
        if self.value(name).is_none_or(Value::is_null) {
            self.set(name, value);
        }
    }

    /// A member that is still as its document has it.
    pub(crate) fn value(&self, name: &str) -> Option<&'v Value<'a>> {
        self.0.iter().rev().find(|(key, _)| *key == name).and_then(|(_, part)| match part {
            Part::Value(value) => Some(*value),
            _ => None,
        })
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        for (name, part) in &self.0 {
            write_key(out, name);
            part.write(out);
        }
        out.push(b'}');
    }
}

/// Writes a member, null if there is no value.
pub(crate) fn put(out: &mut Vec<u8>, name: &str, value: Option<&Value<'_>>) {
    write_key(out, name);
    write_value(out, value.unwrap_or(&Value::Null));
}

/// Writes a member if there is a value that is not null.
pub(crate) fn put_given(out: &mut Vec<u8>, name: &str, value: Option<&Value<'_>>) {
    if let Some(value) = value.filter(|value| !value.is_null()) {
        put(out, name, Some(value));
    }
}

/// Writes a member: the value, else the text.
pub(crate) fn put_or(out: &mut Vec<u8>, name: &str, value: Option<&Value<'_>>, text: &str) {
    write_key(out, name);
    match value {
        Some(value) => write_value(out, value),
        None => write_string(out, text),
    }
}

/// Writes an array member whose elements write themselves.
pub(crate) fn put_list<T>(
    out: &mut Vec<u8>,
    name: &str,
    list: &[T],
    mut write: impl FnMut(&mut Vec<u8>, &T) -> Result<(), LayoutError>,
) -> Result<(), LayoutError> {
    write_key(out, name);
    write_list(out, list, &mut write)
}

/// Writes an array whose elements write themselves.
pub(crate) fn write_list<T>(
    out: &mut Vec<u8>,
    list: &[T],
    write: &mut impl FnMut(&mut Vec<u8>, &T) -> Result<(), LayoutError>,
) -> Result<(), LayoutError> {
    out.push(b'[');
    for (place, element) in list.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write(out, element)?;
    }
    out.push(b']');
    Ok(())
}

/// A technical name as people read it: `order_date` becomes `Order date`.
pub(crate) fn readable(name: &str) -> String {
    let name = name.replace('-', "_");
    let mut words: Vec<&str> = name.trim_matches('_').split('_').collect();
    if words.len() > 1 && words.last() == Some(&"id") {
        words.pop();
    }
    words.retain(|word| !word.is_empty());
    let text = words.join(" ");
    let mut rest = text.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn names_become_readable() {
        for (name, expected) in [
            ("order_date", "Order date"),
            ("customer_id", "Customer"),
            ("id", "Id"),
            ("_a--b_", "A b"),
            ("", ""),
        ] {
            assert_eq!(readable(name), expected);
        }
    }
}
