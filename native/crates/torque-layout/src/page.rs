use std::borrow::Cow;

use torque_json::{DOCUMENT_DEPTH, Value, parse, write_value};

use crate::source::{LayoutError, Members, fixed, given, needed, owned_text, readable, telling};

const PAGE_FORMAT: &str = "1.0";
/// Types whose values have no order and no filter.
const UNSORTABLE: [&str; 3] = ["Json", "Binary", "Array"];

/// Compiles a page to the result of `loadPage`, open at its end, inside `meta`: `,"appId":…,"generatedAt":…}}` closes it.
pub fn compile_page(page: &[u8], context: &[u8]) -> Result<Vec<u8>, LayoutError> {
    let (source, around) = (parse(page, DOCUMENT_DEPTH)?, parse(context, DOCUMENT_DEPTH)?);
    let id = given(&source, "id").ok_or(LayoutError::Missing("id"))?;
    let name = telling(&source, "name").unwrap_or(id);
    let mut result = Members::new();
    result.add("id", id.clone());
    result.add("name", name.clone());
    result.add("title", telling(&source, "title").unwrap_or(name).clone());
    result.add("layout", grid_of(source.get("layout").unwrap_or(&Value::Null)));
    result.add("components", Value::Array(components(source.list("components"), &around)?));
    let mut meta = Members::new();
    meta.add("version", fixed(PAGE_FORMAT));
    result.add("meta", meta.into_value());
    let mut out = Vec::with_capacity(page.len() * 2);
    write_value(&mut out, &result.into_value());
    out.truncate(out.len() - 2);
    Ok(out)
}

fn grid_of<'a>(layout: &Value<'a>) -> Value<'a> {
    let twelve = || Value::Number(Cow::Borrowed("12"));
    let mut grid = Members::new();
    grid.add("type", telling(layout, "type").cloned().unwrap_or_else(|| fixed("Single")));
    grid.add("rows", telling(layout, "rows").cloned().unwrap_or_else(twelve));
    grid.add("columns", telling(layout, "columns").cloned().unwrap_or_else(twelve));
    grid.add_given("breakpoints", telling(layout, "breakpoints").cloned());
    grid.into_value()
}

fn components<'a>(list: &[Value<'a>], around: &Value<'a>) -> Result<Vec<Value<'a>>, LayoutError> {
    list.iter().map(|source| component(source, around)).collect()
}

fn component<'a>(source: &Value<'a>, around: &Value<'a>) -> Result<Value<'a>, LayoutError> {
    let kind = needed(source, "type")?;
    let events = telling(source, "events");
    let mut props = Members::of(source.get("props"));
    match kind {
        "DataGrid" => fill_grid(&mut props, around)?,
        "Form" => fill_form_place(&mut props, around)?,
        "Button" => {
            let clicked = source.list("events").iter().find(|event| event.text("on") == Some("click"));
            if let Some(action) = clicked.and_then(|event| given(event, "action")) {
                props.set("onClick", action.clone());
            }
        }
        _ => {}
    }
    let mut result = Members::new();
    result.add("type", source.get("type").cloned().unwrap_or(Value::Null));
    result.add("id", given(source, "id").ok_or(LayoutError::Missing("id"))?.clone());
    result.add_or_null("position", source.get("position").cloned());
    result.add("props", props.into_value());
    result.add_or_null("style", telling(source, "style").cloned());
    result.add_or_null("events", events.cloned());
    let children = components(source.list("children"), around)?;
    result.add_or_null("children", (!children.is_empty()).then_some(Value::Array(children)));
    result.add_given("visible_if", telling(source, "visible_if").cloned());
    Ok(result.into_value())
}

/// The entity of the context that `props` name.
pub(crate) fn entity_of<'v, 'a>(name: Option<&Value<'a>>, around: &'v Value<'a>) -> Option<&'v Value<'a>> {
    around.get("entities")?.get(name?.as_str()?).filter(|entity| !entity.is_null())
}

fn fill_grid<'a>(props: &mut Members<'a>, around: &Value<'a>) -> Result<(), LayoutError> {
    let Some(entity) = entity_of(props.get("entityType"), around) else { return Ok(()) };
    let own = props.get("columns").and_then(|columns| match columns {
        Value::Array(list) if !list.is_empty() => Some(list.clone()),
        _ => None,
    });
    let columns = own.unwrap_or_else(|| entity.list("columns").to_vec());
    let columns: Result<Vec<_>, _> = columns.iter().map(|source| column(source, entity, around)).collect();
    props.set("columns", Value::Array(columns?));
    for (name, known) in [("sort", "sort"), ("pageSize", "page_size"), ("formId", "form")] {
        if let Some(value) = given(entity, known) {
            props.fill(name, || value.clone());
        }
    }
    for name in ["pagination", "sorting", "filtering"] {
        props.fill(name, || Value::Bool(true));
    }
    Ok(())
}

