//! What values become where another type is needed.

use std::sync::Arc;

use crate::number;
use crate::value::{Text, Value};

/// `ToNumber`
pub(crate) fn to_number(value: &Value) -> f64 {
    match value {
        Value::Undefined => f64::NAN,
        Value::Null | Value::Bool(false) => 0.0,
        Value::Bool(true) => 1.0,
        Value::Number(number) => *number,
        Value::Text(text) => number::read(text),
        Value::List(_) | Value::Object(_) => number::read(&to_text(value)),
    }
}

/// `ToString`
pub(crate) fn to_text(value: &Value) -> Text {
    let text = |text: &str| -> Text { text.encode_utf16().collect() };
    match value {
        Value::Undefined => text("undefined"),
        Value::Null => text("null"),
        Value::Bool(true) => text("true"),
        Value::Bool(false) => text("false"),
        Value::Number(number) => text(&number::write(*number)),
        Value::Text(found) => Arc::clone(found),
        Value::List(items) => join(items, &[u16::from(b',')]).into(),
        Value::Object(_) => text("[object Object]"),
    }
}

/// The texts of elements with a separator between them; nothing for those that are null.
pub(crate) fn join(items: &[Value], separator: &[u16]) -> Vec<u16> {
    let mut out = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(separator);
        }
        if !item.nullish() {
            out.extend_from_slice(&to_text(item));
        }
    }
    out
}

/// `ToPrimitive`: lists and objects have nothing to say but their text.
pub(crate) fn to_primitive(value: &Value) -> Value {
    match value {
        Value::List(_) | Value::Object(_) => Value::Text(to_text(value)),
        other => other.clone(),
    }
}

/// `ToIntegerOrInfinity`
pub(crate) fn to_integer(value: &Value) -> f64 {
    let number = to_number(value);
    if number.is_nan() { 0.0 } else { number.trunc() + 0.0 }
}

/// `ToUint32`
#[allow(clippy::cast_sign_loss, reason = "the remainder is not negative")]
pub(crate) fn to_u32(value: &Value) -> u32 {
    let number = to_number(value);
    if number.is_finite() { number.trunc().rem_euclid(4_294_967_296.0) as u32 } else { 0 }
}

/// `ToInt32`
pub(crate) fn to_i32(value: &Value) -> i32 {
    to_u32(value).cast_signed()
}

/// A place counted from the end when negative, within `0..=length`.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "clamped to the length of a text in memory"
)]
pub(crate) fn place(value: &Value, length: usize) -> usize {
    let at = to_integer(value);
    let length = length as f64;
    (if at < 0.0 { (length + at).max(0.0) } else { at.min(length) }) as usize
}

/// A place within `0..=length`, negative ones being 0.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "clamped to the length of a text in memory"
)]
pub(crate) fn clamp(value: &Value, length: usize) -> usize {
    to_integer(value).clamp(0.0, length as f64) as usize
}
