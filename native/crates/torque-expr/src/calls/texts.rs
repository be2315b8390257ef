use super::{Called, Method, arg};
use crate::convert::{clamp, place, to_integer, to_text};
use crate::eval::{Budget, Failure};
use crate::number::{trimmed, trimmed_end, trimmed_start};
use crate::value::{Text, Value};

/// Calls a method of a text; `None` when texts have none of that name here.
pub(super) fn call(
    method: Method,
    text: &Text,
    args: &[Value],
    budget: &Budget,
) -> Result<Option<Value>, Failure> {
    let undefined = |at: usize| matches!(arg(args, at), Value::Undefined);
    let given = |at: usize| to_text(arg(args, at));
    let of = |part: &[u16]| Value::Text(part.into());
    Ok(Some(match method {
        Method::At => {
            unit_at(text, from_end(arg(args, 0), text.len())).map_or(Value::Undefined, |unit| of(&[unit]))
        }
        Method::CharAt => unit_at(text, to_integer(arg(args, 0))).map_or_else(|| of(&[]), |unit| of(&[unit])),
        Method::CharCodeAt => {
            Value::Number(unit_at(text, to_integer(arg(args, 0))).map_or(f64::NAN, f64::from))
        }
        Method::Concat => of(&args.iter().fold(text.to_vec(), |mut all, one| {
            all.extend_from_slice(&to_text(one));
            all
        })),
        Method::EndsWith => {
            let end = if undefined(1) { text.len() } else { clamp(arg(args, 1), text.len()) };
            Value::Bool(text[..end].ends_with(&given(0)))
        }
        Method::StartsWith => Value::Bool(text[clamp(arg(args, 1), text.len())..].starts_with(&given(0))),
        Method::Includes => Value::Bool(find(&text[clamp(arg(args, 1), text.len())..], &given(0)).is_some()),
        Method::IndexOf => {
            let start = clamp(arg(args, 1), text.len());
            position(find(&text[start..], &given(0)).map(|at| at + start))
        }
        Method::LastIndexOf if args.len() < 2 => {
            let reversed = |text: &[u16]| text.iter().rev().copied().collect::<Vec<_>>();
            let found = find(&reversed(text), &reversed(&given(0)));
            position(found.map(|at| text.len() - at - given(0).len()))
        }
        Method::PadStart | Method::PadEnd => padded(text, args, method == Method::PadStart, budget)?,
        Method::Repeat => repeated(text, to_integer(arg(args, 0)), budget)?,
        Method::Replace | Method::ReplaceAll => {
            replaced(text, &given(0), &given(1), method == Method::ReplaceAll, budget)?
        }
        Method::Slice => {
            let end = if undefined(1) { text.len() } else { place(arg(args, 1), text.len()) };
            of(text.get(place(arg(args, 0), text.len())..end).unwrap_or_default())
        }
        Method::Substring => {
            let start = clamp(arg(args, 0), text.len());
            let end = if undefined(1) { text.len() } else { clamp(arg(args, 1), text.len()) };
            of(&text[start.min(end)..start.max(end)])
        }
        Method::Split if args.len() < 2 => split(text, arg(args, 0)),
        Method::ToLowerCase => cased(text, str::to_lowercase),
        Method::ToUpperCase => cased(text, str::to_uppercase),
        Method::Trim => of(trimmed(text)),
        Method::TrimEnd => of(trimmed_end(text)),
        Method::TrimStart => of(trimmed_start(text)),
        _ => return Ok(None),
    }))
}

#[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
fn position(at: Option<usize>) -> Value {
    Value::Number(at.map_or(-1.0, |at| at as f64))
}

#[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
fn from_end(at: &Value, length: usize) -> f64 {
    let at = to_integer(at);
    if at < 0.0 { at + length as f64 } else { at }
}

#[allow(clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "checked to lie within the text")]
fn unit_at(text: &[u16], at: f64) -> Option<u16> {
    if at < 0.0 || at >= text.len() as f64 { None } else { text.get(at as usize).copied() }
}

