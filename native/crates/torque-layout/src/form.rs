use torque_json::{DOCUMENT_DEPTH, Value, parse, write_value};

use crate::page::entity_of;
use crate::source::{
    LayoutError, Members, fixed, given, needed, owned_text, readable, says_something, telling,
};

/// Compiles a form to the result of `getFormDefinition`.
pub fn compile_form(form: &[u8], context: &[u8]) -> Result<Vec<u8>, LayoutError> {
    let (source, around) = (parse(form, DOCUMENT_DEPTH)?, parse(context, DOCUMENT_DEPTH)?);
    let id = given(&source, "id").ok_or(LayoutError::Missing("id"))?;
    let entity_type = given(&source, "entity_type").ok_or(LayoutError::Missing("entity_type"))?;
    let known = entity_of(Some(entity_type), &around).and_then(|entity| entity.get("fields"));
    let inputs: Result<Vec<_>, _> = source.list("fields").iter().map(|field| input(field, known)).collect();
    let mut result = Members::new();
    result.add("id", id.clone());
    result.add("name", telling(&source, "name").unwrap_or(id).clone());
    result.add("entity_type", entity_type.clone());
    result.add("fields", Value::Array(inputs?));
    result.add(
        "validation",
        telling(&source, "validation").cloned().unwrap_or_else(|| Value::Array(Vec::new())),
    );
    result.add(
        "submit_action",
        telling(&source, "submit_action").cloned().unwrap_or_else(|| fixed("SaveEntity")),
    );
    result.add("layout", layout(&source));
    result.add_given("steps", telling(&source, "steps").cloned());
    let mut out = Vec::with_capacity(form.len() * 2);
    write_value(&mut out, &result.into_value());
    Ok(out)
}

fn layout<'a>(source: &Value<'a>) -> Value<'a> {
    let mut layout = Members::new();
    layout.add("type", fixed("vertical"));
    layout.add("spacing", fixed("medium"));
    for (name, value) in source.members("layout") {
        layout.set_named(name.clone(), value.clone());
    }
    layout.into_value()
}

fn input<'a>(source: &Value<'a>, known: Option<&Value<'a>>) -> Result<Value<'a>, LayoutError> {
    let name = needed(source, "name")?;
    let nothing = Value::Null;
    let field = known.and_then(|fields| fields.get(name)).unwrap_or(&nothing);
    let required = given(source, "required").or_else(|| given(field, "required")).cloned();
    let required = required.unwrap_or(Value::Bool(false));
    let must = says_something(&required);
    let either = |member: &str| telling(source, member).or_else(|| given(field, member)).cloned();
    let mut result = Members::new();
    result.add("name", source.get("name").cloned().unwrap_or(Value::Null));
    result.add(
        "field_type",
        telling(source, "field_type").cloned().unwrap_or_else(|| fixed(derived_input(field))),
    );
    let label = telling(source, "label").or_else(|| telling(field, "label")).cloned();
    result.add("label", label.unwrap_or_else(|| owned_text(readable(name))));
    result.add("required", required);
    result.add_given("placeholder", either("placeholder"));
    result.add_given("help", either("help"));
    let options: Result<Vec<_>, _> = source.list("options").iter().map(option).collect();
    let options = Some(options?).filter(|own| !own.is_empty()).map(Value::Array);
    result.add_given("options", options.or_else(|| given(field, "options").cloned()));
    result.add_given("show_if", either("show_if"));
    result.add_given("required_if", given(source, "required_if").cloned());
    result.add_given("colspan", given(source, "colspan").cloned());
    result.add_given("entity", given(field, "entity").cloned());
    result.add_given("multiple", telling(field, "multiple").cloned());
    result.add_given("readOnly", telling(field, "read_only").cloned());
    result.add_given("defaultValue", given(field, "default").cloned());
    result.add_given("validation", checks(field, must));
    Ok(result.into_value())
}

fn checks<'a>(field: &Value<'a>, required: bool) -> Option<Value<'a>> {
    let mut checks = Members::of(Some(telling(field, "checks")?));
    if required {
        checks.set("required", Value::Bool(true));
    }
    Some(checks.into_value())
}

fn option<'a>(source: &Value<'a>) -> Result<Value<'a>, LayoutError> {
    let mut option = match source {
        Value::String(_) => {
            let mut option = Members::new();
            option.add("value", source.clone());
            option
        }
        _ => Members::of(Some(source)),
    };
    let value = option.get("value").ok_or(LayoutError::Missing("value"))?.clone();
    let label = option.get("label").filter(|label| says_something(label)).cloned();
    option.set("label", label.unwrap_or(value));
    Ok(option.into_value())
}

/// The input that fits a field when the form names none.
fn derived_input(field: &Value<'_>) -> &'static str {
    if field.get("multiple").is_some_and(says_something) {
        return match field.text("element") {
            Some("Reference") => "ReferenceSelect",
            Some("Enum") => "MultiSelect",
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
    fn what_cannot_be_compiled_is_told() {
        assert_eq!(compile_form(b"{}", b"{}"), Err(LayoutError::Missing("id")));
        assert!(matches!(compile_form(b"{", b"{}"), Err(LayoutError::Json(_))));
    }
}
