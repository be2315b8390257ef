//! Equality of values and exact decimal numbers.
//!
//! A record comes back from Postgres with its members in another order and its numbers perhaps in another notation;
//! an unchanged value must be recognised all the same. Numbers are compared as decimals, never through doubles.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::value::Value;

/// A decimal number: sign, significant digits without zeros at either end, and the power of ten of the last digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

/// Zeros that a short text writes out.
const MOST_ZEROS: i64 = 20;

impl Decimal {
    /// Reads a JSON number.
    ///
    /// Returns `None` for other text and for exponents beyond what any store of ours could hold.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => {
                (&text[..at], text[at + 1..].parse::<i64>().ok().filter(|e| e.unsigned_abs() <= 100_000)?)
            }
            None => (text, 0),
        };
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut exponent = exponent - i64::try_from(fraction.len()).ok()?;
        while digits.last() == Some(&b'0') {
            digits.pop();
            exponent += 1;
        }
        let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
        digits.drain(..zeros);
        if digits.is_empty() {
            return Some(Self { negative: false, digits, exponent: 0 });
        }
        Some(Self { negative, digits, exponent })
    }

    /// Digits before the point, without leading zeros; 0 for a fraction below one.
    #[must_use]
    pub fn whole_digits(&self) -> i64 {
        (self.count() + self.exponent).max(0)
    }

    /// Digits behind the point.
    #[must_use]
    pub fn fraction_digits(&self) -> i64 {
        (-self.exponent).max(0)
    }

    fn count(&self) -> i64 {
        i64::try_from(self.digits.len()).unwrap_or(i64::MAX)
    }

    /// Plain notation: no exponent, no zeros that say nothing. Only sensible for numbers of moderate size.
    #[must_use]
    pub fn plain(&self) -> String {
        if self.digits.is_empty() {
            return "0".to_owned();
        }
        let digits = std::str::from_utf8(&self.digits).expect("digits are ASCII");
        let sign = if self.negative { "-" } else { "" };
        let point = self.count() + self.exponent;
        if self.exponent >= 0 {
            let zeros = usize::try_from(self.exponent).unwrap_or(0);
            return format!("{sign}{digits}{}", "0".repeat(zeros));
        }
        match usize::try_from(point) {
            Ok(point) if point > 0 => format!("{sign}{}.{}", &digits[..point], &digits[point..]),
            _ => format!("{sign}0.{}{digits}", "0".repeat(usize::try_from(-point).unwrap_or(0))),
        }
    }

    /// Plain notation, or an exponent in place of many zeros: one text for each number, hardly longer than its digits.
    #[must_use]
    pub fn short(&self) -> String {
        let zeros = self.exponent.max(-self.exponent - self.count());
        if zeros <= MOST_ZEROS {
            return self.plain();
        }
        let digits = std::str::from_utf8(&self.digits).expect("digits are ASCII");
        format!("{}{digits}e{}", if self.negative { "-" } else { "" }, self.exponent)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let by_sign = sign(self).cmp(&sign(other));
        if by_sign != Ordering::Equal || self.digits.is_empty() {
            return by_sign;
        }
        let size = (self.count() + self.exponent).cmp(&(other.count() + other.exponent));
        let magnitude = size.then_with(|| self.digits.cmp(&other.digits));
        if self.negative { magnitude.reverse() } else { magnitude }
    }
}

/// Whether two values mean the same.
#[must_use]
pub fn same(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || matches!((Decimal::read(a), Decimal::read(b)), (Some(a), Some(b)) if a == b)
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            let covers = |from: &[(Cow<'_, str>, Value<'_>)], of: &Value<'_>| {
                from.iter().all(|(key, value)| of.get(key).is_some_and(|other| same(value, other)))
            };
            a.len() == b.len() && covers(a, right) && covers(b, left)
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_text;

    fn plain(text: &str) -> String {
        Decimal::read(text).unwrap().plain()
    }

    #[test]
    fn decimals_have_one_plain_form() {
        for (text, expected) in [
            ("10.50", "10.5"),
            ("-0.0", "0"),
            ("1e3", "1000"),
            ("1200e-2", "12"),
            ("0.00123", "0.00123"),
            ("-12.5e-3", "-0.0125"),
            ("100", "100"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn decimals_are_ordered_like_integers_over_a_scale() {
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..20_000 {
            let (a, b) = (random.i64(-5000..5000), random.i64(-5000..5000));
            let text = |n: i64| format!("{n}e-2");
            assert_eq!(Decimal::read(&text(a)).unwrap().cmp(&Decimal::read(&text(b)).unwrap()), a.cmp(&b));
        }
    }

    #[test]
    fn exponents_beyond_all_sense_are_refused() {
        for text in ["1e9223372036854775807", "1e-9223372036854775808", "1e-100001", "1e99999999999999999999"]
        {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
        assert_eq!(Decimal::read("0.1e-100000").unwrap().fraction_digits(), 100_001);
    }

    #[test]
    fn order_of_members_and_notation_of_numbers_do_not_matter() {
        let same_text = |a, b| same(&parse_text(a).unwrap(), &parse_text(b).unwrap());
        assert!(same_text(r#"{"a":1.0,"b":[1,2]}"#, r#"{"b":[1,2e0],"a":1}"#));
        assert!(!same_text(r#"{"a":1}"#, r#"{"a":1,"b":null}"#));
        assert!(!same_text("[1,2]", "[2,1]"));
        assert!(!same_text("1", "\"1\""));
    }
}
