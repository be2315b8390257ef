use std::borrow::Cow;

use torque_json::{Decimal, Value};

use super::{Bounds, refuse};
use crate::fault::Faults;

pub(super) fn check<'a>(bounds: &Bounds, value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    let Value::Number(text) = &value else { return refuse(faults, "Must be a number.") };
    let Some(normal) = normal(text) else {
        faults.error("Range", "Must be a number that a double can hold.");
        return None;
    };
    if let Some(message) = Decimal::read(&normal).and_then(|number| bounds.broken_by(&number)) {
        faults.error("Range", message);
        return None;
    }
    if normal == *text { Some(value) } else { Some(Value::Number(Cow::Owned(normal))) }
}

/// The shortest text that gives the same double.
pub(super) fn normal(text: &str) -> Option<String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
    let size = number.abs();
    Some(if size == 0.0 {
        "0".to_owned()
    } else if (1e-6..1e17).contains(&size) {
        format!("{number}")
    } else {
        format!("{number:e}")
    })
}
