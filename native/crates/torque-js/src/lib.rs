//! JavaScript of workflows: QuickJS-NG behind a socket, in a process that may be killed.
//!
//! No limit inside a process stops every script: a loop in native code of the engine (filling a huge array, say) never
//! looks at the clock. So scripts run in processes of their own, which serve nothing else, and [`serve`] is the main loop
//! of one. Inside, limits stop what they can, so that killing stays rare: an interrupt by the clock, memory, stack, size
//! of the result and of the log.
//!
//! **Nothing leaks.** The engine is made once and its memory remembered; after every execution, while nobody waits, that
//! memory is put back byte for byte, so each finds the engine as it was made (see `memory`). What executions share is the
//! text of their code, compiled: bytecode holds no values.
//!
//! **Values** cross as JSON text both ways, so integers to 2^53, nested objects and all of Unicode come out as they
//! went in; what JSON cannot say (`undefined`, functions) becomes null. A result that no database and no browser can
//! hold (a NUL, half of a surrogate pair) is an error of the script.
//!
//! **Host calls** (`fetch`) are promises. The script runs until nothing is left to do but wait, then the calls go out as
//! frames, and an answer settles its promise. Time spent waiting does not count against the script.
//!
//! `code` of kind *script* is the body of an async function, of kind *expression* a bare expression.

mod check;
mod closed;
mod compile;
mod frame;
mod host;
mod log;
mod memory;
mod run;
mod sandbox;
mod worker;

pub use check::check;
pub use compile::CodeKind;
pub use frame::{read_frame, write_frame};
pub use worker::{Limits, serve};
