use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};
use torque_schema as native;

use crate::value_error;

/// The rules of one entity, compiled.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct Validator(native::Validator);

#[pymethods]
impl Validator {
    #[new]
    fn new(spec: &[u8]) -> PyResult<Self> {
        native::Validator::new(spec).map(Self).map_err(value_error)
    }

    #[getter]
    fn problems<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let told = |problem: &native::Problem| {
            let members =
                [("field", &problem.field[..]), ("rule", problem.rule), ("message", &problem.message)];
            dict(py, &members)
        };
        self.0.problems().iter().map(told).collect()
    }

    fn create(&self, py: Python<'_>, data: &[u8], now: &str) -> PyResult<Prepared> {
        Prepared::told(py, self.0.create(data, now))
    }

    /// Many in one call, worked out without the interpreter's lock.
    fn create_many(&self, py: Python<'_>, rows: Vec<PyBackedBytes>, now: &str) -> PyResult<Vec<Prepared>> {
        let made: Vec<_> = py.detach(|| rows.iter().map(|row| self.0.create(row, now)).collect());
        made.into_iter().map(|one| Prepared::told(py, one)).collect()
    }

    /// `now` is for what is worked out anew at every write.
    #[pyo3(signature = (base, patch, replace, now))]
    fn update(
        &self,
        py: Python<'_>,
        base: &[u8],
        patch: &[u8],
        replace: bool,
        now: &str,
    ) -> PyResult<Prepared> {
        let _ = now;
        Prepared::told(py, self.0.update(base, patch, replace))
    }
}

/// What a validator made of a record, as objects: a write looks at most of them several times.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct Prepared {
    errors: Vec<native::Fault>,
    warnings: Vec<native::Fault>,
    lacking: Vec<String>,
    #[pyo3(get)]
    data: Py<PyBytes>,
    #[pyo3(get)]
    links: Py<PyTuple>,
    #[pyo3(get)]
    old_links: Py<PyTuple>,
    #[pyo3(get)]
    keys: Py<PyTuple>,
    #[pyo3(get)]
    old_keys: Py<PyTuple>,
    #[pyo3(get)]
    changed: Py<PyTuple>,
    #[pyo3(get)]
    old: Py<PyBytes>,
    #[pyo3(get)]
    new: Py<PyBytes>,
}

impl Prepared {
    fn told(py: Python<'_>, made: native::Prepared) -> PyResult<Self> {
        let data = PyBytes::new(py, &made.data).unbind();
        let new = made.new.map_or_else(|| data.clone_ref(py), |new| PyBytes::new(py, &new).unbind());
        Ok(Self {
            errors: made.errors,
            warnings: made.warnings,
            lacking: made.lacking,
            links: PyTuple::new(py, made.links)?.unbind(),
            old_links: PyTuple::new(py, made.old_links)?.unbind(),
            keys: PyTuple::new(py, made.keys)?.unbind(),
            old_keys: PyTuple::new(py, made.old_keys)?.unbind(),
            changed: PyTuple::new(py, made.changed)?.unbind(),
            old: PyBytes::new(py, &made.old).unbind(),
            data,
            new,
        })
    }
}

#[pymethods]
impl Prepared {
    #[getter]
    fn errors<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        faults(py, &self.errors)
    }

    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        faults(py, &self.warnings)
    }

    #[getter]
    fn lacking<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.lacking)
    }
}

fn faults<'py>(py: Python<'py>, found: &[native::Fault]) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let (path, rule) = (intern!(py, "path"), intern!(py, "rule"));
    let (message, severity) = (intern!(py, "message"), intern!(py, "severity"));
    let told = |fault: &native::Fault| {
        let dict = PyDict::new(py);
        dict.set_item(path, &fault.path)?;
        dict.set_item(rule, known(py, fault.rule))?;
        dict.set_item(message, &*fault.message)?;
        dict.set_item(severity, known(py, fault.severity.name()))?;
        Ok(dict)
    };
    found.iter().map(told).collect()
}

/// The names of rules and severities that are met most, made once.
fn known<'py>(py: Python<'py>, name: &'static str) -> Bound<'py, PyString> {
    macro_rules! made_once {
        ($($known:literal),*) => {
            match name {
                $($known => intern!(py, $known).clone(),)*
                _ => PyString::new(py, name),
            }
        };
    }
    made_once!(
        "Error",
        "Required",
        "Type",
        "Enum",
        "Range",
        "MaxLength",
        "UnknownField",
        "Reference",
        "ReadOnly"
    )
}

fn dict<'py>(py: Python<'py>, members: &[(&str, &str)]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in members {
        dict.set_item(name, value)?;
    }
    Ok(dict)
}

/// An allow-list that gives stored values the names they have on the wire.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct RowMap(native::RowMap);

#[pymethods]
impl RowMap {
    #[new]
    fn new(pairs: Vec<(PyBackedStr, PyBackedStr)>) -> Self {
        Self(native::RowMap::new(pairs.iter().map(|(key, name)| (&**key, &**name))))
    }

    fn map<'py>(&self, py: Python<'py>, data: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let out = self.0.map(data).map_err(value_error)?;
        Ok(PyBytes::new(py, &out))
    }
}
