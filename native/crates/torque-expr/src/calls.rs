//! The functions and methods of the subset.
//!
//! Of texts: `at charAt charCodeAt concat endsWith includes indexOf lastIndexOf padEnd padStart repeat replace replaceAll
//! slice split startsWith substring toLowerCase toString toUpperCase trim trimEnd trimStart`; of lists: `at includes
//! indexOf join slice toString`; of numbers: `toFixed toString`.

mod lists;
mod names;
mod texts;

pub(crate) use names::{Function, Method, is_inherited};

use crate::convert::{to_integer, to_number, to_text};
use crate::eval::{Budget, Failure, size};
use crate::number;
use crate::operators::power;
use crate::value::Value;

pub(crate) type Called = Result<Value, Failure>;

const LARGEST: f64 = 9_007_199_254_740_991.0;

/// An argument; those that are not there are `undefined`.
pub(crate) fn arg(args: &[Value], at: usize) -> &Value {
    args.get(at).unwrap_or(&Value::Undefined)
}

pub(crate) fn method(method: Method, object: &Value, args: &[Value], budget: &Budget) -> Called {
    budget.spend(size(object) + args.iter().map(size).sum::<usize>())?;
    let missing = || {
        let name: Vec<u16> = method.name().encode_utf16().collect();
        if is_inherited(object, &name) {
            return Failure::Unsupported(format!(
                "there is no function '{}' of such a value here",
                method.name()
            ));
        }
        Failure::Thrown(format!("'{}' is not a function of such a value", method.name()))
    };
    match (object, method) {
        (Value::Object(members), _)
            if members.iter().any(|(key, _)| key.iter().copied().eq(method.name().encode_utf16())) =>
        {
            Err(Failure::Thrown(format!("'{}' is not a function", method.name())))
        }
        (_, Method::ToText) if args.is_empty() => Ok(Value::Text(to_text(object))),
        (Value::Text(text), _) => texts::call(method, text, args, budget)?.ok_or_else(missing),
        (Value::List(items), _) => lists::call(method, items, args, budget)?.ok_or_else(missing),
        (Value::Number(number), Method::ToFixed) => fixed(*number, arg(args, 0)),
        _ => Err(missing()),
    }
}

#[allow(clippy::cast_sign_loss, reason = "checked to lie between 0 and 100")]
fn fixed(number: f64, digits: &Value) -> Called {
    let digits = to_integer(digits);
    if !(0.0..=100.0).contains(&digits) {
        return Err(Failure::Thrown("toFixed takes 0 to 100 digits".to_owned()));
    }
    Ok(Value::text(&number::fixed(number, digits as usize)))
}

pub(crate) fn function(function: Function, args: &[Value], budget: &Budget) -> Called {
    budget.spend(args.iter().map(size).sum())?;
    let number = || to_number(arg(args, 0));
    let math = |f: fn(f64) -> f64| Ok(Value::Number(f(number())));
    let own = |f: fn(f64) -> bool| Ok(Value::Bool(matches!(arg(args, 0), Value::Number(n) if f(*n))));
    match function {
        Function::Number if args.is_empty() => Ok(Value::Number(0.0)),
        Function::Number => Ok(Value::Number(number())),
        Function::Text if args.is_empty() => Ok(Value::text("")),
        Function::Text => Ok(Value::Text(to_text(arg(args, 0)))),
        Function::Boolean => Ok(Value::Bool(arg(args, 0).truthy())),
        Function::ParseFloat => Ok(Value::Number(number::read_float(&to_text(arg(args, 0))))),
        Function::ParseInt => match to_number(arg(args, 1)) {
            radix if radix.is_nan() || radix == 0.0 => {
                Ok(Value::Number(number::read_int(&to_text(arg(args, 0)))))
            }
            _ => Err(Failure::Unsupported("parseInt takes no radix here".to_owned())),
        },
        Function::IsNaN => Ok(Value::Bool(number().is_nan())),
        Function::IsFinite => Ok(Value::Bool(number().is_finite())),
        Function::NumberIsNaN => own(f64::is_nan),
        Function::NumberIsFinite => own(f64::is_finite),
        Function::NumberIsInteger => own(|n| n.is_finite() && n.fract() == 0.0),
        Function::NumberIsSafeInteger => own(|n| n.fract() == 0.0 && n.abs() <= LARGEST),
        Function::Abs => math(f64::abs),
        Function::Ceil => math(f64::ceil),
        Function::Floor => math(f64::floor),
        Function::Trunc => math(f64::trunc),
        Function::Sqrt => math(f64::sqrt),
        Function::Round => math(round),
        Function::Sign => math(|n| if n == 0.0 || n.is_nan() { n } else { n.signum() }),
        Function::Max => Ok(Value::Number(args.iter().map(to_number).fold(f64::NEG_INFINITY, greater))),
        Function::Min => {
            Ok(Value::Number(-args.iter().map(|v| -to_number(v)).fold(f64::NEG_INFINITY, greater)))
        }
        Function::Power => Ok(Value::Number(power(number(), to_number(arg(args, 1))))),
    }
}

/// Half goes up, and what is rounded to nothing keeps its sign.
fn round(number: f64) -> f64 {
    let below = number.floor();
    let rounded = if number - below >= 0.5 { below + 1.0 } else { below };
    if rounded == 0.0 { rounded.copysign(number) } else { rounded }
}

fn greater(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    match a.partial_cmp(&b) {
        Some(std::cmp::Ordering::Equal) if a.is_sign_negative() => b,
        Some(std::cmp::Ordering::Less) => b,
        _ => a,
    }
}
