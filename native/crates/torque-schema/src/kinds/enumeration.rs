use torque_json::Value;

use super::refuse;
use crate::fault::Faults;

/// The values, each given as text or as an object with `value`.
pub(super) fn read(spec: &Value<'_>) -> Vec<String> {
    let value = |item: &Value<'_>| item.as_str().or_else(|| item.text("value")).map(str::to_owned);
    spec.list("values").iter().filter_map(value).collect()
}

pub(super) fn check<'a>(values: &[String], value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    let Some(text) = value.as_str() else { return refuse(faults, "Must be text.") };
    if values.iter().any(|known| known == text) {
        return Some(value);
    }
    faults.error("Enum", format!("Must be one of {}.", values.join(", ")));
    None
}
