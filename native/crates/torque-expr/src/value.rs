use std::sync::Arc;

/// A text as JavaScript has it: UTF-16.
pub(crate) type Text = Arc<[u16]>;

/// A value while an expression is evaluated.
#[derive(Debug, Clone)]
pub enum Value {
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A double.
    Number(f64),
    /// A text.
    Text(Text),
    /// An array.
    List(Arc<[Value]>),
    /// An object that came in as JSON; the last of equal keys counts.
    Object(Arc<[(Text, Value)]>),
}

impl Value {
    /// The text of a string of ours.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.encode_utf16().collect())
    }

    /// What an `if` takes it for.
    #[must_use]
    pub fn truthy(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(truth) => *truth,
            Self::Number(number) => !(*number == 0.0 || number.is_nan()),
            Self::Text(text) => !text.is_empty(),
            Self::List(_) | Self::Object(_) => true,
        }
    }

    pub(crate) fn nullish(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }

    /// The answer of `typeof`.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::Null | Self::List(_) | Self::Object(_) => "object",
        }
    }
}
