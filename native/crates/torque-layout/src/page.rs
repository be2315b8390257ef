use std::borrow::Cow;

use torque_json::{DOCUMENT_DEPTH, Value, parse, write_key};

use crate::source::{
    LayoutError, Members, Part, given, needed, put, put_given, put_list, put_or, readable, says_something,
    telling, write_list,
};

const PAGE_FORMAT: &str = "1.0";
/// Types whose values have no order and no filter.
const UNSORTABLE: [&str; 3] = ["Json", "Binary", "Array"];

/// Compiles a page to the result of `loadPage`, open at its end, inside `meta`: `,"appId":…,"generatedAt":…}}` closes it.
pub fn compile_page(page: &[u8], context: &[u8]) -> Result<Vec<u8>, LayoutError> {
    let (source, around) = (parse(page, DOCUMENT_DEPTH)?, parse(context, DOCUMENT_DEPTH)?);
    let id = given(&source, "id").ok_or(LayoutError::Missing("id"))?;
    let name = telling(&source, "name").unwrap_or(id);
    let mut out = Vec::with_capacity(page.len() * 2);
    out.push(b'{');
    put(&mut out, "id", Some(id));
    put(&mut out, "name", Some(name));
    put(&mut out, "title", Some(telling(&source, "title").unwrap_or(name)));
    write_key(&mut out, "layout");
    grid_of(&mut out, source.get("layout").unwrap_or(&Value::Null));
    put_list(&mut out, "components", source.list("components"), |out, part| component(out, part, &around))?;
    write_key(&mut out, "meta");
    out.push(b'{');
    put_or(&mut out, "version", None, PAGE_FORMAT);
    Ok(out)
}

fn grid_of(out: &mut Vec<u8>, layout: &Value<'_>) {
    let twelve = Value::Number(Cow::Borrowed("12"));
    out.push(b'{');
    put_or(out, "type", telling(layout, "type"), "Single");
    put(out, "rows", Some(telling(layout, "rows").unwrap_or(&twelve)));
    put(out, "columns", Some(telling(layout, "columns").unwrap_or(&twelve)));
    put_given(out, "breakpoints", telling(layout, "breakpoints"));
    out.push(b'}');
}

fn component(out: &mut Vec<u8>, source: &Value<'_>, around: &Value<'_>) -> Result<(), LayoutError> {
    let mut props = Members::of(source.get("props"));
    match needed(source, "type")? {
        "DataGrid" => fill_grid(&mut props, around)?,
        "Form" => fill_form_place(&mut props, around)?,
        "Button" => {
            let clicked = source.list("events").iter().find(|event| event.text("on") == Some("click"));
            if let Some(action) = clicked.and_then(|event| given(event, "action")) {
                props.set("onClick", Part::Value(action));
            }
        }
        _ => {}
    }
    out.push(b'{');
    put(out, "type", source.get("type"));
    put(out, "id", Some(given(source, "id").ok_or(LayoutError::Missing("id"))?));
    put(out, "position", source.get("position"));
    write_key(out, "props");
    props.write(out);
    put(out, "style", telling(source, "style"));
    put(out, "events", telling(source, "events"));
    match source.list("children") {
        [] => put(out, "children", None),
        children => put_list(out, "children", children, |out, part| component(out, part, around))?,
    }
    put_given(out, "visible_if", telling(source, "visible_if"));
    out.push(b'}');
    Ok(())
}

/// The entity of the context that a document names.
pub(crate) fn entity_of<'v, 'a>(name: Option<&Value<'a>>, around: &'v Value<'a>) -> Option<&'v Value<'a>> {
    around.get("entities")?.get(name?.as_str()?).filter(|entity| !entity.is_null())
}

fn fill_grid<'v, 'a>(props: &mut Members<'v, 'a>, around: &'v Value<'a>) -> Result<(), LayoutError> {
    let Some(entity) = entity_of(props.value("entityType"), around) else { return Ok(()) };
    // Verification has said what a column without a field is; here it must not take the whole application along.
    let listed =
        |list: &'v [Value<'a>]| list.iter().filter(|column| field_of(column).is_some()).collect::<Vec<_>>();
    let own = match props.value("columns") {
        Some(Value::Array(list)) => listed(list),
        _ => Vec::new(),
    };
    let columns = if own.is_empty() { listed(entity.list("columns")) } else { own };
    let mut json = Vec::with_capacity(columns.len() * 128);
    write_list(&mut json, &columns, &mut |out, source| column(out, source, entity, around))?;
    props.set("columns", Part::Json(json));
    for (name, known) in [("sort", "sort"), ("pageSize", "page_size"), ("formId", "form")] {
        if let Some(value) = given(entity, known) {
            props.fill(name, Part::Value(value));
        }
    }
    for name in ["pagination", "sorting", "filtering"] {
        props.fill(name, Part::Bool(true));
    }
    Ok(())
}

/// The path of the field that a column shows: all of it, or its member `field`.
fn field_of<'v>(column: &'v Value<'_>) -> Option<&'v str> {
    column.as_str().or_else(|| column.text("field"))
}

fn column(
    out: &mut Vec<u8>,
    source: &Value<'_>,
    entity: &Value<'_>,
    around: &Value<'_>,
) -> Result<(), LayoutError> {
    let mut column = Members::of(Some(source));
    if source.as_str().is_some() {
        column.set("field", Part::Value(source));
    }
    let path = column.value("field").and_then(Value::as_str).ok_or(LayoutError::Missing("field"))?;
    let nothing = Value::Null;
    let field = field_at(path, entity, around).unwrap_or(&nothing);
    let own = column.value("title").filter(|title| says_something(title));
    let title = own.or_else(|| telling(field, "label")).map_or_else(
        || Part::Text(Cow::Owned(readable(path.rsplit('.').next().unwrap_or(path)))),
        Part::Value,
    );
    column.set("title", title);
    let orderly = field.text("type").is_none_or(|kind| !UNSORTABLE.contains(&kind));
    for name in ["sortable", "filterable"] {
        column.fill(name, Part::Bool(orderly));
    }
    for name in ["type", "entity", "options"] {
        if let Some(value) = given(field, name) {
            column.set(name, Part::Value(value));
        }
    }
    if let Some(scale) = field.get("checks").and_then(|checks| given(checks, "scale")) {
        column.set("scale", Part::Value(scale));
    }
    column.write(out);
    Ok(())
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

fn fill_form_place<'v, 'a>(props: &mut Members<'v, 'a>, around: &'v Value<'a>) -> Result<(), LayoutError> {
    if let Some(form) = props.value("formId").filter(|form| !form.is_null()) {
        if let Some(owner) = form.as_str().and_then(|form| given(around.get("forms")?, form)) {
            props.fill("entityType", Part::Value(owner));
        }
    } else if let Some(entity) = entity_of(props.value("entityType"), around) {
        props.set("formId", Part::Value(given(entity, "form").ok_or(LayoutError::Missing("form"))?));
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
    fn columns_that_name_no_field_are_left_out() {
        let some = compiled(
            r#"{"type":"DataGrid","id":"g","props":{"entityType":"todo","columns":[{},{"title":"x"},null,{"field":7},"label"]}}"#,
        );
        assert!(
            some.contains(r#""columns":[{"field":"label","title":"Task""#) && !some.contains("null"),
            "{some}"
        );
        let none = compiled(r#"{"type":"DataGrid","id":"g","props":{"entityType":"todo","columns":[{}]}}"#);
        assert_eq!(none, compiled(r#"{"type":"DataGrid","id":"g","props":{"entityType":"todo"}}"#));
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
