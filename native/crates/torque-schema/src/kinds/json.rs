//! Any value, with numbers that a double and Postgres can hold.

use torque_json::Value;

use super::refuse;
use crate::fault::Faults;

pub(super) fn check<'a>(value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    if numbers_fit(&value) {
        Some(value)
    } else {
        refuse(faults, "Holds a number that a double cannot hold.")
    }
}

fn numbers_fit(value: &Value<'_>) -> bool {
    match value {
        Value::Number(text) => {
            // A tiny number is zero to a double, but its exponent may be beyond what Postgres takes.
            let exponent = text.find(['e', 'E']).map_or(0, |at| text[at + 1..].parse().unwrap_or(i32::MIN));
            text.len() <= 400
                && (-400..=400).contains(&exponent)
                && text.parse::<f64>().is_ok_and(f64::is_finite)
        }
        Value::Array(elements) => elements.iter().all(numbers_fit),
        Value::Object(members) => members.iter().all(|(_, member)| numbers_fit(member)),
        _ => true,
    }
}
