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

    /// A double to 15 digits and then to the scale, half away from zero.
    pub(super) fn rounded(&self, text: &str) -> Option<String> {
        let exact = Decimal::read(&format!("{:.14e}", text.parse::<f64>().ok()?))?;
        let plain = exact.plain();
        let Some(scale) = self.scale.filter(|&scale| exact.fraction_digits() > scale) else {
            return Some(plain);
        };
        let cut = plain.find('.')? + 1 + usize::try_from(scale).ok()?;
        let up = plain.as_bytes()[cut] >= b'5';
        let mut kept: Vec<u8> = plain.bytes().take(cut).collect();
        let mut carry = up;
        for digit in kept.iter_mut().rev().filter(|digit| digit.is_ascii_digit()) {
            if !carry {
                break;
            }
            carry = *digit == b'9';
            *digit = if carry { b'0' } else { *digit + 1 };
        }
        if carry {
            kept.insert(usize::from(kept.first() == Some(&b'-')), b'1');
        }
        let kept = String::from_utf8(kept).ok()?;
        Decimal::read(kept.trim_end_matches('.')).map(|number| number.plain())
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
            match scale {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_rounded_as_people_round_the_digits_they_see() {
        for (scale, text, expected) in [
            (Some(2), "0.30000000000000004", "0.3"),
            (Some(2), "1.2649999999999999", "1.27"),
            (Some(2), "1.005", "1.01"),
            (Some(2), "-1.005", "-1.01"),
            (Some(0), "2.5", "3"),
            (Some(1), "99.96", "100"),
            (Some(1), "-9.95", "-10"),
            (Some(3), "0.0004", "0"),
            (Some(2), "12", "12"),
            (None, "0.30000000000000004", "0.3"),
            (None, "123456789.123456789", "123456789.123457"),
        ] {
            let limits = Limits { scale, bounds: Bounds::default() };
            assert_eq!(limits.rounded(text).as_deref(), Some(expected), "{text}");
        }
    }
}
