use torque_json::Value;

use super::refuse;
use crate::fault::Faults;

/// Base64 of RFC 4648, padded.
pub(super) fn check<'a>(value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    match value.as_str() {
        Some(text) if is_base64(text.as_bytes()) => Some(value),
        _ => refuse(faults, "Must be bytes as base64 text."),
    }
}

fn is_base64(text: &[u8]) -> bool {
    let padding = text.iter().rev().take_while(|&&byte| byte == b'=').count();
    text.len().is_multiple_of(4)
        && padding <= 2
        && text[..text.len() - padding]
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}
