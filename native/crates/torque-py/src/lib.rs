//! The Python module `torque_native._native`.
//!
//! The only crate that knows Python. It converts arguments and answers and holds no logic: what a class promises is said
//! at the head of the crate that implements it, its types are in `_native.pyi`. Everything is `frozen`: what changes
//! is behind locks or atomics of the crates below, so no call can meet a half-changed object.

#![allow(clippy::needless_pass_by_value, reason = "arguments are converted for the call and owned by it")]

mod cache;
mod envelope;
mod expression;
mod flow;
mod layout;
mod ring;
mod schema;

use pyo3::prelude::*;

#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::cache::{Gate, Generations, ResultCache, Stamp};
    #[pymodule_export]
    use crate::envelope::{Call, EnvelopeError, json_instructions, parse_envelope, use_simd_json};
    #[pymodule_export]
    use crate::expression::Expression;
    #[pymodule_export]
    use crate::flow::{Action, FlowPlan, FlowRun, check_script, script_worker};
    #[pymodule_export]
    use crate::layout::{compile_form, compile_page};
    #[pymodule_export]
    use crate::ring::EventRing;
    #[pymodule_export]
    use crate::schema::{Prepared, RowMap, Validator};
}

/// A failure of the system as the matching Python exception.
fn os_error(error: impl std::fmt::Display) -> PyErr {
    pyo3::exceptions::PyOSError::new_err(error.to_string())
}

/// An argument that cannot be meant.
fn value_error(error: impl std::fmt::Display) -> PyErr {
    pyo3::exceptions::PyValueError::new_err(error.to_string())
}
