use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyBytes, PyDict, PyString};
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

    fn create(&self, data: &[u8], now: &str) -> Prepared {
        Prepared(self.0.create(data, now))
    }

    /// Many in one call, without the interpreter's lock.
    fn create_many(&self, py: Python<'_>, rows: Vec<PyBackedBytes>, now: &str) -> Vec<Prepared> {
        py.detach(|| rows.iter().map(|row| Prepared(self.0.create(row, now))).collect())
    }

    /// `now` is for what is worked out anew at every write.
    #[pyo3(signature = (base, patch, replace, now))]
    fn update(&self, base: &[u8], patch: &[u8], replace: bool, now: &str) -> Prepared {
        let _ = now;
        Prepared(self.0.update(base, patch, replace))
    }
}

/// What a validator made of a record.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct Prepared(native::Prepared);

#[pymethods]
impl Prepared {
    #[getter]
    fn errors<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        faults(py, &self.0.errors)
    }

    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        faults(py, &self.0.warnings)
    }

    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.data)
    }

    #[getter]
    fn links(&self) -> Vec<native::Link> {
        self.0.links.clone()
    }

    #[getter]
    fn old_links(&self) -> Vec<native::Link> {
        self.0.old_links.clone()
    }

    #[getter]
    fn keys(&self) -> Vec<(String, String)> {
        self.0.keys.clone()
    }

    #[getter]
    fn old_keys(&self) -> Vec<(String, String)> {
        self.0.old_keys.clone()
    }

    #[getter]
    fn changed(&self) -> Vec<String> {
        self.0.changed.clone()
    }

    #[getter]
    fn old<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.old)
    }

    #[getter(new)]
    fn new_values<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.new.as_deref().unwrap_or(&self.0.data))
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
