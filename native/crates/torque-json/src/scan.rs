//! Walking over JSON text in place.
//!
//! The scanner knows only its position and the depth it may still go down. Skipping a value validates it completely,
//! so a span that was skipped may be copied into an answer as it is. How strings and space are searched is a [`Search`].

use std::borrow::Cow;

use crate::error::{JsonError, JsonErrorKind};
use crate::search::Search;
use crate::text::decode;

/// What a value is, by its first character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// A string between its quotes, not yet decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StringToken<'a> {
    /// The text between the quotes.
    pub raw: &'a str,
    /// Whether it holds escapes.
    pub escaped: bool,
}

impl<'a> StringToken<'a> {
    /// The string's value.
    #[must_use]
    #[inline]
    pub fn decode(self) -> Cow<'a, str> {
        if self.escaped { Cow::Owned(decode(self.raw)) } else { Cow::Borrowed(self.raw) }
    }
}

/// A position in a JSON text.
#[derive(Debug, Clone)]
pub struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    position: usize,
    depth: usize,
    search: Search,
    text_fault: Option<JsonError>,
}

type Scanned<T> = Result<T, JsonError>;

impl<'a> Scanner<'a> {
    /// Starts at the first value of `bytes`; values may nest `max_depth` deep.
    pub fn new(bytes: &'a [u8], max_depth: usize) -> Scanned<Self> {
        let text =
            Search::chosen().utf8(bytes).map_err(|sound| JsonError::new(JsonErrorKind::Utf8, sound))?;
        Ok(Self::over(text, max_depth))
    }

    /// Starts at the first value of `text`.
    #[must_use]
    pub fn over(text: &'a str, max_depth: usize) -> Self {
        let (bytes, search) = (text.as_bytes(), Search::chosen());
        let mut scanner = Self { text, bytes, position: 0, depth: max_depth, search, text_fault: None };
        scanner.space();
        scanner
    }

