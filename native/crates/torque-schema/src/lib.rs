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
//! * A range of days, times or moments compares values as they are stored; a range with a bound that is no value of the
//!   field's type is left out as a whole.
//! * Computed fields are worked out at every write, from values as they are stored; what comes out is checked like any
//!   other value. For a decimal it is rounded to the field's digits (of at most 15, half away from zero) first, because
//!   expressions calculate with doubles. What has no value (null, NaN, an infinity) is absent.
//! * A computed field that fails on update although nothing it needs was touched keeps its value, for the same reason.
//! * A `Check` is asked when one of the fields it speaks of was sent or has changed; what makes it throw breaks it.
//! * An expression that needs a refused value is not evaluated: the error is that value's.
//! * `Custom` rules are decided elsewhere, not here.
//! * What is in a stored record under keys that the model no longer has is kept as it is.
//!
//! [`RowMap`] goes the other way: an allow-list that gives the values of a stored record their names.

mod fault;
mod field;
mod formulas;
mod kinds;
mod range;
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
