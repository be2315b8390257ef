use std::sync::Arc;

use super::{Called, Method, arg};
use crate::convert::{join, place, to_integer, to_text};
use crate::eval::{Budget, Failure};
use crate::operators::same;
use crate::value::Value;

/// Calls a method of a list; `None` when lists have none of that name here.
pub(super) fn call(
    method: Method,
    items: &Arc<[Value]>,
    args: &[Value],
    budget: &Budget,
) -> Result<Option<Value>, Failure> {
    let from = |at: usize| place(arg(args, at), items.len());
    #[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
    let number = |at: Option<usize>| Value::Number(at.map_or(-1.0, |at| at as f64));
    Ok(Some(match method {
        Method::At => element(items, arg(args, 0)),
        Method::Includes => Value::Bool(items[from(1)..].iter().any(|item| same_or_nan(item, arg(args, 0)))),
        Method::IndexOf => {
            let start = from(1);
            number(items[start..].iter().position(|item| same(item, arg(args, 0))).map(|at| at + start))
        }
        Method::Join => joined(items, arg(args, 0), budget)?,
        Method::Slice => {
            let end = if matches!(arg(args, 1), Value::Undefined) { items.len() } else { from(1) };
            Value::List(items.get(from(0)..end).unwrap_or_default().into())
        }
        _ => return Ok(None),
    }))
}

#[allow(clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "checked to lie within the list")]
fn element(items: &[Value], at: &Value) -> Value {
    let at = to_integer(at);
    let at = if at < 0.0 { at + items.len() as f64 } else { at };
    if at < 0.0 || at >= items.len() as f64 { Value::Undefined } else { items[at as usize].clone() }
}

fn joined(items: &[Value], separator: &Value, budget: &Budget) -> Called {
    let separator = match separator {
        Value::Undefined => Value::text(","),
        other => other.clone(),
    };
    let separator = to_text(&separator);
    budget.spend(separator.len().saturating_mul(items.len()))?;
    Ok(Value::Text(join(items, &separator).into()))
}

fn same_or_nan(left: &Value, right: &Value) -> bool {
    matches!((left, right), (Value::Number(a), Value::Number(b)) if a.is_nan() && b.is_nan())
        || same(left, right)
}
