//! Numbers from and to text, as JavaScript writes and reads them.

/// The shortest text that reads as the same double.
pub(crate) fn write(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity".to_owned() } else { "-Infinity".to_owned() };
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    let scientific = shortest(number.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let point = exponent.parse::<i32>().unwrap_or(0) + 1;
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let text = if count <= point && point <= 21 {
        format!("{digits}{}", zeros(point - count))
    } else if 0 < point && point <= 21 {
        let (whole, fraction) = digits.split_at(point.unsigned_abs() as usize);
        format!("{whole}.{fraction}")
    } else if -6 < point && point <= 0 {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let (first, rest) = digits.split_at(1);
        let point_and_rest = if rest.is_empty() { String::new() } else { format!(".{rest}") };
        let sign = if point > 0 { '+' } else { '-' };
        format!("{first}{point_and_rest}e{sign}{}", (point - 1).abs())
    };
    if number < 0.0 { format!("-{text}") } else { text }
}

/// The shortest digits that give the double back; of two that are as near the even one.
#[allow(clippy::float_cmp, reason = "the text must give the very same double")]
fn shortest(number: f64) -> String {
    let short = format!("{number:e}");
    let digits = short.find('e').map_or(1, |end| end.saturating_sub(1)).max(1);
    let rounded = format!("{number:.*e}", digits - 1);
    if rounded != short && rounded.parse() == Ok(number) { rounded } else { short }
}

fn zeros(count: i32) -> String {
    "0".repeat(usize::try_from(count).unwrap_or(0))
}

/// `toFixed` for up to 100 digits: the exact value of the double, half away from zero.
pub(crate) fn fixed(number: f64, digits: usize) -> String {
    if !number.is_finite() || number.abs() >= 1e21 {
        return write(number);
    }
    // No double has more digits behind the point, so this is its exact value.
    let exact = format!("{:.1074}", number.abs());
    let (whole, fraction) = exact.split_once('.').unwrap_or((&exact, ""));
    let mut kept: Vec<u8> = whole.bytes().chain(fraction.bytes().take(digits)).collect();
    if fraction.as_bytes().get(digits).is_some_and(|digit| *digit >= b'5') {
        let mut carry = true;
        for digit in kept.iter_mut().rev() {
            carry = *digit == b'9';
            *digit = if carry { b'0' } else { *digit + 1 };
            if !carry {
                break;
            }
        }
        if carry {
            kept.insert(0, b'1');
        }
    }
    let at = kept.len() - digits;
    let text = String::from_utf8_lossy(&kept);
    let sign = if number < 0.0 { "-" } else { "" };
    if digits == 0 { format!("{sign}{text}") } else { format!("{sign}{}.{}", &text[..at], &text[at..]) }
}

/// The number that a text is, NaN for others; an empty one is 0.
pub(crate) fn read(text: &[u16]) -> f64 {
    let Some(text) = ascii(trimmed(text)) else { return f64::NAN };
    if text.is_empty() {
        return 0.0;
    }
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return match in_radix(digits, radix) {
                (number, size) if size == digits.len() && size > 0 => number,
                _ => f64::NAN,
            };
        }
    }
    match decimal_prefix(&text) {
        size if size == text.len() => to_double(&text),
        _ => f64::NAN,
    }
}

/// `parseFloat`: the number that a text begins with.
pub(crate) fn read_float(text: &[u16]) -> f64 {
    let text = ascii_prefix(trimmed(text));
    match decimal_prefix(&text) {
        0 => f64::NAN,
        size => to_double(&text[..size]),
    }
}

/// `parseInt`: the whole number that a text begins with.
pub(crate) fn read_int(text: &[u16]) -> f64 {
    let text = ascii_prefix(trimmed(text));
    let (sign, rest) = match text.as_bytes().first() {
        Some(b'-') => (-1.0, &text[1..]),
        Some(b'+') => (1.0, &text[1..]),
        _ => (1.0, &text[..]),
    };
    let hexadecimal = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X"));
    let (number, size) = if let Some(digits) = hexadecimal {
        in_radix(digits, 16)
    } else {
        let size = rest.bytes().take_while(u8::is_ascii_digit).count();
        (rest[..size].parse().unwrap_or(f64::NAN), size)
    };
    if size == 0 { f64::NAN } else { sign * number }
}

#[allow(clippy::cast_precision_loss, reason = "JavaScript rounds as well")]
fn in_radix(text: &str, radix: u32) -> (f64, usize) {
    let size = text.chars().take_while(|c| c.is_digit(radix)).count();
    let number = match u128::from_str_radix(&text[..size], radix) {
        Ok(number) => number as f64,
        Err(_) => text[..size]
            .chars()
            .fold(0.0, |sum, c| sum * f64::from(radix) + f64::from(c.to_digit(radix).unwrap_or(0))),
    };
    (number, size)
}

/// How much of a text is a decimal number or an infinity.
fn decimal_prefix(text: &str) -> usize {
    let bytes = text.as_bytes();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    if text[sign..].starts_with("Infinity") {
        return sign + 8;
    }
    let digits =
        |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(sign);
    let mut size = sign + whole;
    if bytes.get(size) == Some(&b'.') {
        let fraction = digits(size + 1);
        if whole + fraction == 0 {
            return 0;
        }
        size += 1 + fraction;
    } else if whole == 0 {
        return 0;
    }
    if matches!(bytes.get(size), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(size + 1), Some(b'+' | b'-')));
        let exponent = digits(size + 1 + sign);
        if exponent > 0 {
            size += 1 + sign + exponent;
        }
    }
    size
}

fn to_double(text: &str) -> f64 {
    text.replace("Infinity", "inf").parse().unwrap_or(f64::NAN)
}

/// White space and line ends of JavaScript.
pub(crate) fn is_space(unit: u16) -> bool {
    matches!(unit, 9..=13 | 32 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000 | 0xFEFF)
}

/// A text without the white space at its ends.
pub(crate) fn trimmed(text: &[u16]) -> &[u16] {
    trimmed_end(trimmed_start(text))
}

/// A text without the white space at its beginning.
pub(crate) fn trimmed_start(text: &[u16]) -> &[u16] {
    &text[text.iter().take_while(|unit| is_space(**unit)).count()..]
}

/// A text without the white space at its end.
pub(crate) fn trimmed_end(text: &[u16]) -> &[u16] {
    &text[..text.len() - text.iter().rev().take_while(|unit| is_space(**unit)).count()]
}

fn ascii(text: &[u16]) -> Option<String> {
    text.iter().map(|unit| u8::try_from(*unit).ok().filter(u8::is_ascii).map(char::from)).collect()
}

fn ascii_prefix(text: &[u16]) -> String {
    text.iter().map_while(|unit| u8::try_from(*unit).ok().filter(u8::is_ascii).map(char::from)).collect()
}
