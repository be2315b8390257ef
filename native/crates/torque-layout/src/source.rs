//! Reading documents, and objects that keep their order.

use std::borrow::Cow;
use std::fmt;

use torque_json::{JsonError, Object, Value};

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

/// An object under construction.
pub(crate) struct Members<'a>(Object<'a>);

impl<'a> Members<'a> {
    pub(crate) fn new() -> Self {
        Self(Vec::with_capacity(12))
    }

    /// A copy of an object; nothing of anything else.
    pub(crate) fn of(source: Option<&Value<'a>>) -> Self {
        match source {
            Some(Value::Object(members)) => Self(members.clone()),
            _ => Self::new(),
        }
    }

    /// Adds a member that is not there yet.
    pub(crate) fn add(&mut self, name: &'static str, value: Value<'a>) {
        self.0.push((Cow::Borrowed(name), value));
    }

    /// Adds a member, null if there is no value.
    pub(crate) fn add_or_null(&mut self, name: &'static str, value: Option<Value<'a>>) {
        self.add(name, value.unwrap_or(Value::Null));
    }

    /// Adds a member if there is a value that is not null.
    pub(crate) fn add_given(&mut self, name: &'static str, value: Option<Value<'a>>) {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            self.add(name, value);
        }
    }

    /// Sets a member in its place, or behind the others.
    pub(crate) fn set(&mut self, name: &'static str, value: Value<'a>) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, place)) => *place = value,
            None => self.add(name, value),
        }
    }

    /// As `set`, for a name from a document.
    pub(crate) fn set_named(&mut self, name: Cow<'a, str>, value: Value<'a>) {
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, place)) => *place = value,
            None => self.0.push((name, value)),
        }
    }

    /// Sets a member that is absent or null.
    pub(crate) fn fill(&mut self, name: &'static str, value: impl FnOnce() -> Value<'a>) {
        if self.get(name).is_none_or(Value::is_null) {
            self.set(name, value());
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(crate) fn into_value(self) -> Value<'a> {
        Value::Object(self.0)
    }
}

/// A string that borrows nothing.
pub(crate) fn owned_text(text: String) -> Value<'static> {
    Value::String(Cow::Owned(text))
}

/// A string constant.
pub(crate) fn fixed(text: &'static str) -> Value<'static> {
    Value::String(Cow::Borrowed(text))
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
