use torque_json::Value;

use super::refuse;
use crate::fault::Faults;
use crate::uuid;

const MEMBERS: [&str; 4] = ["id", "name", "type", "size"];

/// A file by its id; what else is said of it is what the server said before.
pub(super) fn check<'a>(value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    let known = match &value {
        Value::Object(members) => members.iter().all(|(name, _)| MEMBERS.contains(&name.as_ref())),
        _ => false,
    };
    if known && value.text("id").and_then(uuid::normal).is_some() {
        Some(value)
    } else {
        refuse(faults, "Must be a file that was uploaded: {\"id\": …}.")
    }
}
