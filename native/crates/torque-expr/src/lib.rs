//! Expressions over a record: the part of JavaScript that has no side effects, meaning exactly what JavaScript means.
//!
//! An [`Expression`] is compiled once against the names that are in scope, and evaluated with the values of a record.
//! Compiling refuses what is outside the subset, so nothing means something else here than in a script engine; a
//! property test holds the two together.
//!
//! **The subset.** Numbers, texts (also templates), `true`, `false`, `null`, `undefined`, `NaN`, `Infinity`, lists in
//! brackets; `a.b`, `a[b]`, `a?.b`; every operator without a side effect (arithmetic, comparison, logic, bits, `typeof`,
//! `? :`); the functions `Number String Boolean parseInt parseFloat isNaN isFinite`, those of `Math` that are exact
//! everywhere, `Number.isInteger` and its like, and the methods of texts, lists and numbers in [`calls`](crate::calls).
//! There are no functions of one's own, no assignments, no regular expressions, no objects in braces, no dates.
//!
//! **Limits.** Source, nodes and nesting are limited when compiling; evaluating has a budget of steps and of characters,
//! so that how long it takes is bounded and the same everywhere, whatever the machine does meanwhile.
//!
//! Decisions:
//! * Texts are UTF-16, as in JavaScript; a result with half of a surrogate pair has no JSON and is an error.
//! * `undefined`, `NaN` and infinities become null in JSON, as `JSON.stringify` has it.
//! * What JavaScript would answer with a function, as `"".trim` without a call, is refused, not `undefined`.
//! * `.5.toFixed(2)` rounds the exact value of the double, half away from zero, as the standard says.

mod calls;
mod convert;
mod eval;
mod json;
mod lex;
mod number;
mod operators;
mod parse;
mod tree;
mod value;
mod words;

pub use eval::Failure;
pub use value::Value;

use crate::tree::Node;

/// Longest source of an expression in bytes.
pub const MAX_SOURCE: usize = 4096;

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// A sentence without its full stop.
    pub message: String,
    /// Where it shows, in bytes of the source.
    pub at: usize,
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (at character {})", self.message, self.at + 1)
    }
}

impl std::error::Error for SyntaxError {}

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    root: Node,
    uses: Vec<usize>,
}

impl Expression {
    /// Compiles a text; `names` are what it may speak of.
    pub fn compile<S: AsRef<str>>(source: &str, names: &[S]) -> Result<Self, SyntaxError> {
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let (root, uses) = parse::parse(source, &names)?;
        Ok(Self { root, uses })
    }

    /// Which of the names it speaks of, in their order.
    #[must_use]
    pub fn uses(&self) -> &[usize] {
        &self.uses
    }

    /// Evaluates it; `scope` answers the value of a name by its place.
    pub fn evaluate(&self, scope: &dyn Fn(usize) -> Value) -> Result<Value, Failure> {
        eval::run(&self.root, scope)
    }
}
