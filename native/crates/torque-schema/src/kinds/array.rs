use torque_json::Value;

use super::{Kind, refuse};
use crate::fault::Faults;

pub(super) fn check<'a>(element: &Kind, value: Value<'a>, faults: &mut Faults<'_>) -> Option<Value<'a>> {
    let Value::Array(elements) = value else { return refuse(faults, "Must be a list.") };
    let count = elements.len();
    let kept: Vec<_> = elements
        .into_iter()
        .enumerate()
        .filter_map(|(index, value)| element.check(value, &mut faults.element(index)))
        .collect();
    (kept.len() == count).then_some(Value::Array(kept))
}
