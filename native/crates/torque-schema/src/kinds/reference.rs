use std::borrow::Cow;

use torque_json::Value;

use crate::fault::Faults;
use crate::uuid;

/// Whether there is such a record is for the database to say.
pub(super) fn check<'a>(value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    match value.as_str().and_then(uuid::normal) {
        Some(id) => Some(Value::String(Cow::Owned(id))),
        None => {
            faults.error("Reference", "Must be the id of a record.");
            None
        }
    }
}
