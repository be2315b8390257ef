//! The types of fields, one file each.
//!
//! A kind takes a value as it was sent and answers it as it is stored, or says what is wrong. It also knows the text
//! under which a value counts as equal, for what must be unique.

mod array;
mod binary;
mod boolean;
mod date;
mod date_time;
mod decimal;
mod enumeration;
mod float;
mod integer;
mod json;
mod reference;
mod string;
mod time;

use std::borrow::Cow;
use std::collections::BTreeMap;

use torque_json::{Decimal, Value, write_value};

use crate::fault::Faults;

/// The type of a field.
#[derive(Debug)]
pub(crate) enum Kind {
    String(string::Limits),
    Integer(Bounds),
    Decimal(decimal::Limits),
    Float(Bounds),
    Boolean,
    DateTime,
    Date,
    Time,
    Json,
    Binary,
    Enum(Vec<String>),
    Reference,
    Array(Box<Kind>),
}

impl Kind {
    /// Reads the type as documents write it.
    pub(crate) fn read(spec: &Value<'_>) -> Result<Self, String> {
        Ok(match spec.text("type").unwrap_or_default() {
            "String" => Self::String(string::Limits::read(spec)),
            "Integer" => Self::Integer(Bounds::read(spec)),
            "Decimal" => Self::Decimal(decimal::Limits::read(spec)),
            "Float" => Self::Float(Bounds::read(spec)),
            "Boolean" => Self::Boolean,
            "DateTime" => Self::DateTime,
            "Date" => Self::Date,
            "Time" => Self::Time,
            "Json" => Self::Json,
            "Binary" => Self::Binary,
            "Enum" => Self::Enum(enumeration::read(spec)),
            "Reference" => Self::Reference,
            "Array" => {
                let element = spec.get("element_type").ok_or("an array without element_type")?;
                Self::Array(Box::new(Self::read(element)?))
            }
            other => return Err(format!("the field type {other:?}")),
        })
    }

    /// The value as it is stored; `None` when it was refused, with the reasons in `faults`.
    pub(crate) fn check<'a>(&self, value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
        match self {
            Self::String(limits) => string::check(limits, value, faults),
            Self::Integer(bounds) => integer::check(bounds, value, faults),
            Self::Decimal(limits) => decimal::check(limits, value, faults),
            Self::Float(bounds) => float::check(bounds, value, faults),
            Self::Boolean => boolean::check(value, faults),
            Self::DateTime => date_time::check(value, faults),
            Self::Date => date::check(value, faults),
            Self::Time => time::check(value, faults),
            Self::Json => json::check(value, faults),
            Self::Binary => binary::check(value, faults),
            Self::Enum(values) => enumeration::check(values, value, faults),
            Self::Reference => reference::check(&value, faults),
            Self::Array(element) => array::check(element, value, faults),
        }
    }

    /// The type itself, or that of the elements of a list.
    pub(crate) fn innermost(&self) -> &Self {
        match self {
            Self::Array(element) => element.innermost(),
            kind => kind,
        }
    }

    /// A computed value as near as the type can hold it: doubles are rounded to a decimal's digits.
    pub(crate) fn fit<'a>(&self, value: Value<'a>) -> Value<'a> {
        match (self, &value) {
            (Self::Decimal(limits), Value::Number(text)) => {
                limits.rounded(text).map_or(value, |text| Value::Number(Cow::Owned(text)))
            }
            _ => value,
        }
    }

    /// The text under which a stored value counts as equal to another.
    pub(crate) fn unique_text<'v>(&self, value: &'v Value<'_>) -> Cow<'v, str> {
        match (self, value) {
            (Self::Float(_), Value::Number(text)) => Cow::Owned(float::normal(text).unwrap_or_default()),
            (_, Value::Number(text)) => {
                Decimal::read(text).map_or(Cow::Borrowed(text), |n| Cow::Owned(n.plain()))
            }
            (kind, Value::String(text)) if !matches!(kind, Self::Json) => Cow::Borrowed(text),
            (_, other) => {
                let mut text = Vec::new();
                write_value(&mut text, &canonical(other));
                Cow::Owned(String::from_utf8_lossy(&text).into_owned())
            }
        }
    }
}

/// A value in the one form of all that are equal to it: the database keeps neither the order of members nor how a
/// number was written.
fn canonical<'v>(value: &'v Value<'_>) -> Value<'v> {
    match value {
        Value::Null => Value::Null,
        Value::Bool(truth) => Value::Bool(*truth),
        Value::Number(text) => {
            let short = Decimal::read(text).map(|number| number.short()).or_else(|| float::normal(text));
            Value::Number(short.map_or(Cow::Borrowed(text), Cow::Owned))
        }
        Value::String(text) => Value::String(Cow::Borrowed(text)),
        Value::Array(elements) => Value::Array(elements.iter().map(canonical).collect()),
        Value::Object(members) => {
            let sorted: BTreeMap<&str, Value<'v>> =
                members.iter().map(|(name, member)| (name.as_ref(), canonical(member))).collect();
            Value::Object(sorted.into_iter().map(|(name, member)| (Cow::Borrowed(name), member)).collect())
        }
    }
}

/// The least and the greatest value.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    min: Option<(Decimal, String)>,
    max: Option<(Decimal, String)>,
}

impl Bounds {
    /// From an object with `min` and `max`, or an array of both.
    pub(crate) fn read(spec: &Value<'_>) -> Self {
        let number = |value: Option<&Value<'_>>| match value {
            Some(Value::Number(text)) => Decimal::read(text).map(|number| (number, text.to_string())),
            _ => None,
        };
        let (min, max) = Self::ends(spec);
        Self { min: number(min), max: number(max) }
    }

    /// Both ends as they are written; what is null is absent.
    pub(crate) fn ends<'v, 'a>(spec: &'v Value<'a>) -> (Option<&'v Value<'a>>, Option<&'v Value<'a>>) {
        let (min, max) = match spec {
            Value::Array(ends) => (ends.first(), ends.get(1)),
            _ => (spec.get("min"), spec.get("max")),
        };
        let given = |end: &&Value<'_>| !end.is_null();
        (min.filter(given), max.filter(given))
    }

    /// Whether no number lies within.
    pub(crate) fn is_empty(&self) -> bool {
        matches!((&self.min, &self.max), (Some((min, _)), Some((max, _))) if min > max)
    }

    /// What is wrong with a number, as a sentence.
    pub(crate) fn broken_by(&self, number: &Decimal) -> Option<String> {
        match (&self.min, &self.max) {
            (Some((min, text)), _) if number < min => Some(format!("Must be at least {text}.")),
            (_, Some((max, text))) if number > max => Some(format!("Must be at most {text}.")),
            _ => None,
        }
    }
}

fn refuse<T>(faults: &mut Faults<'_>, message: impl Into<Cow<'static, str>>) -> Option<T> {
    faults.error("Type", message);
    None
}
