//! Records: what a model allows, and what is stored of what somebody sent.
//!
//! A [`Validator`] is compiled once per entity. [`Validator::create`] and [`Validator::update`] take JSON under the
//! names of fields and answer with *all* errors at once, or with everything the write needs: the JSON to store under
//! storage keys, links of references, values that must be unique, what changed. Values are normalised on the way, so
//! that what is stored sorts and compares as text: points in time as UTC of fixed width, ids in lower case, numbers in
//! their shortest plain form.
//!
//! Decisions:
//! * `null` and absent are the same and stored as absent; a default fills only what is absent on create.
//! * On update the values that were sent are checked in full; of the others only that required ones are there, so that
//!   a rule added later does not lock records that nobody can repair in one step.
//! * Decimals are exact and never pass through a double; at most 15 digits, which every double can give back.
//! * A NUL or a lone surrogate in a text is an error of its field; neither can be stored.
//! * Rules do not look at empty text, as browsers do not: that it must be filled in is what `required` says.
//! * `Custom` rules, computed fields and `Check` constraints are decided elsewhere, not here.
//! * What is in a stored record under keys that the model no longer has is kept as it is.
//!
//! [`RowMap`] goes the other way: an allow-list that gives the values of a stored record their names.

mod fault;
mod field;
mod kinds;
mod record;
mod row_map;
mod rules;
mod unique;
mod uuid;
mod validator;

pub use fault::{Fault, Severity};
pub use record::{Link, Prepared};
pub use row_map::RowMap;
pub use validator::{Problem, SpecError, Validator};