    /// Bytes from the start.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// The text from `start` to here.
    #[must_use]
    pub fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.position]
    }

    /// The first NUL or lone surrogate met, if any, and forgets it.
    ///
    /// They are legal by the grammar, so scanning goes on behind them and the caller decides how much to refuse.
    pub fn take_text_fault(&mut self) -> Option<JsonError> {
        self.text_fault.take()
    }

    fn fail<T>(&self, kind: JsonErrorKind) -> Scanned<T> {
        let kind = if self.position >= self.bytes.len() { JsonErrorKind::End } else { kind };
        Err(JsonError::new(kind, self.position))
    }

    /// Goes over white space.
    #[inline]
    pub fn space(&mut self) {
        self.position = self.search.next_solid(self.bytes, self.position);
    }

    /// What comes next.
    #[inline]
    pub fn kind(&self) -> Scanned<Kind> {
        match self.bytes.get(self.position) {
            Some(b'"') => Ok(Kind::String),
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'n') => Ok(Kind::Null),
            _ => self.fail(JsonErrorKind::Syntax),
        }
    }

    /// Refuses anything but white space up to the end.
    pub fn end(&mut self) -> Scanned<()> {
        self.space();
        if self.position == self.bytes.len() {
            Ok(())
        } else {
            Err(JsonError::new(JsonErrorKind::Trailing, self.position))
        }
    }

    /// Goes into an object or array; false when it is empty (and then already left).
    #[inline]
    pub fn enter(&mut self) -> Scanned<bool> {
        if self.depth == 0 {
            return Err(JsonError::new(JsonErrorKind::Depth, self.position));
        }
        self.depth -= 1;
        let close = if self.bytes.get(self.position) == Some(&b'{') { b'}' } else { b']' };
        self.position += 1;
        self.space();
        if self.bytes.get(self.position) == Some(&close) {
            self.position += 1;
            self.depth += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// After a member: true when another follows, false when the object or array was left.
    #[inline]
    pub fn more(&mut self, close: u8) -> Scanned<bool> {
        self.space();
        match self.bytes.get(self.position) {
            Some(b',') => {
                self.position += 1;
                self.space();
                Ok(true)
            }
            Some(&byte) if byte == close => {
                self.position += 1;
                self.depth += 1;
                Ok(false)
            }
            _ => self.fail(JsonErrorKind::Syntax),
        }
    }

    /// The key of a member, and the colon behind it.
    #[inline]
    pub fn key(&mut self) -> Scanned<StringToken<'a>> {
        if self.bytes.get(self.position) != Some(&b'"') {
            return self.fail(JsonErrorKind::Syntax);
        }
        let token = self.string()?;
        self.space();
        if self.bytes.get(self.position) != Some(&b':') {
            return self.fail(JsonErrorKind::Syntax);
        }
        self.position += 1;
        self.space();
        Ok(token)
    }

    /// A string, from its opening quote.
    #[inline]
    pub fn string(&mut self) -> Scanned<StringToken<'a>> {
        self.position += 1;
        let start = self.position;
        let mut escaped = false;
        loop {
            self.position = self.search.next_special(self.bytes, self.position);
            match self.bytes.get(self.position) {
                Some(b'"') => {
                    let raw = &self.text[start..self.position];
                    self.position += 1;
                    return Ok(StringToken { raw, escaped });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return self.fail(JsonErrorKind::Syntax),
            }
        }
    }

    #[cold]
    fn escape(&mut self) -> Scanned<()> {
        let at = self.position;
        self.position += 1;
        match self.bytes.get(self.position) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.position += 1;
                Ok(())
            }
            Some(b'u') => {
                self.position += 1;
                let unit = self.unit()?;
                match unit {
                    0 => self.note(JsonErrorKind::Nul, at),
                    0xD800..=0xDBFF => self.low_half(at)?,
                    0xDC00..=0xDFFF => self.note(JsonErrorKind::Surrogate, at),
                    _ => {}
                }
                Ok(())
            }
            _ => self.fail(JsonErrorKind::Syntax),
        }
    }

    fn low_half(&mut self, at: usize) -> Scanned<()> {
        if self.bytes[self.position..].starts_with(b"\\u") {
            let before = self.position;
            self.position += 2;
            if (0xDC00..=0xDFFF).contains(&self.unit()?) {
                return Ok(());
            }
            // Not a low half: it is an escape of its own and is looked at again.
            self.position = before;
        }
        self.note(JsonErrorKind::Surrogate, at);
        Ok(())
    }

    fn note(&mut self, kind: JsonErrorKind, at: usize) {
        if self.text_fault.is_none() {
            self.text_fault = Some(JsonError::new(kind, at));
        }
    }

    fn unit(&mut self) -> Scanned<u16> {
        let mut unit = 0u16;
        for _ in 0..4 {
            let digit = match self.bytes.get(self.position) {
                Some(byte @ b'0'..=b'9') => byte - b'0',
                Some(byte @ b'a'..=b'f') => byte - b'a' + 10,
                Some(byte @ b'A'..=b'F') => byte - b'A' + 10,
                _ => return self.fail(JsonErrorKind::Syntax),
            };
            unit = unit << 4 | u16::from(digit);
            self.position += 1;
        }
        Ok(unit)
    }

    /// A number, as it is written.
    pub fn number(&mut self) -> Scanned<&'a str> {
        let start = self.position;
        if self.bytes.get(self.position) == Some(&b'-') {
            self.position += 1;
        }
        match self.bytes.get(self.position) {
            Some(b'0') => self.position += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return self.fail(JsonErrorKind::Syntax),
        }
        if self.bytes.get(self.position) == Some(&b'.') {
            self.position += 1;
            self.some_digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.position) {
            self.position += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.position) {
                self.position += 1;
            }
            self.some_digits()?;
        }
        Ok(&self.text[start..self.position])
    }

    fn some_digits(&mut self) -> Scanned<()> {
        if !self.bytes.get(self.position).is_some_and(u8::is_ascii_digit) {
            return self.fail(JsonErrorKind::Syntax);
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while self.bytes.get(self.position).is_some_and(u8::is_ascii_digit) {
            self.position += 1;
        }
    }

    /// One of the three words.
    pub fn word(&mut self, word: &str) -> Scanned<()> {
        if self.bytes[self.position..].starts_with(word.as_bytes()) {
            self.position += word.len();
            return Ok(());
        }
        self.fail(JsonErrorKind::Syntax)
    }

    /// `true` or `false`.
    pub fn boolean(&mut self) -> Scanned<bool> {
        let truth = self.bytes.get(self.position) == Some(&b't');
        self.word(if truth { "true" } else { "false" })?;
        Ok(truth)
    }

    /// Goes over one value and validates it.
    pub fn skip(&mut self) -> Scanned<()> {
        match self.kind()? {
            Kind::Null => self.word("null"),
            Kind::Bool => self.boolean().map(|_| ()),
            Kind::Number => self.number().map(|_| ()),
            Kind::String => self.string().map(|_| ()),
            Kind::Array => {
                let mut more = self.enter()?;
                while more {
                    self.skip()?;
                    more = self.more(b']')?;
                }
                Ok(())
            }
            Kind::Object => {
                let mut more = self.enter()?;
                while more {
                    self.key()?;
                    self.skip()?;
                    more = self.more(b'}')?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
