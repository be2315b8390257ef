use std::borrow::Cow;

use torque_json::{DOCUMENT_DEPTH, Value, parse, write_key, write_string, write_value};

use crate::page::entity_of;
use crate::source::{
    LayoutError, Members, Part, given, needed, put, put_given, put_list, put_or, readable, says_something,
    telling,
};

/// Compiles a form to the result of `getFormDefinition`.
pub fn compile_form(form: &[u8], context: &[u8]) -> Result<Vec<u8>, LayoutError> {
    let (source, around) = (parse(form, DOCUMENT_DEPTH)?, parse(context, DOCUMENT_DEPTH)?);
    let id = given(&source, "id").ok_or(LayoutError::Missing("id"))?;
    let entity_type = given(&source, "entity_type").ok_or(LayoutError::Missing("entity_type"))?;
    let known = entity_of(Some(entity_type), &around).and_then(|entity| entity.get("fields"));
    let none = Value::Array(Vec::new());
    let mut out = Vec::with_capacity(form.len() * 2);
    out.push(b'{');
    put(&mut out, "id", Some(id));
    put(&mut out, "name", Some(telling(&source, "name").unwrap_or(id)));
    put(&mut out, "entity_type", Some(entity_type));
    put_list(&mut out, "fields", source.list("fields"), |out, field| input(out, field, known))?;
    put(&mut out, "validation", Some(telling(&source, "validation").unwrap_or(&none)));
    put_or(&mut out, "submit_action", telling(&source, "submit_action"), "SaveEntity");
    write_key(&mut out, "layout");
    layout(&source).write(&mut out);
    put_given(&mut out, "steps", telling(&source, "steps"));
    out.push(b'}');
    Ok(out)
}

fn layout<'v, 'a>(source: &'v Value<'a>) -> Members<'v, 'a> {
    let mut layout = Members::of(None);
    layout.set("type", Part::Text(Cow::Borrowed("vertical")));
    layout.set("spacing", Part::Text(Cow::Borrowed("medium")));
    for (name, value) in source.members("layout") {
        layout.set(name, Part::Value(value));
    }
    layout
}

fn input(out: &mut Vec<u8>, source: &Value<'_>, known: Option<&Value<'_>>) -> Result<(), LayoutError> {
    let name = needed(source, "name")?;
    let nothing = Value::Null;
    let field = known.and_then(|fields| fields.get(name)).unwrap_or(&nothing);
    let required = given(source, "required").or_else(|| given(field, "required"));
    let either = |member| telling(source, member).or_else(|| given(field, member));
    out.push(b'{');
    put(out, "name", source.get("name"));
    put_or(out, "field_type", telling(source, "field_type"), derived_input(field));
    write_key(out, "label");
    match telling(source, "label").or_else(|| telling(field, "label")) {
        Some(label) => write_value(out, label),
        None => write_string(out, &readable(name)),
    }
    put(out, "required", Some(required.unwrap_or(&Value::Bool(false))));
    put_given(out, "placeholder", either("placeholder"));
    put_given(out, "help", either("help"));
    match source.list("options") {
        [] => put_given(out, "options", field.get("options")),
        own => put_list(out, "options", own, option)?,
    }
    put_given(out, "show_if", either("show_if"));
    put_given(out, "required_if", source.get("required_if"));
    put_given(out, "colspan", source.get("colspan"));
    put_given(out, "entity", field.get("entity"));
    put_given(out, "multiple", telling(field, "multiple"));
    put_given(out, "readOnly", telling(field, "read_only"));
    put_given(out, "defaultValue", field.get("default"));
    if let Some(checks) = telling(field, "checks") {
        let mut checks = Members::of(Some(checks));
        if required.is_some_and(says_something) {
            checks.set("required", Part::Bool(true));
        }
        write_key(out, "validation");
        checks.write(out);
    }
    out.push(b'}');
    Ok(())
}

