//! Operators between two values.

use std::sync::Arc;

use crate::convert::{to_i32, to_number, to_primitive, to_text, to_u32};
use crate::tree::Binary;
use crate::value::Value;

pub(crate) fn apply(operator: Binary, left: &Value, right: &Value) -> Value {
    let numbers = |f: fn(f64, f64) -> f64| Value::Number(f(to_number(left), to_number(right)));
    let bits = |f: fn(i32, i32) -> i32| Value::Number(f64::from(f(to_i32(left), to_i32(right))));
    match operator {
        Binary::Add => add(left, right),
        Binary::Subtract => numbers(|a, b| a - b),
        Binary::Multiply => numbers(|a, b| a * b),
        Binary::Divide => numbers(|a, b| a / b),
        Binary::Remainder => numbers(|a, b| a % b),
        Binary::Power => numbers(power),
        Binary::Equal => Value::Bool(equal(left, right)),
        Binary::NotEqual => Value::Bool(!equal(left, right)),
        Binary::Same => Value::Bool(same(left, right)),
        Binary::NotSame => Value::Bool(!same(left, right)),
        Binary::Less => Value::Bool(less(left, right) == Some(true)),
        Binary::Greater => Value::Bool(less(right, left) == Some(true)),
        Binary::LessEqual => Value::Bool(less(right, left) == Some(false)),
        Binary::GreaterEqual => Value::Bool(less(left, right) == Some(false)),
        Binary::BitAnd => bits(|a, b| a & b),
        Binary::BitOr => bits(|a, b| a | b),
        Binary::BitXor => bits(|a, b| a ^ b),
        Binary::ShiftLeft => bits(|a, b| a.wrapping_shl(b.cast_unsigned())),
        Binary::ShiftRight => bits(|a, b| a.wrapping_shr(b.cast_unsigned())),
        Binary::ShiftRightZero => Value::Number(f64::from(to_u32(left).wrapping_shr(to_u32(right)))),
    }
}

fn add(left: &Value, right: &Value) -> Value {
    let (left, right) = (to_primitive(left), to_primitive(right));
    if matches!(left, Value::Text(_)) || matches!(right, Value::Text(_)) {
        let (left, right) = (to_text(&left), to_text(&right));
        return Value::Text(left.iter().chain(right.iter()).copied().collect());
    }
    Value::Number(to_number(&left) + to_number(&right))
}

/// C says that 1 to any power is 1; JavaScript says that an unknown power is unknown.
#[allow(clippy::float_cmp, reason = "the special cases are exact")]
pub(crate) fn power(base: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || (base.abs() == 1.0 && exponent.is_infinite()) {
        return f64::NAN;
    }
    base.powf(exponent)
}

/// `===`
#[allow(clippy::float_cmp, reason = "this is what === means")]
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Number(a), Value::Number(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
        (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

/// `==`
#[allow(clippy::float_cmp, reason = "this is what == means")]
fn equal(left: &Value, right: &Value) -> bool {
    let composite = |value: &Value| matches!(value, Value::List(_) | Value::Object(_));
    if left.nullish() || right.nullish() {
        return left.nullish() && right.nullish();
    }
    if left.type_name() == right.type_name() {
        return same(left, right);
    }
    if composite(left) || composite(right) {
        return equal(&to_primitive(left), &to_primitive(right));
    }
    to_number(left) == to_number(right)
}

/// Whether left is below right; `None` when they do not compare.
fn less(left: &Value, right: &Value) -> Option<bool> {
    let (left, right) = (to_primitive(left), to_primitive(right));
    if let (Value::Text(a), Value::Text(b)) = (&left, &right) {
        return Some(a < b);
    }
    to_number(&left).partial_cmp(&to_number(&right)).map(std::cmp::Ordering::is_lt)
}
