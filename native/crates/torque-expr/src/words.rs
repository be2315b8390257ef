//! Words and signs with a meaning of their own.

use crate::tree::{Binary, Logical};
use crate::value::Value;

/// Words that are no names, used or not.
pub(crate) const RESERVED: [&str; 47] = [
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "export",
    "extends",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "yield",
    "true",
    "false",
    "null",
    "arguments",
];

/// What a word of the language stands for.
pub(crate) fn constant_of(word: &str) -> Option<Value> {
    Some(match word {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        _ => return None,
    })
}

/// An operator between two values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Binary(Binary),
    Logical(Logical),
}

/// An operator between two values and how tightly it binds.
pub(crate) fn operator_of(sign: &str) -> Option<(u8, Operator)> {
    let (precedence, operator) = match sign {
        "??" => return Some((1, Operator::Logical(Logical::Coalesce))),
        "||" => return Some((1, Operator::Logical(Logical::Or))),
        "&&" => return Some((2, Operator::Logical(Logical::And))),
        "|" => (3, Binary::BitOr),
        "^" => (4, Binary::BitXor),
        "&" => (5, Binary::BitAnd),
        "==" => (6, Binary::Equal),
        "!=" => (6, Binary::NotEqual),
        "===" => (6, Binary::Same),
        "!==" => (6, Binary::NotSame),
        "<" => (7, Binary::Less),
        "<=" => (7, Binary::LessEqual),
        ">" => (7, Binary::Greater),
        ">=" => (7, Binary::GreaterEqual),
        "<<" => (8, Binary::ShiftLeft),
        ">>" => (8, Binary::ShiftRight),
        ">>>" => (8, Binary::ShiftRightZero),
        "+" => (9, Binary::Add),
        "-" => (9, Binary::Subtract),
        "*" => (10, Binary::Multiply),
        "/" => (10, Binary::Divide),
        "%" => (10, Binary::Remainder),
        "**" => (11, Binary::Power),
        _ => return None,
    };
    Some((precedence, Operator::Binary(operator)))
}
