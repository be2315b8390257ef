use std::borrow::Cow;

use torque_json::{Decimal, Value};

use super::{Bounds, refuse};
use crate::fault::Faults;

/// What every double, and so every browser and script, represents exactly.
const LARGEST: i64 = (1 << 53) - 1;

/// `5.0` and `5e0` are the integer 5, as in JavaScript.
pub(super) fn check<'a>(bounds: &Bounds, value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    let Value::Number(text) = &value else { return refuse(faults, "Must be a whole number.") };
    let Some(number) = Decimal::read(text).filter(|number| number.fraction_digits() == 0) else {
        return refuse(faults, "Must be a whole number.");
    };
    let small = (number.whole_digits() <= 16).then(|| number.plain());
    let Some(plain) = small.filter(|plain| plain.parse::<i64>().is_ok_and(|n| n.abs() <= LARGEST)) else {
        faults.error("Range", format!("Must be between -{LARGEST} and {LARGEST}."));
        return None;
    };
    if let Some(message) = bounds.broken_by(&number) {
        faults.error("Range", message);
        return None;
    }
    if plain == *text { Some(value) } else { Some(Value::Number(Cow::Owned(plain))) }
}
