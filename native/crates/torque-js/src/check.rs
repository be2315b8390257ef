//! Whether code compiles; nothing is run.
//!
//! A flow has many scripts and an engine takes longer to make than a script to compile, so each thread keeps one for
//! checks. It never holds a value: code is compiled and thrown away. Now and then, and after a failure that may have been
//! one of memory, it is made anew.
//!
//! A change of a model checks all its flows again, before and after, and most of their code has not changed: what was found
//! sound is remembered, by its whole text.

use std::cell::RefCell;
use std::collections::HashSet;

use rquickjs::{Context, Ctx, Error, Runtime};

use crate::closed::keeps_its_brackets;
use crate::compile::{CodeKind, parse};
use crate::sandbox::message_of;

const MEMORY: usize = 32 << 20;
const STACK: usize = 256 << 10;
/// The engine keeps every name it ever saw, so it is not used for ever.
const MOST_CHECKS: usize = 500;
/// Sound code beyond this is forgotten, all at once.
const REMEMBERED_BYTES: usize = 4 << 20;
/// Longer code is checked each time.
const LONGEST_REMEMBERED: usize = 64 << 10;

struct Checker {
    context: Context,
    checks: usize,
}

/// Code that was found sound.
#[derive(Default)]
struct Sound {
    scripts: HashSet<Box<str>>,
    expressions: HashSet<Box<str>>,
    bytes: usize,
}

impl Sound {
    fn of(&mut self, kind: CodeKind) -> Option<&mut HashSet<Box<str>>> {
        match kind {
            CodeKind::Script => Some(&mut self.scripts),
            CodeKind::Expression => Some(&mut self.expressions),
            CodeKind::Raw => None,
        }
    }

    fn knows(&mut self, code: &str, kind: CodeKind) -> bool {
        self.of(kind).is_some_and(|known| known.contains(code))
    }

    fn remember(&mut self, code: &str, kind: CodeKind) {
        if code.len() > LONGEST_REMEMBERED {
            return;
        }
        if self.bytes + code.len() > REMEMBERED_BYTES {
            *self = Self::default();
        }
        if self.of(kind).is_some_and(|known| known.insert(code.into())) {
            self.bytes += code.len() + size_of::<Box<str>>();
        }
    }
}

thread_local! {
    static CHECKER: RefCell<Option<Checker>> = const { RefCell::new(None) };
    static SOUND: RefCell<Sound> = RefCell::default();
}

/// What keeps code from being compiled, as a sentence, with its line where there are several.
#[must_use]
pub fn check(code: &str, kind: CodeKind) -> Option<String> {
    if SOUND.with_borrow_mut(|sound| sound.knows(code, kind)) {
        return None;
    }
    let fault = compiled(code, kind);
    if fault.is_none() {
        SOUND.with_borrow_mut(|sound| sound.remember(code, kind));
    }
    fault
}

fn compiled(code: &str, kind: CodeKind) -> Option<String> {
    CHECKER.with_borrow_mut(|kept| {
        let checker = match kept.take_if(|checker| checker.checks < MOST_CHECKS) {
            Some(checker) => checker,
            None => match make() {
                Ok(context) => Checker { context, checks: 0 },
                Err(error) => return Some(error.to_string()),
            },
        };
        let fault = checker.context.with(|ctx| fault(&ctx, code, kind));
        if fault.is_none() {
            *kept = Some(Checker { checks: checker.checks + 1, ..checker });
        }
        fault
    })
}

fn make() -> Result<Context, Error> {
    let runtime = Runtime::new()?;
    runtime.set_memory_limit(MEMORY);
    runtime.set_max_stack_size(STACK);
    Context::full(&runtime)
}

/// The wrapper alone would let code close it and go on behind it. Code that may do so must fit a second one, too, and nothing
/// that leaves the first can leave that. Behind the function's end the first goes on with `)` or `,`, and no statement, which
/// is what the second goes on with, begins so; behind an expression's end the first goes on with `)`, the second with `]`.
/// (The engine's own constructor of functions is no check: it pastes the text as well, and runs what stands behind.)
fn fault(ctx: &Ctx<'_>, code: &str, kind: CodeKind) -> Option<String> {
    let mut outcome = parse(ctx, kind, code).map(drop);
    if outcome.is_ok() && !keeps_its_brackets(code) {
        outcome = parse(ctx, CodeKind::Raw, &second(code, kind)).map(drop);
    }
    outcome.err().map(|error| message_of(ctx, &error, code.contains('\n')))
}

