//! Points in time: RFC 3339 with an offset in, UTC of fixed width out, so that text sorts like time.
//!
//! What is finer than a microsecond is cut off. Without an offset a text is no point in time and is refused.

use std::borrow::Cow;

use torque_json::Value;

use super::date::{day, days_of, number};
use super::refuse;
use super::time::clock;
use crate::fault::Faults;

pub(super) fn check<'a>(value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    let message = "Must be a date and time with its offset, as 2026-01-01T09:15:00Z.";
    let Some(text) = value.as_str() else { return refuse(faults, message) };
    match normal(text) {
        Some(normal) if normal == text => Some(value),
        Some(normal) => Some(Value::String(Cow::Owned(normal))),
        None => refuse(faults, message),
    }
}

fn normal(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if !matches!(bytes.get(10), Some(b'T' | b't' | b' ')) {
        return None;
    }
    let (year, month, day) = day(bytes)?;
    let (hour, minute, second) = clock(&bytes[11..])?;
    let (micros, behind) = fraction(&bytes[19..])?;
    let minutes = hour * 60 + minute - offset(behind)?;
    let (year, month, day) = shift(year, month, day, minutes.div_euclid(1440));
    let minutes = minutes.rem_euclid(1440);
    if !(1..=9999).contains(&year) {
        return None;
    }
    let (hour, minute) = (minutes / 60, minutes % 60);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"))
}

/// Microseconds, and what stands behind the fraction.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    if text.first() != Some(&b'.') {
        return Some((0, text));
    }
    let size = text[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if size == 0 {
        return None;
    }
    let kept = size.min(6);
    let scale = 10_i64.pow(6 - kept as u32);
    Some((number(&text[1..=kept])? * scale, &text[1 + size..]))
}

/// Minutes east of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    let sign = match text {
        [b'Z' | b'z'] => return Some(0),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    if text.len() != 6 || text[3] != b':' {
        return None;
    }
    let (hours, minutes) = (number(&text[1..3])?, number(&text[4..6])?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// An offset moves a day by at most one.
fn shift(year: i64, month: i64, day: i64, days: i64) -> (i64, i64, i64) {
    let day = day + days;
    if day < 1 {
        let (year, month) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
        return (year, month, days_of(year, month));
    }
    if day > days_of(year, month) {
        return if month == 12 { (year + 1, 1, 1) } else { (year, month + 1, 1) };
    }
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn every_offset_comes_out_as_utc_of_fixed_width() {
        for (text, expected) in [
            ("2026-01-01T09:15:00Z", "2026-01-01T09:15:00.000000Z"),
            ("2026-01-01T09:15:00.5z", "2026-01-01T09:15:00.500000Z"),
            ("2026-01-01t00:30:00.1234567+01:00", "2025-12-31T23:30:00.123456Z"),
            ("2024-02-28T23:30:00-01:00", "2024-02-29T00:30:00.000000Z"),
            ("2026-12-31 23:59:59-00:01", "2027-01-01T00:00:59.000000Z"),
            ("2026-03-01T00:00:00+23:59", "2026-02-28T00:01:00.000000Z"),
        ] {
            assert_eq!(normal(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_names_no_point_in_time_is_refused() {
        for text in [
            "",
            "2026-01-01",
            "2026-01-01T09:15:00",
            "2026-02-29T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T09:15:60Z",
            "2026-01-01T09:15:00.Z",
            "2026-01-01T09:15:00+1:00",
            "2026-01-01T09:15:00Zx",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "20260101T091500Z",
            "2026-01-01T09:15Z",
        ] {
            assert_eq!(normal(text), None, "{text}");
        }
    }
}
