use std::borrow::Cow;

use torque_json::{Decimal, Value};

use super::{Bounds, refuse};
use crate::fault::Faults;

/// Every number of that many digits survives a double and back.
const DIGITS: i64 = 15;

#[derive(Debug, Default)]
pub(crate) struct Limits {
    scale: Option<i64>,
    bounds: Bounds,
}

impl Limits {
    pub(super) fn read(spec: &Value<'_>) -> Self {
        Self { scale: spec.get("scale").and_then(Value::as_i64), bounds: Bounds::read(spec) }
    }
}

pub(super) fn check<'a>(limits: &Limits, value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    let Value::Number(text) = &value else { return refuse(faults, "Must be a number.") };
    let Some(number) = Decimal::read(text) else { return refuse(faults, "Must be a number.") };
    if number.whole_digits() + number.fraction_digits() > DIGITS {
        return refuse(faults, "Must have at most 15 digits.");
    }
    if let Some(scale) = limits.scale.filter(|&scale| number.fraction_digits() > scale) {
        return refuse(
            faults,
            &match scale {
                0 => "Must have no digits behind the point.".to_owned(),
                1 => "Must have at most one digit behind the point.".to_owned(),
                _ => format!("Must have at most {scale} digits behind the point."),
            },
        );
    }
    if let Some(message) = limits.bounds.broken_by(&number) {
        faults.error("Range", message);
        return None;
    }
    let plain = number.plain();
    if plain == *text { Some(value) } else { Some(Value::Number(Cow::Owned(plain))) }
}
