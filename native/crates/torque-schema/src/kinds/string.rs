use torque_json::Value;

use super::refuse;
use crate::fault::Faults;

#[derive(Debug, Default)]
pub(crate) struct Limits {
    max_length: Option<usize>,
}

impl Limits {
    pub(super) fn read(spec: &Value<'_>) -> Self {
        let max_length = spec.get("max_length").and_then(Value::as_i64).and_then(|n| usize::try_from(n).ok());
        Self { max_length }
    }
}

/// Lengths count characters (code points), as Postgres does.
pub(super) fn check<'a>(limits: &Limits, value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    let Value::String(text) = &value else { return refuse(faults, "Must be text.") };
    if let Some(max) = limits.max_length
        && text.len() > max
        && text.chars().count() > max
    {
        faults.error("MaxLength", format!("Must be at most {max} characters."));
        return None;
    }
    Some(value)
}
