//! What becomes of days, times and moments that have a range.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use torque_schema::{Prepared, Validator};

const NOW: &str = "2026-01-01T09:15:00.000000Z";

fn validator(fields: &str) -> Validator {
    Validator::new(format!(r#"{{"fields":[{fields}],"unique":[]}}"#).as_bytes()).unwrap()
}

fn rules(prepared: &Prepared) -> Vec<(&str, &str)> {
    prepared.errors.iter().map(|fault| (fault.path.as_str(), fault.rule)).collect()
}

/// Which values are outside of the one `Range` of their field.
fn outside(kind: &str, range: &str, values: &[&str]) -> Vec<bool> {
    let rule = format!(r#"{{"type":"Range","value":{range}}}"#);
    let validator = validator(&format!(r#"{{"name":"f","key":"f","type":{kind},"rules":[{rule}]}}"#));
    assert_eq!(validator.problems(), [], "{kind} {range}");
    let told = |value: &&str| match rules(&validator.create(format!(r#"{{"f":{value}}}"#).as_bytes(), NOW))[..]
    {
        [] => false,
        [("/f", "Range")] => true,
        ref other => panic!("{kind} {range} {value}: {other:?}"),
    };
    values.iter().map(told).collect()
}

#[test]
fn a_range_bounds_days_times_and_moments_with_both_ends_in_it() {
    let day = r#"{"type":"Date"}"#;
    let days = ["\"1999-12-31\"", "\"2000-01-01\"", "\"2026-12-31\"", "\"2027-01-01\""];
    assert_eq!(outside(day, r#"{"min":"2000-01-01","max":"2026-12-31"}"#, &days), [true, false, false, true]);
    assert_eq!(outside(day, r#"{"min":"2000-01-01"}"#, &days), [true, false, false, false]);
    assert_eq!(outside(day, r#"{"min":null,"max":"2026-12-31"}"#, &days), [false, false, false, true]);
    let times = ["\"07:59:59\"", "\"08:00:00\"", "\"17:30:00\"", "\"17:30:01\""];
    assert_eq!(
        outside(r#"{"type":"Time"}"#, r#"{"min":"08:00:00","max":"17:30:00"}"#, &times),
        [true, false, false, true]
    );
    let moments = [
        "\"2026-01-01T00:59:59.999999+01:00\"",
        "\"2025-12-31T23:00:00-01:00\"",
        "\"2026-06-30T23:59:59.5Z\"",
        "\"2026-06-30T23:59:59.500001Z\"",
    ];
    assert_eq!(
        outside(
            r#"{"type":"DateTime"}"#,
            r#"{"min":"2026-01-01T02:00:00+02:00","max":"2026-06-30 18:59:59.5-05:00"}"#,
            &moments
        ),
        [true, false, false, true]
    );
}

#[test]
fn a_time_out_of_range_is_told_with_its_pointer_and_the_message_of_the_rule_or_the_bound() {
    let validator = validator(
        r#"{"name":"day","key":"day","type":{"type":"Date"},"rules":[
               {"type":"Range","value":{"min":"2026-01-01"}}]},
           {"name":"at","key":"at","type":{"type":"Time"},"rules":[
               {"type":"Range","value":{"max":"18:00:00"},"message":"We are closed."}]},
           {"name":"days","key":"days","type":{"type":"Array","element_type":{"type":"Date"}},"rules":[
               {"type":"Range","value":{"max":"2026-12-31"}}]}"#,
    );
    let record = br#"{"day":"2025-12-31","at":"19:00:00","days":["2026-12-31","2027-01-01"]}"#;
    let found = validator.create(record, NOW).errors;
    let told: Vec<_> = found.iter().map(|fault| (&*fault.path, fault.rule, &*fault.message)).collect();
    assert_eq!(
        told,
        [
            ("/day", "Range", "Must not be before 2026-01-01."),
            ("/at", "Range", "We are closed."),
            ("/days/1", "Range", "Must not be after 2026-12-31."),
        ]
    );
}

#[test]
fn a_range_that_cannot_bound_the_values_is_told_and_left_out() {
    for (kind, range, why) in [
        ("Date", r#"{"min":"soon","max":"2026-12-31"}"#, "\"soon\" cannot bound the values: Must be a day"),
        ("Date", r#"{"min":2026}"#, "2026 cannot bound the values: Must be a day"),
        ("Time", r#"{"max":"25:00:00"}"#, "\"25:00:00\" cannot bound the values: Must be a time"),
        ("DateTime", r#"{"max":"2026-01-01"}"#, "\"2026-01-01\" cannot bound the values: Must be a date"),
        ("Integer", r#"{"min":"1"}"#, "\"1\" cannot bound the values: Must be a number."),
        (
            "Integer",
            r#"{"min":2,"max":1}"#,
            r#"{"min":2,"max":1} allows no value: its minimum is above its maximum."#,
        ),
        ("Decimal", r#"{"min":1.5,"max":1.49}"#, r#"{"min":1.5,"max":1.49} allows no value"#),
        (
            "Date",
            r#"{"min":"2026-12-31","max":"2026-01-01"}"#,
            r#"{"min":"2026-12-31","max":"2026-01-01"} allows no value"#,
        ),
        (
            "Time",
            r#"{"min":"18:00:00","max":"08:00:00"}"#,
            r#"{"min":"18:00:00","max":"08:00:00"} allows no value"#,
        ),
        (
            "DateTime",
            r#"{"min":"2026-01-01T00:00:00Z","max":"2026-01-01T00:30:00+01:00"}"#,
            r#"{"min":"2026-01-01T00:00:00Z","max":"2026-01-01T00:30:00+01:00"} allows no value"#,
        ),
    ] {
        let field = format!(
            r#"{{"name":"f","key":"f","type":{{"type":"{kind}"}},"rules":[{{"type":"Range","value":{range}}}]}}"#
        );
        let validator = validator(&field);
        let [problem] = validator.problems() else { panic!("{kind} {range}: {:?}", validator.problems()) };
        assert_eq!((problem.field.as_str(), problem.rule), ("f", "InvalidRule"));
        assert!(problem.message.starts_with(why), "{}", problem.message);
        assert_eq!(validator.create(br#"{"f":null}"#, NOW).errors, []);
    }
}
