//! What becomes of records, from the outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use torque_schema::{Prepared, Severity, Validator};

const NOW: &str = "2026-01-01T09:15:00.000000Z";
const TARGET: &str = "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee";

fn validator(fields: &str) -> Validator {
    Validator::new(format!(r#"{{"fields":[{fields}],"unique":[]}}"#).as_bytes()).unwrap()
}

fn of_type(field_type: &str) -> Validator {
    validator(&format!(r#"{{"name":"f","key":"f","type":{field_type},"rules":[]}}"#))
}

fn data(prepared: &Prepared) -> &str {
    assert_eq!(prepared.errors, []);
    std::str::from_utf8(&prepared.data).unwrap()
}

fn rules(prepared: &Prepared) -> Vec<(&str, &str)> {
    prepared.errors.iter().map(|fault| (fault.path.as_str(), fault.rule)).collect()
}

/// Stored text of a value, or the rule that refused it.
fn stored(field_type: &str, value: &str) -> String {
    let prepared = of_type(field_type).create(format!(r#"{{"f":{value}}}"#).as_bytes(), NOW);
    match prepared.errors.first() {
        Some(fault) => fault.rule.to_owned(),
        None => data(&prepared).strip_prefix(r#"{"f":"#).unwrap().strip_suffix('}').unwrap().to_owned(),
    }
}

#[test]
fn every_type_takes_its_values_and_normalises_them() {
    let array = r#"{"type":"Array","element_type":{"type":"Integer"}}"#;
    let enumeration = r#"{"type":"Enum","values":["open",{"value":"closed","label":"Closed"}]}"#;
    for (field_type, value, expected) in [
        (r#"{"type":"String"}"#, r#""a\u00fc""#, r#""aü""#),
        (r#"{"type":"String"}"#, "1", "Type"),
        (r#"{"type":"String","max_length":2}"#, "\"üü\"", "\"üü\""),
        (r#"{"type":"String","max_length":2}"#, "\"abc\"", "MaxLength"),
        (r#"{"type":"Integer"}"#, "9007199254740991", "9007199254740991"),
        (r#"{"type":"Integer"}"#, "9007199254740992", "Range"),
        (r#"{"type":"Integer"}"#, "-9007199254740992", "Range"),
        (r#"{"type":"Integer"}"#, "5.0", "5"),
        (r#"{"type":"Integer"}"#, "1e3", "1000"),
        (r#"{"type":"Integer"}"#, "1e99999", "Range"),
        (r#"{"type":"Integer"}"#, "1e-9223372036854775808", "Type"),
        (r#"{"type":"Decimal"}"#, "1e-9223372036854775808", "Type"),
        (r#"{"type":"Integer"}"#, "5.5", "Type"),
        (r#"{"type":"Integer"}"#, "\"5\"", "Type"),
        (r#"{"type":"Integer","min":1,"max":3}"#, "0", "Range"),
        (r#"{"type":"Integer","min":1,"max":3}"#, "3", "3"),
        (r#"{"type":"Decimal","scale":2}"#, "10.50", "10.5"),
        (r#"{"type":"Decimal","scale":2}"#, "0.005", "Type"),
        (r#"{"type":"Decimal"}"#, "123456789012345", "123456789012345"),
        (r#"{"type":"Decimal"}"#, "1234567890123456", "Type"),
        (r#"{"type":"Decimal"}"#, "0.1234567890123456", "Type"),
        (r#"{"type":"Decimal"}"#, "1e-3", "0.001"),
        (r#"{"type":"Decimal","max":0.3}"#, "0.30000000000001", "Range"),
        (r#"{"type":"Float"}"#, "1.0", "1"),
        (r#"{"type":"Float"}"#, "1e400", "Range"),
        (r#"{"type":"Float"}"#, "0.1", "0.1"),
        (r#"{"type":"Float"}"#, "1E+300", "1e300"),
        (r#"{"type":"Boolean"}"#, "false", "false"),
        (r#"{"type":"Boolean"}"#, "0", "Type"),
        (r#"{"type":"DateTime"}"#, "\"2026-01-01T10:15:00+01:00\"", "\"2026-01-01T09:15:00.000000Z\""),
        (r#"{"type":"DateTime"}"#, "\"2026-01-01\"", "Type"),
        (r#"{"type":"Date"}"#, "\"2024-02-29\"", "\"2024-02-29\""),
        (r#"{"type":"Date"}"#, "\"2026-02-29\"", "Type"),
        (r#"{"type":"Time"}"#, "\"23:59:59\"", "\"23:59:59\""),
        (r#"{"type":"Time"}"#, "\"24:00:00\"", "Type"),
        (r#"{"type":"Json"}"#, r#"{"b":[1,{"a":null}]}"#, r#"{"b":[1,{"a":null}]}"#),
        (r#"{"type":"Json"}"#, "[1e999]", "Type"),
        (r#"{"type":"Json"}"#, "[1e-99999]", "Type"),
        (
            r#"{"type":"Binary"}"#,
            &format!(r#"{{"id":"{TARGET}","name":"a.txt"}}"#),
            &format!(r#"{{"id":"{TARGET}","name":"a.txt"}}"#),
        ),
        (r#"{"type":"Binary"}"#, &format!("\"{TARGET}\""), "Type"),
        (r#"{"type":"Binary"}"#, r#"{"id":"1"}"#, "Type"),
        (r#"{"type":"Binary"}"#, &format!(r#"{{"id":"{TARGET}","path":"/etc"}}"#), "Type"),
        (enumeration, "\"closed\"", "\"closed\""),
        (enumeration, "\"other\"", "Enum"),
        (
            r#"{"type":"Reference","entity":"x"}"#,
            "\"0190AAAA-bbbb-7ccc-8ddd-eeeeeeeeeeee\"",
            &format!("\"{TARGET}\""),
        ),
        (r#"{"type":"Reference","entity":"x"}"#, "\"1\"", "Reference"),
        (array, "[1,2.0]", "[1,2]"),
        (array, "[1,\"2\"]", "Type"),
        (array, "7", "Type"),
    ] {
        assert_eq!(stored(field_type, value), expected, "{field_type} {value}");
    }
}

#[test]
fn all_errors_come_at_once_each_with_its_pointer() {
    let validator = validator(
        r#"{"name":"label","key":"label","type":{"type":"String","max_length":3},"required":true,"rules":[]},
           {"name":"n","key":"n","type":{"type":"Integer"},"rules":[]},
           {"name":"list","key":"list","type":{"type":"Array","element_type":{"type":"Integer"}},"rules":[]},
           {"name":"total","key":"total","type":{"type":"Integer"},"read_only":true,"rules":[]},
           {"name":"created_at","key":"created_at","type":{"type":"DateTime"},"system":true,"rules":[]}"#,
    );
    let prepared = validator.create(
        br#"{"label":"","n":"x","list":[1,"a",true],"total":1,"created_at":"x","id":"y","lable":1,"a/b":2}"#,
        NOW,
    );
    let mut found = rules(&prepared);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("/a~1b", "UnknownField"),
            ("/created_at", "ReadOnly"),
            ("/id", "ReadOnly"),
            ("/label", "Required"),
            ("/lable", "UnknownField"),
            ("/list/1", "Type"),
            ("/list/2", "Type"),
            ("/n", "Type"),
            ("/total", "ReadOnly"),
        ]
    );
    let hint = prepared.errors.iter().find(|fault| fault.path == "/lable").unwrap();
    assert!(hint.message.contains("did you mean label?"), "{}", hint.message);
}

#[test]
fn null_is_absent_and_defaults_fill_only_what_is_absent() {
    let validator = validator(
        r#"{"name":"status","key":"s0","type":{"type":"Enum","values":["open","closed"]},"default":"open","rules":[]},
           {"name":"at","key":"at","type":{"type":"DateTime"},"default":"now()","rules":[]},
           {"name":"day","key":"day","type":{"type":"Date"},"default":"today()","rules":[]},
           {"name":"code","key":"code","type":{"type":"String"},"default":"uuid()","rules":[]}"#,
    );
    assert_eq!(data(&validator.create(br#"{"status":null,"at":null,"day":null,"code":null}"#, NOW)), "{}");
    let filled = validator.create(b"{}", NOW);
    assert!(
        data(&filled)
            .starts_with(r#"{"s0":"open","at":"2026-01-01T09:15:00.000000Z","day":"2026-01-01","code":""#)
    );
    assert_eq!(filled.changed, ["status", "at", "day", "code"]);
    assert_eq!((&filled.old[..], &filled.new), (&b"{}"[..], &None));
}

#[test]
fn an_update_merges_and_null_clears() {
    let validator = validator(
        r#"{"name":"label","key":"l","type":{"type":"String"},"required":true,"rules":[]},
           {"name":"note","key":"note","type":{"type":"String"},"rules":[]},
           {"name":"price","key":"price","type":{"type":"Decimal"},"rules":[]}"#,
    );
    let base = br#"{"l": "a", "note": "n", "price": 1.50, "gone": [1, 2]}"#;
    let merged = validator.update(base, br#"{"note":null,"price":1.5}"#, false);
    assert_eq!(data(&merged), r#"{"l":"a","price":1.5,"gone":[1,2]}"#);
    assert_eq!(merged.changed, ["note"]);
    assert_eq!(
        (&merged.old[..], merged.new.as_deref()),
        (&br#"{"note":"n"}"#[..], Some(&br#"{"note":null}"#[..]))
    );
    let replaced = validator.update(base, br#"{"label":"b"}"#, true);
    assert_eq!(data(&replaced), r#"{"l":"b","gone":[1,2]}"#);
    assert_eq!(replaced.changed, ["label", "note", "price"]);
    assert_eq!(rules(&validator.update(base, br#"{"label":null}"#, false)), [("/label", "Required")]);
    assert_eq!(rules(&validator.update(base, b"{}", true)), [("/label", "Required")]);
    assert_eq!(validator.update(base, b"{}", false).changed, Vec::<String>::new());
}

#[test]
fn references_become_links_in_order() {
    let validator = validator(
        r#"{"name":"one","key":"one","type":{"type":"Reference","entity":"x"},"link_key":"f1","rules":[]},
           {"name":"many","key":"many","type":{"type":"Array","element_type":{"type":"Reference","entity":"x"}},
            "link_key":"f2","rules":[]}"#,
    );
    let other = TARGET.replace("0190", "0191");
    let body = format!(r#"{{"one":"{TARGET}","many":["{other}","{TARGET}"]}}"#);
    let prepared = validator.create(body.as_bytes(), NOW);
    let link = |key: &str, target: &str, position| (key.to_owned(), target.to_owned(), position);
    let links = [link("f1", TARGET, 0), link("f2", &other, 0), link("f2", TARGET, 1)];
    assert_eq!(prepared.links, links);
    let cleared = validator.update(&prepared.data, br#"{"many":null}"#, false);
    assert_eq!(cleared.links, links[..1]);
    assert_eq!(cleared.old_links, links);
}

#[test]
fn unique_json_is_equal_whatever_the_order_of_its_members_and_however_its_numbers_are_written() {
    let validator = Validator::new(
        br#"{"fields":[{"name":"j","key":"j","type":{"type":"Json"},"unique_id":"u","rules":[]}],"unique":[]}"#,
    )
    .unwrap();
    let keys = |json: &str| validator.create(json.as_bytes(), NOW).keys;
    let one = keys(r#"{"j":{"bb":[1,{"z":1e2,"c":"x"}],"a":1.0}}"#);
    assert_eq!(one, keys(r#"{"j":{"a":1.0,"bb":[1,{"c":"x","z":100}]}}"#));
    assert_ne!(one, keys(r#"{"j":{"a":1.0,"bb":[{"c":"x","z":100},1]}}"#));
    let zeros = "0".repeat(300);
    assert_eq!(keys(r#"{"j":[-12e300,5e-302]}"#), keys(&format!(r#"{{"j":[-12{zeros},0.0{zeros}5]}}"#)));
    assert_eq!(keys(r#"{"j":[1e300]}"#)[0].1, "v:[1e300]");
}

#[test]
fn unique_json_that_is_text_equals_nothing_that_is_written_like_it() {
    let validator = Validator::new(
        br#"{"fields":[{"name":"j","key":"j","type":{"type":"Json"},"unique_id":"u","rules":[]}],"unique":[]}"#,
    )
    .unwrap();
    let keys = |json: &str| validator.create(format!(r#"{{"j":{json}}}"#).as_bytes(), NOW).keys;
    for (text, other) in
        [(r#""5""#, "5"), (r#""true""#, "true"), (r#""[1]""#, "[1]"), (r#""\"5\"""#, r#""5""#)]
    {
        assert_ne!(keys(text), keys(other));
    }
    assert_eq!(keys(r#""\u0061""#), keys(r#""a""#));
}

#[test]
fn unique_values_have_one_text_however_they_were_written() {
    let validator = Validator::new(
        br#"{"fields":[
            {"name":"n","key":"n","type":{"type":"Decimal"},"unique_id":"u1","rules":[]},
            {"name":"f","key":"f","type":{"type":"Float"},"rules":[]},
            {"name":"s","key":"s","type":{"type":"String"},"rules":[]}],
          "unique":[{"id":"u2","fields":["f","s"],"message":"x"}]}"#,
    )
    .unwrap();
    let keys = |body: &str| validator.create(body.as_bytes(), NOW).keys;
    assert_eq!(keys(r#"{"n":1.50,"f":2.0,"s":"x"}"#), keys(r#"{"n":15e-1,"f":2,"s":"x"}"#));
    assert_eq!(keys(r#"{"n":1.5,"s":"x"}"#).len(), 1, "a group with a missing value is not unique");
    let next = validator.update(br#"{"n": 1.50}"#, br#"{"n":2}"#, false);
    assert_eq!(next.old_keys, [("u1".to_owned(), "v:1.5".to_owned())]);
    assert_eq!(next.keys, [("u1".to_owned(), "v:2".to_owned())]);
}

#[test]
fn rules_tell_their_own_message_and_only_errors_refuse() {
    let validator = validator(
        r#"{"name":"mail","key":"mail","type":{"type":"String"},"rules":[
              {"type":"Email","value":null,"message":"Write an address.","severity":"Error"},
              {"type":"MinLength","value":20,"message":null,"severity":"Warning"},
              {"type":"Pattern","value":"(","message":null,"severity":"Error"},
              {"type":"Custom","value":"check","message":null,"severity":"Error"}]}"#,
    );
    assert_eq!(validator.problems().len(), 1);
    assert_eq!(validator.problems()[0].rule, "InvalidRule");
    let prepared = validator.create(br#"{"mail":"x"}"#, NOW);
    assert_eq!(prepared.errors[0].message, "Write an address.");
    let prepared = validator.create(br#"{"mail":"a@b.de"}"#, NOW);
    assert_eq!(data(&prepared), r#"{"mail":"a@b.de"}"#);
    assert_eq!(prepared.warnings[0].rule, "MinLength");
    assert_eq!(prepared.warnings[0].severity, Severity::Warning);
    assert_eq!(data(&validator.create(br#"{"mail":""}"#, NOW)), r#"{"mail":""}"#);
}

#[test]
fn text_that_cannot_be_stored_is_an_error_of_its_field() {
    let validator = of_type(r#"{"type":"Json"}"#);
    for text in [r#"{"f":["\u0000"]}"#, r#"{"f":{"\ud800":1}}"#] {
        assert_eq!(rules(&validator.create(text.as_bytes(), NOW)), [("/f", "Type")]);
    }
}

#[test]
fn what_is_no_record_is_one_error() {
    for text in ["[]", "1", "{", "", "{\"f\":}", "\u{0}"] {
        assert_eq!(
            rules(&of_type(r#"{"type":"Json"}"#).create(text.as_bytes(), NOW)),
            [("", "Type")],
            "{text}"
        );
    }
}

#[test]
fn what_was_stored_is_stored_again_unchanged() {
    let mut random = fastrand::Rng::with_seed(13);
    let validator = validator(
        r#"{"name":"d","key":"d","type":{"type":"Decimal"},"rules":[]},
           {"name":"f","key":"f","type":{"type":"Float"},"rules":[]},
           {"name":"s","key":"s","type":{"type":"String"},"rules":[]}"#,
    );
    for _ in 0..5000 {
        let (digits, scale) = (random.i64(-999_999_999..999_999_999), random.u8(0..9));
        let text: String = (0..random.usize(0..9)).map(|_| random.char('\u{1}'..'\u{2000}')).collect();
        let escaped = text.chars().fold(String::new(), |out, c| format!("{out}\\u{:04x}", u32::from(c)));
        let float = random.f64() * 10f64.powi(random.i32(-30..30));
        let body = format!(r#"{{"d":{digits}e-{scale},"f":{float},"s":"{escaped}"}}"#);
        let first = validator.create(body.as_bytes(), NOW);
        let again = validator.create(data(&first).as_bytes(), NOW);
        assert_eq!(data(&first), data(&again), "{body}");
        assert_eq!(validator.update(&first.data, &again.data, true).changed, Vec::<String>::new());
    }
}

fn shop() -> Validator {
    let field = |name: &str, kind: &str, computed: &str| {
        format!(
            r#"{{"name":"{name}","key":"k_{name}","type":{kind},"rules":[],"read_only":{},"computed":{computed}}}"#,
            computed != "null"
        )
    };
    let (money, text) = (r#"{"type":"Decimal","scale":2}"#, r#"{"type":"String","max_length":12}"#);
    let fields = [
        field("gross", money, r#""net * (1 + rate)""#),
        field("net", money, r#""quantity * price""#),
        field("quantity", r#"{"type":"Integer"}"#, "null"),
        field("price", money, "null"),
        field("rate", r#"{"type":"Float"}"#, "null"),
        field("name", text, "null"),
        field("short", text, r#""name.slice(0, 3).toUpperCase()""#),
    ];
    let spec = format!(
        r#"{{"fields":[{}],"unique":[],"checks":[
        {{"name":"some","expression":"quantity > 0","message":"Order at least one.","field":null}},
        {{"name":"cheap","expression":"net <= 1000 || name?.startsWith('VIP')","message":"","field":"price"}}]}}"#,
        fields.join(",")
    );
    let validator = Validator::new(spec.as_bytes()).unwrap();
    assert_eq!(validator.problems(), []);
    validator
}

#[test]
fn computed_fields_are_worked_out_in_the_order_of_their_needs() {
    let made = shop().create(br#"{"quantity":3,"price":1.1,"rate":0.19,"name":"Abcdef"}"#, NOW);
    let expected = r#"{"k_gross":3.93,"k_net":3.3,"k_quantity":3,"k_price":1.1,"k_rate":0.19,"k_name":"Abcdef","k_short":"ABC"}"#;
    assert_eq!(data(&made), expected);
    assert!(made.changed.contains(&"gross".to_owned()));
    let next = shop().update(&made.data, br#"{"quantity":4}"#, false);
    assert!(data(&next).starts_with(r#"{"k_gross":5.24,"k_net":4.4,"k_quantity":4"#), "{}", data(&next));
    assert_eq!(next.changed, ["gross", "net", "quantity"]);
    assert_eq!(std::str::from_utf8(&next.old).unwrap(), r#"{"k_gross":3.93,"k_net":3.3,"k_quantity":3}"#);
}

#[test]
fn a_computed_field_cannot_be_set_and_its_failure_is_told_with_the_other_errors() {
    let sent = shop().create(br#"{"quantity":1,"price":1,"net":5,"name":"a"}"#, NOW);
    assert_eq!(rules(&sent), [("/net", "ReadOnly")]);
    let failed = shop().create(br#"{"quantity":0,"price":1}"#, NOW);
    assert_eq!(rules(&failed), [("/short", "Computed"), ("/quantity", "Check")]);
    assert_eq!(failed.errors[1].message, "Order at least one.");
    let bad = shop().create(br#"{"quantity":"many","price":1,"name":"a"}"#, NOW);
    assert_eq!(rules(&bad), [("/quantity", "Type")]);
}

#[test]
fn a_check_is_asked_when_what_it_speaks_of_was_touched() {
    let old = br#"{"k_quantity":0,"k_price":2,"k_net":0}"#;
    assert_eq!(rules(&shop().update(old, br#"{"rate":0.5}"#, false)), []);
    assert_eq!(rules(&shop().update(old, br#"{"quantity":0}"#, false)), [("/quantity", "Check")]);
    let dear = br#"{"quantity":2000,"name":"x"}"#;
    let found = shop().update(old, dear, false);
    assert_eq!(rules(&found), [("/price", "Check")]);
    assert_eq!(found.errors[0].message, "The rule cheap is not fulfilled.");
    assert_eq!(rules(&shop().update(old, br#"{"quantity":2000,"name":"VIP x"}"#, false)), []);
}

#[test]
fn a_record_whose_computed_field_fails_can_still_be_changed_elsewhere() {
    let old = br#"{"k_quantity":1,"k_price":2,"k_net":2,"k_short":"OLD"}"#;
    let next = shop().update(old, br#"{"rate":0.5}"#, false);
    assert!(data(&next).ends_with(r#""k_short":"OLD"}"#), "{}", data(&next));
    assert_eq!(rules(&shop().update(old, br#"{"name":null}"#, false)), [("/short", "Computed")]);
}

#[test]
fn expressions_that_cannot_be_used_are_told_and_left_out() {
    let one = |name: &str, computed: &str| {
        format!(
            r#"{{"name":"{name}","key":"{name}","type":{{"type":"Integer"}},"rules":[],"computed":"{computed}"}}"#
        )
    };
    let fields =
        [one("a", "b + 1"), one("b", "a + 1"), one("c", "nobody"), one("d", "1 +"), one("e", "c")].join(",");
    let spec = format!(r#"{{"fields":[{fields}],"unique":[],"checks":[{{"name":"odd","expression":"x"}}]}}"#);
    let validator = Validator::new(spec.as_bytes()).unwrap();
    let told: Vec<_> =
        validator.problems().iter().map(|problem| (problem.field.as_str(), problem.rule)).collect();
    let (wrong, circular) = ("InvalidExpression", "CircularExpression");
    assert_eq!(told, [("c", wrong), ("d", wrong), ("a", circular), ("b", circular), ("odd", wrong)]);
    assert_eq!(data(&validator.create(b"{}", NOW)), "{}");
}
