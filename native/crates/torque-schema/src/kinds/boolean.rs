use torque_json::Value;

use super::refuse;
use crate::fault::Faults;

pub(super) fn check<'a>(value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    match value {
        Value::Bool(_) => Some(value),
        _ => refuse(faults, "Must be true or false."),
    }
}
