use std::fmt;

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonErrorKind {
    /// The bytes are not UTF-8.
    Utf8,
    /// Not the JSON grammar.
    Syntax,
    /// The text ends before the value does.
    End,
    /// Something follows the value.
    Trailing,
    /// Nested deeper than allowed.
    Depth,
    /// A string holds a NUL character.
    Nul,
    /// A string holds half of a surrogate pair.
    Surrogate,
}

/// A refusal and where it happened, in bytes from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonError {
    /// Why.
    pub kind: JsonErrorKind,
    /// Where.
    pub offset: usize,
}

impl JsonError {
    pub(crate) fn new(kind: JsonErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// True where the text is JSON by its grammar but holds characters that cannot be stored.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self.kind, JsonErrorKind::Nul | JsonErrorKind::Surrogate)
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            JsonErrorKind::Utf8 => "the text is not UTF-8",
            JsonErrorKind::Syntax => "the text is not JSON",
            JsonErrorKind::End => "the JSON text ends too early",
            JsonErrorKind::Trailing => "something follows the JSON value",
            JsonErrorKind::Depth => "the JSON value is nested too deeply",
            JsonErrorKind::Nul => "a string holds the character U+0000",
            JsonErrorKind::Surrogate => "a string holds half of a surrogate pair",
        };
        write!(f, "{what} (at byte {})", self.offset)
    }
}

impl std::error::Error for JsonError {}