fn option(out: &mut Vec<u8>, source: &Value<'_>) -> Result<(), LayoutError> {
    let mut option = Members::of(Some(source));
    if source.as_str().is_some() {
        option.set("value", Part::Value(source));
    }
    let value = option.value("value").ok_or(LayoutError::Missing("value"))?;
    let label = option.value("label").filter(|label| says_something(label)).unwrap_or(value);
    option.set("label", Part::Value(label));
    option.write(out);
    Ok(())
}

/// The input that fits a field when the form names none.
fn derived_input(field: &Value<'_>) -> &'static str {
    if field.get("multiple").is_some_and(says_something) {
        return match field.text("element") {
            Some("Reference") => "ReferenceSelect",
            Some("Enum") => "MultiSelect",
            Some("Binary") => "FileInput",
            _ => "JsonEditor",
        };
    }
    match field.text("component") {
        Some("textarea") => return "TextArea",
        Some("radio") => return "Radio",
        Some("rich_text") => return "RichText",
        Some("file") => return "FileInput",
        Some("json") => return "JsonEditor",
        _ => {}
    }
    match field.text("type") {
        Some("Integer" | "Decimal" | "Float") => "NumberInput",
        Some("Boolean") => "Checkbox",
        Some("DateTime") => "DateTimePicker",
        Some("Date") => "DatePicker",
        Some("Time") => "TimePicker",
        Some("Json") => "JsonEditor",
        Some("Binary") => "FileInput",
        Some("Enum") => "Select",
        Some("Reference") => "ReferenceSelect",
        _ => "TextInput",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_learn_from_their_fields() {
        let form = br#"{"id":"f","entity_type":"todo","fields":[{"name":"label","required":true},
            {"name":"status","options":["a",{"value":"b","label":"B"}]},{"name":"order_date","label":"When"}],
            "layout":{"type":"grid","gap":1}}"#;
        let context = br#"{"forms":{},"entities":{"todo":{"form":"f","columns":[],"fields":{
            "label":{"label":"Task","type":"String","checks":{"maxLength":255},"placeholder":"Write"},
            "status":{"label":"Status","type":"Enum","required":true,"default":"open"},
            "order_date":{"label":"x","type":"Date"}}}}}"#;
        let out = compile_form(form, context).unwrap();
        assert_eq!(
            std::str::from_utf8(&out).unwrap(),
            concat!(
                r#"{"id":"f","name":"f","entity_type":"todo","fields":["#,
                r#"{"name":"label","field_type":"TextInput","label":"Task","required":true,"placeholder":"Write","validation":{"maxLength":255,"required":true}},"#,
                r#"{"name":"status","field_type":"Select","label":"Status","required":true,"options":[{"value":"a","label":"a"},{"value":"b","label":"B"}],"defaultValue":"open"},"#,
                r#"{"name":"order_date","field_type":"DatePicker","label":"When","required":false}],"#,
                r#""validation":[],"submit_action":"SaveEntity","layout":{"type":"grid","spacing":"medium","gap":1}}"#,
            )
        );
    }

    #[test]
    fn a_list_of_files_is_an_input_for_files() {
        let form = br#"{"id":"f","entity_type":"todo","fields":[{"name":"papers"}]}"#;
        let context = br#"{"forms":{},"entities":{"todo":{"form":"f","columns":[],"fields":{
            "papers":{"label":"Papers","type":"Array","multiple":true,"element":"Binary","checks":{"maxSize":9}}}}}}"#;
        let out = String::from_utf8(compile_form(form, context).unwrap()).unwrap();
        assert!(out.contains(
            r#"{"name":"papers","field_type":"FileInput","label":"Papers","required":false,"multiple":true,"validation":{"maxSize":9}}"#
        ), "{out}");
    }

    #[test]
    fn what_cannot_be_compiled_is_told() {
        assert_eq!(compile_form(b"{}", b"{}"), Err(LayoutError::Missing("id")));
        assert!(matches!(compile_form(b"{", b"{}"), Err(LayoutError::Json(_))));
    }
}
