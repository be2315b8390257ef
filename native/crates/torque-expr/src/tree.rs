//! What a text was parsed to.

use crate::calls::{Function, Method};
use crate::value::{Text, Value};

/// An operator between two values that are both evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Equal,
    NotEqual,
    Same,
    NotSame,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    ShiftRightZero,
}

/// An operator whose right side may not be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logical {
    And,
    Or,
    Coalesce,
}

/// An operator before a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unary {
    Not,
    Minus,
    Plus,
    BitNot,
    TypeOf,
}

/// A part of an expression.
#[derive(Debug)]
pub(crate) enum Node {
    Constant(Value),
    /// A name in scope by its place.
    Name(usize),
    List(Vec<Node>),
    /// Texts and the values between them; one text more than values.
    Template(Vec<Text>, Vec<Node>),
    Unary(Unary, Box<Node>),
    Binary(Binary, Box<[Node; 2]>),
    Logical(Logical, Box<[Node; 2]>),
    Choice(Box<[Node; 3]>),
    Member {
        object: Box<Node>,
        name: Text,
        optional: bool,
    },
    Index {
        object: Box<Node>,
        index: Box<Node>,
        optional: bool,
    },
    /// `a.b()`, optional as `a?.b()`.
    Method {
        object: Box<Node>,
        method: Method,
        optional: bool,
        args: Vec<Node>,
    },
    Call(Function, Vec<Node>),
    /// Where an optional part ends the whole chain.
    Chain(Box<Node>),
}
