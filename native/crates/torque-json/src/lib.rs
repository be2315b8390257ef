//! JSON as the hot path needs it.
//!
//! Most requests never need a tree: the gate wants to know which method is called, a canonical text of the
//! parameters and nothing else. So the base is a [`Scanner`] that walks over text in place and validates it fully;
//! everything else stands on it: a small [`Value`] tree that keeps numbers as they were written (an amount of money
//! must not pass through a double) and members in their order, the canonical text of [`canonical`], and the strict
//! JSON-RPC 2.0 envelopes of [`envelope`]. Text is searched with the vector instructions of the processor, or portably:
//! see [`Search`].
//!
//! What it refuses: invalid UTF-8, text after the value, nesting beyond the caller's limit, control characters in
//! strings, and, as a kind of its own because the grammar allows them, NUL and lone surrogates in strings: neither
//! Postgres nor a browser can hold them. Keys that occur twice are kept in order; [`Value::get`] answers the last,
//! as JavaScript does. The envelope refuses them, so that no two parsers can disagree on what was called.

#![deny(unsafe_code)]

mod canonical;
mod compare;
mod envelope;
mod error;
mod scan;
mod search;
mod text;
mod value;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod vector;
mod write;

pub use canonical::{Canonical, canonical};
pub use compare::{Decimal, same};
pub use envelope::{Call, Envelope, EnvelopeError, parse_call, parse_envelope};
pub use error::{JsonError, JsonErrorKind};
pub use scan::{Kind, Scanner, StringToken};
pub use search::Search;
pub use value::{Object, Value, parse, parse_text};
pub use write::{write_key, write_string, write_value};

/// An architecture whose vector instructions are not known here.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod vector {
    pub(crate) use crate::text::{next_solid, next_special};

    pub(crate) const KNOWN: bool = false;

    pub(crate) fn instructions() -> &'static str {
        "portable"
    }
}

/// The depth of nesting that documents of ours may have; requests have a limit of their own.
pub const DOCUMENT_DEPTH: usize = 128;
