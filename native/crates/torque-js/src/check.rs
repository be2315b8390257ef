//! Whether code compiles; nothing is run.
//!
//! A flow has many scripts and an engine takes longer to make than a script to compile, so each thread keeps one for
//! checks. It never holds a value: code is compiled and thrown away. Now and then, and after a failure that may have been
//! one of memory, it is made anew.

use std::cell::RefCell;

use rquickjs::{Context, Ctx, Error, Runtime};

use crate::compile::{CodeKind, parse};
use crate::sandbox::message_of;

const MEMORY: usize = 32 << 20;
const STACK: usize = 256 << 10;
/// The engine keeps every name it ever saw, so it is not used for ever.
const MOST_CHECKS: usize = 500;

struct Checker {
    context: Context,
    checks: usize,
}

thread_local! {
    static CHECKER: RefCell<Option<Checker>> = const { RefCell::new(None) };
}

/// What keeps code from being compiled, as a sentence, with its line where there are several.
#[must_use]
pub fn check(code: &str, kind: CodeKind) -> Option<String> {
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

/// The wrapper alone would let code close it and go on behind it, so code must fit a second one, too, and nothing that
/// leaves the first can leave that. Behind the function's end the first goes on with `)` or `,`, and no statement, which is
/// what the second goes on with, begins so; behind an expression's end the first goes on with `)`, the second with `]`.
/// (The engine's own constructor of functions is no check: it pastes the text as well, and runs what stands behind.)
fn fault(ctx: &Ctx<'_>, code: &str, kind: CodeKind) -> Option<String> {
    let second = match kind {
        CodeKind::Script => format!("async function f() {{{code}\n}}"),
        CodeKind::Expression => format!("[{code}\n]"),
        CodeKind::Raw => String::new(),
    };
    let outcome = parse(ctx, kind, code).and_then(|_| parse(ctx, CodeKind::Raw, &second));
    outcome.err().map(|error| message_of(ctx, &error, code.contains('\n')))
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
    fn code_of_any_depth_ends_in_a_message() {
        assert!(check(&"(".repeat(100_000), CodeKind::Expression).is_some());
        assert!(check(&"[".repeat(1_000_000), CodeKind::Script).is_some());
    }
}
