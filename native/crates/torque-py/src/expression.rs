use pyo3::prelude::*;
use pyo3::types::PyBytes;
use torque_expr::Value;
use torque_json::{DOCUMENT_DEPTH, parse, write_value};

use crate::value_error;

/// An expression over the members of an object.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct Expression {
    compiled: torque_expr::Expression,
    names: Vec<String>,
}

#[pymethods]
impl Expression {
    #[new]
    fn new(source: &str, names: Vec<String>) -> PyResult<Self> {
        let compiled = torque_expr::Expression::compile(source, &names).map_err(value_error)?;
        Ok(Self { compiled, names })
    }

    #[getter]
    fn uses(&self) -> Vec<&str> {
        self.compiled.uses().iter().map(|&place| self.names[place].as_str()).collect()
    }

    fn evaluate<'py>(&self, py: Python<'py>, record: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let record = parse(record, DOCUMENT_DEPTH).map_err(value_error)?;
        let scope = |place: usize| record.get(&self.names[place]).map_or(Value::Null, Value::from);
        let json = self.compiled.evaluate(&scope).and_then(|value| value.to_json()).map_err(value_error)?;
        let mut out = Vec::new();
        write_value(&mut out, &json);
        Ok(PyBytes::new(py, &out))
    }
}