/// Where a part begins for the first time; looks at every character twice at most.
fn find(text: &[u16], part: &[u16]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    let mut borders = vec![0; part.len()];
    let mut known = 0;
    for at in 1..part.len() {
        while known > 0 && part[at] != part[known] {
            known = borders[known - 1];
        }
        known += usize::from(part[at] == part[known]);
        borders[at] = known;
    }
    known = 0;
    for (at, unit) in text.iter().enumerate() {
        while known > 0 && *unit != part[known] {
            known = borders[known - 1];
        }
        known += usize::from(*unit == part[known]);
        if known == part.len() {
            return Some(at + 1 - known);
        }
    }
    None
}

#[allow(clippy::cast_sign_loss, reason = "checked not to be negative")]
fn repeated(text: &[u16], times: f64, budget: &Budget) -> Called {
    if times < 0.0 || times.is_infinite() {
        return Err(Failure::Thrown("repeat takes a number of times".to_owned()));
    }
    if text.is_empty() {
        return Ok(Value::text(""));
    }
    let times = times as usize;
    budget.spend(text.len().saturating_mul(times))?;
    Ok(Value::Text(text.repeat(times).into()))
}

#[allow(clippy::cast_sign_loss, reason = "a length below 0 is 0")]
fn padded(text: &Text, args: &[Value], before: bool, budget: &Budget) -> Called {
    let filler = match arg(args, 1) {
        Value::Undefined => to_text(&Value::text(" ")),
        other => to_text(other),
    };
    let wanted = to_integer(arg(args, 0)) as usize;
    if wanted <= text.len() || filler.is_empty() {
        return Ok(Value::Text(text.clone()));
    }
    budget.spend(wanted)?;
    let padding = filler.iter().copied().cycle().take(wanted - text.len());
    let whole: Text = if before {
        padding.chain(text.iter().copied()).collect()
    } else {
        text.iter().copied().chain(padding).collect()
    };
    Ok(Value::Text(whole))
}

fn replaced(text: &[u16], part: &[u16], with: &[u16], all: bool, budget: &Budget) -> Called {
    let (mut out, mut from) = (Vec::new(), 0);
    while let Some(at) = text.get(from..).and_then(|rest| find(rest, part)) {
        let at = from + at;
        out.extend_from_slice(&text[from..at]);
        let size = out.len();
        substitute(&mut out, with, (text, at, part));
        budget.spend(out.len() - size + 1)?;
        from = at + part.len();
        if part.is_empty() {
            out.extend(text.get(at));
            from += 1;
        }
        if !all {
            break;
        }
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default());
    Ok(Value::Text(out.into()))
}

/// Writes a replacement: `$$` is a dollar, `$&` what was found, `` $` `` and `$'` what stands before and behind it.
fn substitute(out: &mut Vec<u16>, with: &[u16], (text, at, part): (&[u16], usize, &[u16])) {
    let mut units = with.iter().copied().peekable();
    while let Some(unit) = units.next() {
        let next = units.peek().and_then(|next| u8::try_from(*next).ok());
        let known: Option<&[u16]> = match next.filter(|_| unit == u16::from(b'$')) {
            Some(b'$') => Some(&[36]),
            Some(b'&') => Some(part),
            Some(b'`') => Some(&text[..at]),
            Some(b'\'') => Some(&text[at + part.len()..]),
            _ => None,
        };
        match known {
            Some(found) => {
                out.extend_from_slice(found);
                units.next();
            }
            None => out.push(unit),
        }
    }
}

fn split(text: &[u16], separator: &Value) -> Value {
    let of = |part: &[u16]| Value::Text(part.into());
    if matches!(separator, Value::Undefined) {
        return Value::List([of(text)].into());
    }
    let separator = to_text(separator);
    if separator.is_empty() {
        return Value::List(text.iter().map(|unit| of(&[*unit])).collect());
    }
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(at) = find(rest, &separator) {
        parts.push(of(&rest[..at]));
        rest = &rest[at + separator.len()..];
    }
    parts.push(of(rest));
    Value::List(parts.into())
}

/// Halves of surrogate pairs have no case; what stands between them is text.
fn cased(text: &[u16], case: fn(&str) -> String) -> Value {
    let mut out: Vec<u16> = Vec::with_capacity(text.len());
    let mut sound = String::new();
    for found in char::decode_utf16(text.iter().copied()) {
        match found {
            Ok(character) => sound.push(character),
            Err(half) => {
                out.extend(case(&std::mem::take(&mut sound)).encode_utf16());
                out.push(half.unpaired_surrogate());
            }
        }
    }
    out.extend(case(&sound).encode_utf16());
    Value::Text(out.into())
}