fn column<'a>(source: &Value<'a>, entity: &Value<'a>, around: &Value<'a>) -> Result<Value<'a>, LayoutError> {
    let mut column = match source {
        Value::String(_) => {
            let mut column = Members::new();
            column.add("field", source.clone());
            column
        }
        _ => Members::of(Some(source)),
    };
    let path = column.get("field").and_then(Value::as_str).ok_or(LayoutError::Missing("field"))?.to_owned();
    let nothing = Value::Null;
    let field = field_at(&path, entity, around).unwrap_or(&nothing);
    let own = column.get("title").filter(|title| crate::source::says_something(title)).cloned();
    let title = own.or_else(|| telling(field, "label").cloned());
    column.set(
        "title",
        title.unwrap_or_else(|| owned_text(readable(path.rsplit('.').next().unwrap_or(&path)))),
    );
    let orderly = field.text("type").is_none_or(|kind| !UNSORTABLE.contains(&kind));
    for name in ["sortable", "filterable"] {
        column.fill(name, || Value::Bool(orderly));
    }
    for name in ["type", "entity", "options"] {
        if let Some(value) = given(field, name) {
            column.set(name, value.clone());
        }
    }
    if let Some(scale) = field.get("checks").and_then(|checks| given(checks, "scale")) {
        column.set("scale", scale.clone());
    }
    Ok(column.into_value())
}

/// The field at a path that may go through references.
fn field_at<'v, 'a>(path: &str, entity: &'v Value<'a>, around: &'v Value<'a>) -> Option<&'v Value<'a>> {
    let (head, rest) = match path.split_once('.') {
        Some((head, rest)) if !rest.is_empty() => (head, Some(rest)),
        Some((head, _)) => (head, None),
        None => (path, None),
    };
    let field = entity.get("fields").and_then(|fields| fields.get(head));
    match rest {
        None => field,
        Some(rest) => field_at(rest, entity_of(field?.get("entity"), around)?, around),
    }
}

fn fill_form_place<'a>(props: &mut Members<'a>, around: &Value<'a>) -> Result<(), LayoutError> {
    let form = props.get("formId").filter(|form| !form.is_null()).cloned();
    if let Some(form) = form {
        let owner = form.as_str().and_then(|form| given(around.get("forms")?, form));
        if let Some(owner) = owner {
            props.fill("entityType", || owner.clone());
        }
    } else if let Some(entity) = entity_of(props.get("entityType"), around) {
        props.set("formId", given(entity, "form").ok_or(LayoutError::Missing("form"))?.clone());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: &str = r#"{"forms":{"todo_form":"todo"},"entities":{"todo":{"form":"todo_form",
        "columns":["label","owner.name"],"sort":null,"page_size":20,"fields":{
        "label":{"label":"Task","type":"String"},
        "data":{"label":"Data","type":"Json"},
        "owner":{"label":"Owner","type":"Reference","entity":"person"}}},
        "person":{"form":"f","columns":[],"fields":{"name":{"label":"Name","type":"String"}}}}}"#;

    fn compiled(component: &str) -> String {
        let page = format!(r#"{{"id":"p","components":[{component}]}}"#);
        let out = String::from_utf8(compile_page(page.as_bytes(), CONTEXT.as_bytes()).unwrap()).unwrap();
        let start = out.find("\"props\":").unwrap() + 8;
        out[start..out.find(",\"style\"").unwrap()].to_owned()
    }

    #[test]
    fn a_page_is_open_at_its_end_and_falls_back_to_its_id() {
        let out = compile_page(br#"{"id":"p"}"#, CONTEXT.as_bytes()).unwrap();
        assert_eq!(
            std::str::from_utf8(&out).unwrap(),
            r#"{"id":"p","name":"p","title":"p","layout":{"type":"Single","rows":12,"columns":12},"components":[],"meta":{"version":"1.0""#
        );
    }

    #[test]
    fn a_grid_learns_from_its_entity() {
        assert_eq!(
            compiled(
                r#"{"type":"DataGrid","id":"g","props":{"entityType":"todo","columns":[{"field":"data"}]}}"#
            ),
            r#"{"entityType":"todo","columns":[{"field":"data","title":"Data","sortable":false,"filterable":false,"type":"Json"}],"pageSize":20,"formId":"todo_form","pagination":true,"sorting":true,"filtering":true}"#
        );
        let derived = compiled(r#"{"type":"DataGrid","id":"g","props":{"entityType":"todo"}}"#);
        assert!(
            derived.contains(r#""title":"Task""#)
                && derived.contains(r#"{"field":"owner.name","title":"Name""#)
        );
        assert_eq!(
            compiled(r#"{"type":"DataGrid","id":"g","props":{"entityType":"x"}}"#),
            r#"{"entityType":"x"}"#
        );
    }

    #[test]
    fn a_click_becomes_on_click_and_forms_find_each_other() {
        let button = r#"{"type":"Button","id":"b","props":{"label":"x"},"events":[{"on":"click","action":{"type":"a"}}]}"#;
        assert_eq!(compiled(button), r#"{"label":"x","onClick":{"type":"a"}}"#);
        assert_eq!(
            compiled(r#"{"type":"Form","id":"f","props":{"entityType":"todo"}}"#),
            r#"{"entityType":"todo","formId":"todo_form"}"#
        );
        assert_eq!(
            compiled(r#"{"type":"Form","id":"f","props":{"formId":"todo_form"}}"#),
            r#"{"formId":"todo_form","entityType":"todo"}"#
        );
    }
}
