use torque_json::{Value, same, write_key, write_value};

use crate::fault::Fault;
use crate::field::Field;
use crate::kinds::Kind;
use crate::unique;
use crate::validator::Group;

/// A reference from a record: the link's key, the target's id, its place in a list.
pub type Link = (String, String, u32);

/// What became of a record: its errors, or everything its write needs.
#[derive(Debug, Default)]
pub struct Prepared {
    /// What refuses it. When there is any, of the rest only data, links and keys mean something, those of its sound
    /// values.
    pub errors: Vec<Fault>,
    /// Of a refused record the names of fields without a sound value: refused, required and not there, or computed
    /// from such.
    pub lacking: Vec<String>,
    /// What does not refuse it.
    pub warnings: Vec<Fault>,
    /// The JSON to store, under storage keys.
    pub data: Vec<u8>,
    /// References of the record.
    pub links: Vec<Link>,
    /// References of its base.
    pub old_links: Vec<Link>,
    /// Unique values of the record: the rule's id and the value's text.
    pub keys: Vec<(String, String)>,
    /// Unique values of its base.
    pub old_keys: Vec<(String, String)>,
    /// Names of the fields whose values differ from the base.
    pub changed: Vec<String>,
    /// Their values before, under storage keys, null where there was none; nothing for a new record.
    pub old: Vec<u8>,
    /// Their values now, null where there is none; `None` for a new record, whose data says it all.
    pub new: Option<Vec<u8>>,
}

/// Values by field, in the order of the fields.
pub(crate) type Values<'a> = Vec<Option<Value<'a>>>;

/// The JSON under storage keys: the fields in their order, then what belongs to none.
pub(crate) fn stored(fields: &[Field], values: &Values<'_>, others: &[(&str, &Value<'_>)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.push(b'{');
    for (field, value) in fields.iter().zip(values) {
        if let Some(value) = value {
            write_key(&mut out, &field.key);
            write_value(&mut out, value);
        }
    }
    for (key, value) in others {
        write_key(&mut out, key);
        write_value(&mut out, value);
    }
    out.push(b'}');
    out
}

/// The references of a record.
pub(crate) fn links(fields: &[Field], values: &Values<'_>) -> Vec<Link> {
    let mut links = Vec::new();
    for (field, value) in fields.iter().zip(values) {
        let (Some(link_key), Some(value)) = (&field.link_key, value) else { continue };
        collect(link_key, value, &mut links, &mut 0);
    }
    links
}

fn collect(link_key: &str, value: &Value<'_>, links: &mut Vec<Link>, position: &mut u32) {
    match value {
        Value::String(target) => {
            links.push((link_key.to_owned(), target.to_string(), *position));
            *position += 1;
        }
        Value::Array(elements) => {
            for element in elements {
                collect(link_key, element, links, position);
            }
        }
        _ => {}
    }
}

/// The unique values of a record.
pub(crate) fn keys(fields: &[Field], groups: &[Group], values: &Values<'_>) -> Vec<(String, String)> {
    let mut keys = Vec::new();
    for (field, value) in fields.iter().zip(values) {
        if let (Some(id), Some(value)) = (&field.unique_id, value) {
            keys.push((id.clone(), unique::text(&[field.kind.unique_text(value)])));
        }
    }
    for group in groups {
        let parts: Option<Vec<_>> = group
            .places
            .iter()
            .map(|&place| values[place].as_ref().map(|value| fields[place].kind.unique_text(value)))
            .collect();
        if let Some(parts) = parts {
            keys.push((group.id.clone(), unique::text(&parts)));
        }
    }
    keys
}

/// Names, old and new values of the fields that differ.
pub(crate) fn changes(fields: &[Field], before: &Values<'_>, after: &Values<'_>, out: &mut Prepared) {
    let (mut old, mut new) = (vec![b'{'], vec![b'{']);
    for ((field, before), after) in fields.iter().zip(before).zip(after) {
        if !differs(field, before.as_ref(), after.as_ref()) {
            continue;
        }
        out.changed.push(field.name.clone());
        for (side, value) in [(&mut old, before), (&mut new, after)] {
            write_key(side, &field.key);
            write_value(side, value.as_ref().unwrap_or(&Value::Null));
        }
    }
    old.push(b'}');
    new.push(b'}');
    (out.old, out.new) = (old, Some(new));
}

/// Whether a field's value is another one than before.
pub(crate) fn differs(field: &Field, before: Option<&Value<'_>>, after: Option<&Value<'_>>) -> bool {
    match (before, after) {
        (None, None) => false,
        (Some(before), Some(after)) => !unchanged(&field.kind, before, after),
        _ => true,
    }
}

fn unchanged(kind: &Kind, before: &Value<'_>, after: &Value<'_>) -> bool {
    before == after || same(before, after) || {
        let float = matches!(kind, Kind::Float(_));
        float && kind.unique_text(before) == kind.unique_text(after)
    }
}