fn second(code: &str, kind: CodeKind) -> String {
    match kind {
        CodeKind::Script => format!("async function f() {{{code}\n}}"),
        CodeKind::Expression => format!("[{code}\n]"),
        CodeKind::Raw => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_compile_is_told_with_its_line() {
        assert_eq!(check("return await 1;", CodeKind::Script), None);
        assert_eq!(check("a.b?.c ?? 1", CodeKind::Expression), None);
        assert_eq!(check("// only a comment", CodeKind::Script), None);
        let message = check("let a = 1;\nlet a = 2;", CodeKind::Script).unwrap();
        assert!(message.contains("line 2"), "{message}");
        for code in ["", "a;", "return 1", "1);(2", "...a", "let a"] {
            assert!(check(code, CodeKind::Expression).is_some(), "{code}");
        }
        for code in ["return (", "import 'x'", "super.x", "new.target"] {
            assert!(check(code, CodeKind::Script).is_some(), "{code}");
        }
        assert!(check("a\0b", CodeKind::Expression).is_some());
    }

    #[test]
    fn code_cannot_leave_its_function_and_nothing_of_it_runs() {
        for code in [
            "}); evil(); (async () => {",
            "}); 1; (async () => {",
            "}); for (;;); (async () => {",
            "})(); for (;;); (async () => {",
            "}, async () => {",
            "}, f() {",
            "}\n, async () => {",
            "} async function g() {",
            "}; async function g() {",
            "} for (;;); {",
            "}, a, b, async () => {",
            "}, a, b() {",
            "}, {a: () => {",
            "}, a = {",
            "}, ...{",
            "}, get f() {",
            "}, [a]() {",
            "}, class { f() {",
            "}}); for (;;); ({async f() {",
            "} } /*",
            "}, `${",
            "} // {",
            "}) <!-- {",
        ] {
            assert!(check(code, CodeKind::Script).is_some(), "{code}");
        }
        for code in ["1); for (;;); (2", "1]; for (;;); [2", "(() => { for (;;); })(", "a) => (b"] {
            assert!(check(code, CodeKind::Expression).is_some(), "{code}");
        }
        for code in [
            "with (input) return a",
            "if (a) { return {b: [`${c}`]}; }",
            "/}/.test(a)",
            "'}'",
            "a // }",
            "a <!-- }",
        ] {
            assert_eq!(check(code, CodeKind::Script), None, "{code}");
        }
        assert_eq!(check("(() => { for (;;); })()", CodeKind::Expression), None);
    }

    #[test]
    fn code_that_keeps_its_brackets_needs_no_second_wrapper() {
        const PIECES: [&str; 44] = [
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "`",
            "${",
            "'",
            "\"",
            "\\",
            "/",
            "*",
            "//",
            "/*",
            "*/",
            "<!--",
            "-->",
            "\n",
            "\u{2028}",
            "=>",
            "async ",
            "function f",
            "=",
            ",",
            ";",
            ":",
            "...",
            "a",
            "b",
            "1",
            " ",
            "if ",
            "return ",
            "class ",
            "get ",
            "?",
            ".",
            "+",
            "-",
            "<",
            "{}",
            "()",
            "u{7d}",
        ];
        let context = make().unwrap();
        let mut random = fastrand::Rng::with_seed(11);
        let mut sound = [0, 0];
        context.with(|ctx| {
            for _ in 0..20_000 {
                let code: String =
                    (0..random.usize(1..9)).map(|_| PIECES[random.usize(0..PIECES.len())]).collect();
                for kind in [CodeKind::Script, CodeKind::Expression] {
                    let fits = parse(&ctx, kind, &code).is_ok();
                    let stays = parse(&ctx, CodeKind::Raw, &second(&code, kind)).is_ok();
                    ctx.catch();
                    assert!(!fits || stays || !keeps_its_brackets(&code), "{code}");
                    sound[usize::from(fits && stays && keeps_its_brackets(&code))] += 1;
                }
            }
        });
        assert!(sound[1] > 500, "{sound:?}");
    }

    #[test]
    fn sound_code_of_one_kind_is_not_taken_for_the_other() {
        for _ in 0..2 {
            assert_eq!(check("return 1", CodeKind::Script), None);
            assert!(check("return 1", CodeKind::Expression).is_some());
        }
    }

    #[test]
    fn what_is_remembered_stays_within_its_bounds() {
        let mut sound = Sound::default();
        for n in 0..2000 {
            sound.remember(&format!("{n:010000}"), CodeKind::Script);
            assert!(
                sound.knows(&format!("{n:010000}"), CodeKind::Script)
                    && sound.bytes <= REMEMBERED_BYTES + 10_100
            );
        }
        assert!(!sound.knows(&format!("{:010000}", 0), CodeKind::Script));
        sound.remember(&"1".repeat(LONGEST_REMEMBERED + 1), CodeKind::Expression);
        assert!(sound.expressions.is_empty());
    }

    #[test]
    fn code_of_any_depth_ends_in_a_message() {
        assert!(check(&"(".repeat(100_000), CodeKind::Expression).is_some());
        assert!(check(&"[".repeat(1_000_000), CodeKind::Script).is_some());
    }
}
