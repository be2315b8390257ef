use torque_json::Value;

use super::refuse;
use crate::fault::Faults;

pub(super) fn check<'a>(value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    match value.as_str().filter(|text| text.len() == 10).and_then(|text| day(text.as_bytes())) {
        Some(_) => Some(value),
        None => refuse(faults, "Must be a day as YYYY-MM-DD."),
    }
}

/// Year, month and day of `YYYY-MM-DD`, if there is such a day.
pub(super) fn day(text: &[u8]) -> Option<(i64, i64, i64)> {
    if text.len() < 10 || text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(&text[..4])?, number(&text[5..7])?, number(&text[8..10])?);
    (year >= 1 && (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day))
        .then_some((year, month, day))
}

/// A run of digits.
pub(super) fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

pub(super) fn days_of(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
