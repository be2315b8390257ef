use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};
use torque_json as native;

pyo3::create_exception!(
    torque_native._native,
    EnvelopeError,
    PyException,
    "`args` is `(code, message)`; `code` is a name of the catalogue of errors."
);

/// One JSON-RPC call as it was sent.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct Call {
    #[pyo3(get)]
    id_json: Option<Py<PyBytes>>,
    #[pyo3(get)]
    method: Py<PyString>,
    #[pyo3(get)]
    params: Py<PyBytes>,
    #[pyo3(get)]
    error: Option<(&'static str, String)>,
}

impl Call {
    fn new(py: Python<'_>, call: native::Call<'_>) -> Self {
        Self {
            id_json: call.id.map(|id| PyBytes::new(py, id.as_bytes()).unbind()),
            method: PyString::new(py, &call.method).unbind(),
            params: PyBytes::new(py, call.params.as_bytes()).unbind(),
            error: call.error,
        }
    }
}

/// The calls of a body: one, or a list for a batch.
#[pyfunction]
pub(crate) fn parse_envelope<'py>(
    py: Python<'py>,
    body: &[u8],
    max_depth: usize,
    max_batch: usize,
) -> PyResult<Bound<'py, PyAny>> {
    match native::parse_envelope(body, max_depth, max_batch) {
        Ok(native::Envelope::Single(call)) => Ok(Bound::new(py, Call::new(py, call))?.into_any()),
        Ok(native::Envelope::Batch(calls)) => {
            let calls: PyResult<Vec<_>> =
                calls.into_iter().map(|call| Bound::new(py, Call::new(py, call))).collect();
            Ok(PyList::new(py, calls?)?.into_any())
        }
        Err(error) => Err(EnvelopeError::new_err((error.code(), error.to_string()))),
    }
}

/// Chooses how this process searches JSON text; answers the instructions that are used now.
#[pyfunction]
pub(crate) fn use_simd_json(enabled: bool) -> &'static str {
    native::Search::choose(enabled).instructions()
}

/// The instructions with which this process searches JSON text.
#[pyfunction]
pub(crate) fn json_instructions() -> &'static str {
    native::Search::chosen().instructions()
}
