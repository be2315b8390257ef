//! Evaluation. Every part of a tree is looked at once at most, so only what it makes needs a budget.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use crate::calls;
use crate::convert::{to_i32, to_number, to_text};
use crate::operators;
use crate::tree::{Binary, Logical, Node, Unary};
use crate::value::{Text, Value};

/// How many characters and elements one evaluation may read and make.
const BUDGET: usize = 1_000_000;

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// JavaScript would throw.
    Thrown(String),
    /// More text than an expression may handle.
    TooLarge,
    /// JavaScript would answer with something that this subset does not have.
    Unsupported(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Thrown(message) | Self::Unsupported(message) => f.write_str(message),
            Self::TooLarge => f.write_str("it handles more text than it may"),
        }
    }
}

impl std::error::Error for Failure {}

/// What ends the evaluation of a part.
pub(crate) enum Stop {
    Failed(Failure),
    /// An optional part met nothing: the whole chain is `undefined`.
    Short,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Characters and elements that may still be handled.
pub(crate) struct Budget(Cell<usize>);

impl Budget {
    pub(crate) fn spend(&self, amount: usize) -> Result<(), Failure> {
        match self.0.get().checked_sub(amount) {
            Some(left) => {
                self.0.set(left);
                Ok(())
            }
            None => Err(Failure::TooLarge),
        }
    }
}

pub(crate) fn run(root: &Node, scope: &dyn Fn(usize) -> Value) -> Result<Value, Failure> {
    let run = Run { scope, budget: Budget(Cell::new(BUDGET)) };
    match run.value(root) {
        Ok(value) => Ok(value),
        Err(Stop::Failed(failure)) => Err(failure),
        Err(Stop::Short) => Ok(Value::Undefined),
    }
}

struct Run<'a> {
    scope: &'a dyn Fn(usize) -> Value,
    budget: Budget,
}

impl Run<'_> {
    fn value(&self, node: &Node) -> Result<Value, Stop> {
        Ok(match node {
            Node::Constant(value) => value.clone(),
            Node::Name(place) => {
                let value = (self.scope)(*place);
                self.budget.spend(size(&value))?;
                value
            }
            Node::List(items) => Value::List(self.values(items)?.into()),
            Node::Template(texts, values) => self.template(texts, values)?,
            Node::Unary(operator, operand) => unary(*operator, &self.value(operand)?),
            Node::Binary(operator, sides) => self.binary(*operator, sides)?,
            Node::Logical(operator, sides) => {
                let left = self.value(&sides[0])?;
                let enough = match operator {
                    Logical::And => !left.truthy(),
                    Logical::Or => left.truthy(),
                    Logical::Coalesce => !left.nullish(),
                };
                if enough { left } else { self.value(&sides[1])? }
            }
            Node::Choice(parts) => {
                let test = self.value(&parts[0])?.truthy();
                self.value(&parts[if test { 1 } else { 2 }])?
            }
            Node::Member { object, name, optional } => {
                let object = self.object(object, *optional)?;
                member(&object, name)?
            }
            Node::Index { object, index, optional } => {
                let object = self.object(object, *optional)?;
                let index = self.value(index)?;
                if object.nullish() {
                    return Err(nothing(&object, &to_text(&index)).into());
                }
                member(&object, &to_text(&index))?
            }
            Node::Method { object, method, optional, args } => {
                let object = self.object(object, *optional)?;
                if object.nullish() {
                    let name: Text = method.name().encode_utf16().collect();
                    return Err(nothing(&object, &name).into());
                }
                calls::method(*method, &object, &self.values(args)?, &self.budget)?
            }
            Node::Call(function, args) => calls::function(*function, &self.values(args)?, &self.budget)?,
            Node::Chain(inner) => match self.value(inner) {
                Err(Stop::Short) => Value::Undefined,
                other => other?,
            },
        })
    }

    fn values(&self, nodes: &[Node]) -> Result<Vec<Value>, Stop> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    fn object(&self, node: &Node, optional: bool) -> Result<Value, Stop> {
        let object = self.value(node)?;
        if optional && object.nullish() { Err(Stop::Short) } else { Ok(object) }
    }

    fn binary(&self, operator: Binary, sides: &[Node; 2]) -> Result<Value, Stop> {
        let (left, right) = (self.value(&sides[0])?, self.value(&sides[1])?);
        self.budget.spend(size(&left) + size(&right))?;
        Ok(operators::apply(operator, &left, &right))
    }

    fn template(&self, texts: &[Text], values: &[Node]) -> Result<Value, Stop> {
        let mut out = texts[0].to_vec();
        for (value, text) in values.iter().zip(&texts[1..]) {
            let value = self.value(value)?;
            self.budget.spend(size(&value))?;
            out.extend_from_slice(&to_text(&value));
            out.extend_from_slice(text);
        }
        self.budget.spend(out.len())?;
        Ok(Value::Text(out.into()))
    }
}

/// A member that a value has of its own; what it inherits is no value of this subset.
fn member(object: &Value, name: &Text) -> Result<Value, Stop> {
    let place = || place_of(name);
    let is_length = || name.iter().copied().eq("length".encode_utf16());
    #[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
    let length = |count: usize| Value::Number(count as f64);
    let own = match object {
        Value::Undefined | Value::Null => return Err(nothing(object, name).into()),
        Value::Text(text) if is_length() => Some(length(text.len())),
        Value::Text(text) => place().and_then(|at| text.get(at)).map(|unit| Value::Text(Arc::new([*unit]))),
        Value::List(items) if is_length() => Some(length(items.len())),
        Value::List(items) => place().and_then(|at| items.get(at)).cloned(),
        Value::Object(members) => {
            members.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone())
        }
        Value::Bool(_) | Value::Number(_) => None,
    };
    match own {
        Some(value) => Ok(value),
        None if calls::is_inherited(object, name) => {
            let name = String::from_utf16_lossy(name);
            Err(Failure::Unsupported(format!("'{name}' is no value here")).into())
        }
        None => Ok(Value::Undefined),
    }
}

fn nothing(value: &Value, name: &Text) -> Failure {
    let (name, value) = (String::from_utf16_lossy(name), String::from_utf16_lossy(&to_text(value)));
    Failure::Thrown(format!("cannot read '{name}' of {value}"))
}

/// The place that a canonical number names.
fn place_of(name: &[u16]) -> Option<usize> {
    let text: String = name.iter().map(|unit| char::from(u8::try_from(*unit).unwrap_or(b'x'))).collect();
    text.parse::<usize>().ok().filter(|at| at.to_string() == text)
}

fn unary(operator: Unary, value: &Value) -> Value {
    match operator {
        Unary::Not => Value::Bool(!value.truthy()),
        Unary::Minus => Value::Number(-to_number(value)),
        Unary::Plus => Value::Number(to_number(value)),
        Unary::BitNot => Value::Number(f64::from(!to_i32(value))),
        Unary::TypeOf => Value::text(value.type_name()),
    }
}

/// How much there is to handle of a value.
pub(crate) fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(|item| size(item) + 1).sum(),
        Value::Object(members) => members.iter().map(|(key, value)| key.len() + size(value) + 1).sum(),
        _ => 1,
    }
}
