//! Tokens, read as the parser asks for them, because the text of a template is none.

use crate::SyntaxError;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    Number(f64),
    Text(Vec<u16>),
    Word(String),
    /// An operator or bracket.
    Sign(&'static str),
    /// A back quote: the parser goes on with `template_part`.
    Template,
    End,
}

/// Signs, the longest first. Those that assign, and what the subset lacks, are read so that they are refused as a whole.
const SIGNS: [&str; 59] = [
    ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=", "=>", "==", "!=", "<=",
    ">=", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>",
    "**", "{", "}", "(", ")", "[", "]", ";", ",", "<", ">", "+", "-", "*", "/", "%", "&", "|", "^", "!", "~",
    "?", ":", "=", ".", "@", "#",
];

pub(crate) struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Self { source, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn error<T>(&self, message: impl Into<String>) -> Result<T, SyntaxError> {
        Err(SyntaxError { message: message.into(), at: self.at })
    }

    /// Skips white space and comments.
    fn skip(&mut self) -> Result<(), SyntaxError> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r']);
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.at += trimmed.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(trimmed.len());
            } else if let Some(inside) = trimmed.strip_prefix("/*") {
                match inside.find("*/") {
                    Some(end) => self.at += end + 4,
                    None => return self.error("The comment has no end"),
                }
            } else {
                return Ok(());
            }
        }
    }

    /// The next token and where it begins.
    pub(crate) fn next(&mut self) -> Result<(Token, usize), SyntaxError> {
        self.skip()?;
        let (start, rest) = (self.at, self.rest());
        let bytes = rest.as_bytes();
        let token = match bytes.first() {
            None => Token::End,
            Some(b'`') => {
                self.at += 1;
                Token::Template
            }
            Some(&quote @ (b'"' | b'\'')) => {
                self.at += 1;
                Token::Text(self.quoted(quote)?)
            }
            Some(b'0'..=b'9') => self.number()?,
            Some(b'.') if bytes.get(1).is_some_and(u8::is_ascii_digit) => self.number()?,
            Some(byte) if byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$') => {
                let size = bytes.iter().take_while(|&&byte| is_word(byte)).count();
                self.at += size;
                Token::Word(rest[..size].to_owned())
            }
            // `a?.5:b` is a choice between numbers.
            Some(b'?') if bytes.get(1) == Some(&b'.') && bytes.get(2).is_some_and(u8::is_ascii_digit) => {
                self.at += 1;
                Token::Sign("?")
            }
            Some(_) => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => {
                    self.at += sign.len();
                    Token::Sign(sign)
                }
                None => return self.error("This character has no place here"),
            },
        };
        Ok((token, start))
    }

    fn number(&mut self) -> Result<Token, SyntaxError> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (value, size) = if bytes.len() > 1 && bytes[0] == b'0' && matches!(bytes[1], b'x' | b'X') {
            let size = bytes[2..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            let Some(value) = u64::from_str_radix(&rest[2..2 + size], 16).ok().filter(|n| *n < 1 << 53)
            else {
                return self.error("The hexadecimal number cannot be read");
            };
            #[allow(clippy::cast_precision_loss, reason = "below 2^53")]
            (value as f64, 2 + size)
        } else {
            let mut size = digits(0);
            if size > 1 && bytes[0] == b'0' {
                return self.error("A number does not begin with 0");
            }
            if bytes.get(size) == Some(&b'.') {
                size += 1 + digits(size + 1);
            }
            if matches!(bytes.get(size), Some(b'e' | b'E')) {
                let sign = usize::from(matches!(bytes.get(size + 1), Some(b'+' | b'-')));
                let exponent = digits((size + 1 + sign).min(bytes.len()));
                if exponent == 0 {
                    return self.error("The exponent has no digits");
                }
                size += 1 + sign + exponent;
            }
            (rest[..size].parse().unwrap_or(f64::NAN), size)
        };
        if bytes.get(size).is_some_and(|&byte| is_word(byte) || byte >= 0x80) {
            return self.error("A number ends before a letter");
        }
        self.at += size;
        Ok(Token::Number(value))
    }

    fn quoted(&mut self, quote: u8) -> Result<Vec<u16>, SyntaxError> {
        let mut out = Vec::new();
        loop {
            match self.rest().chars().next() {
                Some(found) if found == char::from(quote) => {
                    self.at += 1;
                    return Ok(out);
                }
                None | Some('\n' | '\r') => return self.error("The text has no end"),
                Some('\\') => self.escape(&mut out)?,
                Some(other) => self.push(&mut out, other),
            }
        }
    }

    /// The text of a template up to `${` (true) or its end (false).
    pub(crate) fn template_part(&mut self) -> Result<(Vec<u16>, bool), SyntaxError> {
        let mut out = Vec::new();
        loop {
            match self.rest().chars().next() {
                Some('`') => {
                    self.at += 1;
                    return Ok((out, false));
                }
                Some('$') if self.rest().starts_with("${") => {
                    self.at += 2;
                    return Ok((out, true));
                }
                None => return self.error("The text has no end"),
                Some('\\') => self.escape(&mut out)?,
                Some('\r') => {
                    self.at += if self.rest().starts_with("\r\n") { 2 } else { 1 };
                    out.push(10);
                }
                Some(other) => self.push(&mut out, other),
            }
        }
    }

    fn push(&mut self, out: &mut Vec<u16>, character: char) {
        self.at += character.len_utf8();
        out.extend_from_slice(character.encode_utf16(&mut [0; 2]));
    }

    fn escape(&mut self, out: &mut Vec<u16>) -> Result<(), SyntaxError> {
        let rest = &self.rest()[1..];
        let Some(character) = rest.chars().next() else { return self.error("The text has no end") };
        let mut size = character.len_utf8();
        match character {
            'n' => out.push(10),
            't' => out.push(9),
            'r' => out.push(13),
            'b' => out.push(8),
            'v' => out.push(11),
            'f' => out.push(12),
            '0' if !rest[1..].starts_with(|next: char| next.is_ascii_digit()) => out.push(0),
            '0'..='9' => return self.error("This escape is not known"),
            'x' => {
                size = 3;
                out.push(self.hex(rest.get(1..3))?.try_into().unwrap_or_default());
            }
            'u' if rest[1..].starts_with('{') => {
                let Some(end) = rest.find('}') else { return self.error("This escape is not known") };
                size = end + 1;
                let code = self.hex(rest.get(2..end))?;
                match char::from_u32(code) {
                    Some(found) => out.extend_from_slice(found.encode_utf16(&mut [0; 2])),
                    None if code <= 0xFFFF => out.push(code as u16),
                    None => return self.error("This escape is not known"),
                }
            }
            'u' => {
                size = 5;
                out.push(self.hex(rest.get(1..5))?.try_into().unwrap_or_default());
            }
            '\r' => size = if rest.starts_with("\r\n") { 2 } else { 1 },
            '\n' | '\u{2028}' | '\u{2029}' => {}
            other => out.extend_from_slice(other.encode_utf16(&mut [0; 2])),
        }
        self.at += 1 + size;
        Ok(())
    }

    fn hex(&self, digits: Option<&str>) -> Result<u32, SyntaxError> {
        let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match digits.and_then(|text| u32::from_str_radix(text, 16).ok()) {
            Some(code) => Ok(code),
            None => self.error("This escape is not known"),
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}
