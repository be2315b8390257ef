use std::borrow::Cow;

use torque_json::Value;

use crate::fault::Faults;
use crate::uuid;

/// Whether there is such a record is for the database to say.
pub(super) fn check(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<Value<'static>> {
    let id = value.as_str().and_then(uuid::normal);
    if id.is_none() {
        faults.error("Reference", "Must be the id of a record.");
    }
    id.map(|id| Value::String(Cow::Owned(id)))
}
