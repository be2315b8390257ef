//! What is told of a record that its own rules refuse.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use torque_schema::{Prepared, Validator};

const NOW: &str = "2026-01-01T09:15:00.000000Z";
const TARGET: &str = "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee";

fn validator(fields: &str) -> Validator {
    Validator::new(format!(r#"{{"fields":[{fields}],"unique":[]}}"#).as_bytes()).unwrap()
}

fn rules(prepared: &Prepared) -> Vec<(&str, &str)> {
    prepared.errors.iter().map(|fault| (fault.path.as_str(), fault.rule)).collect()
}

#[test]
fn what_the_database_has_to_agree_to_is_told_of_sound_values() {
    let fields = r#"{"name":"a","type":{"type":"String"},"unique_id":"u","rules":[]},
        {"name":"b","type":{"type":"Integer"},"unique_id":"v","rules":[]},
        {"name":"r","type":{"type":"Reference"},"link_key":"l","rules":[]}"#;
    let sent = format!(r#"{{"a":"x","b":"no","r":"{TARGET}"}}"#);
    let made = validator(fields).create(sent.as_bytes(), NOW);
    assert_eq!(rules(&made), [("/b", "Type")]);
    assert_eq!(made.keys, [("u".to_owned(), "v:x".to_owned())]);
    assert_eq!(made.links.len(), 1);
    let next = validator(fields).update(br#"{"a":"x"}"#, sent.as_bytes(), false);
    assert_eq!((next.keys.len(), next.old_keys.len()), (1, 1));
}

#[test]
fn sound_values_are_told_and_which_fields_have_none() {
    let fields = r#"{"name":"name","key":"k","type":{"type":"String"},"required":true,"rules":[]},
        {"name":"code","type":{"type":"String"},"rules":[{"type":"MaxLength","value":2}]},
        {"name":"n","type":{"type":"Integer"},"rules":[]},
        {"name":"more","type":{"type":"Integer"},"rules":[],"computed":"n + 1"}"#;
    let made = validator(fields).create(br#"{"code":"long","n":"x"}"#, NOW);
    assert_eq!(rules(&made), [("/code", "MaxLength"), ("/n", "Type"), ("/name", "Required")]);
    assert_eq!(made.data, br#"{"code":"long"}"#);
    assert_eq!(made.lacking, ["name", "n", "more"]);
    let base = br#"{"k":"Ada","code":"a","n":1,"more":2}"#;
    let next = validator(fields).update(base, br#"{"code":"long","n":3}"#, false);
    assert_eq!(rules(&next), [("/code", "MaxLength")]);
    assert_eq!(next.data, br#"{"k":"Ada","code":"long","n":3,"more":4}"#);
    assert_eq!(next.lacking, [""; 0]);
}
