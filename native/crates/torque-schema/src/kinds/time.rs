use torque_json::Value;

use super::date::number;
use super::refuse;
use crate::fault::Faults;

pub(super) fn check<'a>(value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    match value.as_str().filter(|text| text.len() == 8).and_then(|text| clock(text.as_bytes())) {
        Some(_) => Some(value),
        None => refuse(faults, "Must be a time as HH:MM:SS."),
    }
}

/// Hour, minute and second of `HH:MM:SS`.
pub(super) fn clock(text: &[u8]) -> Option<(i64, i64, i64)> {
    if text.len() < 8 || text[2] != b':' || text[5] != b':' {
        return None;
    }
    let (hour, minute, second) = (number(&text[..2])?, number(&text[3..5])?, number(&text[6..8])?);
    (hour < 24 && minute < 60 && second < 60).then_some((hour, minute, second))
}
