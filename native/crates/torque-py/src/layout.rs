use pyo3::prelude::*;
use pyo3::types::PyBytes;
use torque_layout as native;

use crate::value_error;

/// The result of loadPage, open at its end for the members that only a request knows.
#[pyfunction]
pub(crate) fn compile_page<'py>(
    py: Python<'py>,
    page: &[u8],
    context: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let out = native::compile_page(page, context).map_err(value_error)?;
    Ok(PyBytes::new(py, &out))
}

/// The result of getFormDefinition.
#[pyfunction]
pub(crate) fn compile_form<'py>(
    py: Python<'py>,
    form: &[u8],
    context: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let out = native::compile_form(form, context).map_err(value_error)?;
    Ok(PyBytes::new(py, &out))
}
