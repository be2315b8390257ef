//! Whether code keeps to itself, without parsing it.

/// More open brackets than this are nobody's everyday code.
const DEEPEST: usize = 64;

/// Whether every bracket in the code surely closes one in the code, so that no bracket around it does. Where that takes a
/// parser to see (a slash may divide or begin a regular expression, comments may look like HTML), the answer is no.
pub(crate) fn keeps_its_brackets(code: &str) -> bool {
    let text = code.as_bytes();
    let mut open = Open { brackets: [0; DEEPEST], depth: 0 };
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        let next = match byte {
            b'(' => open.push(b')').then_some(at),
            b'[' => open.push(b']').then_some(at),
            b'{' => open.push(b'}').then_some(at),
            b')' | b']' | b'}' => match open.pop() {
                Some(b'`') if byte == b'}' => template(text, at, &mut open),
                Some(expected) if expected == byte => Some(at),
                _ => None,
            },
            b'"' | b'\'' => quoted(text, at, byte),
            b'`' => template(text, at, &mut open),
            b'/' => comment(text, at),
            b'<' | b'-' if text[at..].starts_with(if byte == b'<' { b"!--" } else { b"->" }) => None,
            _ => Some(at),
        };
        match next {
            Some(next) => at = next,
            None => return false,
        }
    }
    open.depth == 0
}

/// What closes the brackets that are open; a backtick for the brace that goes back into a template.
struct Open {
    brackets: [u8; DEEPEST],
    depth: usize,
}

impl Open {
    fn push(&mut self, closing: u8) -> bool {
        let Some(place) = self.brackets.get_mut(self.depth) else { return false };
        *place = closing;
        self.depth += 1;
        true
    }

    fn pop(&mut self) -> Option<u8> {
        self.depth = self.depth.checked_sub(1)?;
        Some(self.brackets[self.depth])
    }
}

/// Behind the quote that ends a text in quotes.
fn quoted(text: &[u8], mut at: usize, quote: u8) -> Option<usize> {
    loop {
        match *text.get(at)? {
            b'\\' => at += 2,
            b'\n' | b'\r' => return None,
            byte => {
                at += 1;
                if byte == quote {
                    return Some(at);
                }
            }
        }
    }
}

/// Behind the end of a template's text, or behind the bracket with which an expression in it begins.
fn template(text: &[u8], mut at: usize, open: &mut Open) -> Option<usize> {
    loop {
        match *text.get(at)? {
            b'\\' => at += 2,
            b'`' => return Some(at + 1),
            b'$' if text.get(at + 1) == Some(&b'{') => return open.push(b'`').then_some(at + 2),
            _ => at += 1,
        }
    }
}

/// Behind a comment whose slash was read; nothing for any other slash.
fn comment(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at + 1..)?;
    match text[at] {
        b'*' => rest.windows(2).position(|pair| pair == b"*/").map(|place| at + 1 + place + 2),
        b'/' => {
            let ends = |place: usize| {
                matches!(rest[place], b'\n' | b'\r')
                    || rest[place..].starts_with("\u{2028}".as_bytes())
                    || rest[place..].starts_with("\u{2029}".as_bytes())
            };
            Some(at + 1 + (0..rest.len()).find(|&place| ends(place)).unwrap_or(rest.len()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_that_keeps_its_brackets_is_told_from_code_that_may_not() {
        for code in [
            "",
            "return {a: [b(1)]}",
            "'}' + \"{\" + '\\'}'",
            "`}${ {a: `${b}}`}.a }{`",
            "a // }",
            "a // }\u{2028}b",
            "/* } */ a",
            "a - 1 < 2 ? '/' : \"a'b\"",
        ] {
            assert!(keeps_its_brackets(code), "{code}");
        }
        for code in [
            "}",
            "{",
            "(]",
            ")(",
            "`${",
            "`",
            "'",
            "'\n'",
            "'\\'",
            "/*",
            "// }\n}",
            "// {\u{2028}}{}{",
            "`${a`}",
            "1 / 2",
            "/}/",
            "a <!-- {",
            "--> {",
            "}, async () => {",
            "`a`}`",
            "\\u{7b",
            "/",
        ] {
            assert!(!keeps_its_brackets(code), "{code}");
        }
        assert!(!keeps_its_brackets(&("(".repeat(65) + &")".repeat(65))));
    }
}
