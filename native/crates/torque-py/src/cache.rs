use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};
use torque_cache as native;

use crate::{os_error, value_error};

/// Generation counters as they were at one moment.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct Stamp(native::Stamp);

#[pymethods]
impl Stamp {
    #[getter]
    fn slots(&self) -> Vec<u32> {
        self.0.slots().collect()
    }

    fn join(&self, other: &Self) -> Self {
        Self(self.0.join(&other.0))
    }
}

/// 64-bit counters in memory shared by the processes of a run.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct Generations(Arc<native::Generations>);

#[pymethods]
impl Generations {
    #[new]
    #[pyo3(signature = (fd=None, slots=1_048_576))]
    fn new(fd: Option<i32>, slots: usize) -> PyResult<Self> {
        let table = match fd {
            Some(fd) => native::Generations::open(fd).map_err(os_error)?,
            None => native::Generations::private(slots).map_err(value_error)?,
        };
        Ok(Self(Arc::new(table)))
    }

    #[staticmethod]
    #[pyo3(signature = (slots=1_048_576))]
    fn create(slots: usize) -> PyResult<i32> {
        native::Generations::create(slots).map_err(os_error)
    }

    #[pyo3(signature = (kind, scope, name=""))]
    fn slot(&self, kind: &str, scope: &str, name: &str) -> u32 {
        self.0.slot(kind, scope, name)
    }

    fn read(&self, slots: Vec<u32>) -> Stamp {
        Stamp(self.0.read(&slots))
    }

    fn extend(&self, base: &Stamp, kind: &str, scope: &str, names: Vec<PyBackedStr>) -> Stamp {
        let slots: Vec<u32> = names.iter().map(|name| self.0.slot(kind, scope, name)).collect();
        Stamp(self.0.extend(&base.0, &slots))
    }

    fn bump(&self, slots: Vec<u32>) {
        self.0.bump(&slots);
    }

    fn current(&self, stamp: &Stamp) -> bool {
        self.0.is_current(&stamp.0)
    }

    fn set_alone_until(&self, monotonic_ns: u64) {
        self.0.set_alone_until(monotonic_ns);
    }

    fn is_alone(&self) -> bool {
        self.0.is_alone()
    }

    fn drop_all(&self) {
        self.0.drop_all();
    }

    #[pyo3(signature = (counter, n=1))]
    fn add(&self, counter: usize, n: i64) -> PyResult<u64> {
        self.0.add(counter, n).ok_or_else(|| no_counter(counter))
    }

    fn counter(&self, counter: usize) -> PyResult<u64> {
        self.0.counter(counter).ok_or_else(|| no_counter(counter))
    }
}

fn no_counter(counter: usize) -> PyErr {
    pyo3::exceptions::PyIndexError::new_err(format!("there is no counter {counter}"))
}

/// Answers by key.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct ResultCache(Arc<native::ResultCache>);

#[pymethods]
impl ResultCache {
    #[new]
    fn new(generations: &Generations, max_bytes: usize, max_entries: usize, ttl_seconds: f64) -> Self {
        let generations = Arc::clone(&generations.0);
        Self(Arc::new(native::ResultCache::new(generations, max_bytes, max_entries, ttl_seconds)))
    }

    fn get<'py>(&self, py: Python<'py>, key: &[u8]) -> Option<Bound<'py, PyBytes>> {
        self.0.get(key).map(|value| PyBytes::new(py, &value))
    }

    #[pyo3(signature = (key, value, stamp, ttl=None))]
    fn put(&self, key: &[u8], value: &[u8], stamp: &Stamp, ttl: Option<f64>) {
        self.0.put(key, value, stamp.0.clone(), ttl);
    }

    fn clear(&self) {
        self.0.clear();
    }

    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let statistics = self.0.statistics();
        let stats = PyDict::new(py);
        for (name, value) in [
            ("hits", statistics.hits),
            ("misses", statistics.misses),
            ("stale", statistics.stale),
            ("evicted", statistics.evicted),
            ("entries", statistics.entries),
            ("bytes", statistics.bytes),
        ] {
            stats.set_item(name, value)?;
        }
        Ok(stats)
    }
}

/// From request bytes to response bytes in one call, when the cache holds the answer.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct Gate(native::Gate<Arc<Option<Py<PyAny>>>>);

const BEFORE_ID: &[u8] = br#"{"jsonrpc":"2.0","id":"#;
const BEFORE_RESULT: &[u8] = br#","result":"#;

#[pymethods]
impl Gate {
    #[classattr]
    const REMEMBERED: usize = native::REMEMBERED;

    #[new]
    #[pyo3(signature = (cache, max_depth=64))]
    fn new(cache: &ResultCache, max_depth: usize) -> Self {
        Self(native::Gate::new(Arc::clone(&cache.0), max_depth))
    }

    #[pyo3(name = "set_application")]
    fn set_application(&self, r#ref: &str, application_id: &str, stamp: &Stamp) {
        self.0.set_application(r#ref, application_id, stamp.0.clone());
    }

    #[pyo3(signature = (credential, application_id, class_id, expires_at, stamp, known=None))]
    fn set_identity(
        &self,
        credential: &[u8],
        application_id: &str,
        class_id: u32,
        expires_at: Option<f64>,
        stamp: &Stamp,
        known: Option<Py<PyAny>>,
    ) -> PyResult<()> {
        let (stamp, known) = (stamp.0.clone(), Arc::new(known));
        if self.0.set_identity(credential, application_id, class_id, expires_at, stamp, known) {
            Ok(())
        } else {
            Err(value_error("a credential is empty or a SHA-256 digest"))
        }
    }

    fn set_cacheable(&self, methods: Vec<PyBackedStr>) {
        let methods: Vec<&str> = methods.iter().map(|method| &**method).collect();
        self.0.set_cacheable(&methods);
    }

    #[pyo3(signature = (body, authorization, cookie, app))]
    fn answer<'py>(
        &self,
        py: Python<'py>,
        body: &[u8],
        authorization: Option<&str>,
        cookie: Option<&str>,
        app: Option<&str>,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        self.0.answer(body, authorization, cookie, app).map(|hit| respond(py, &hit)).transpose()
    }

    #[pyo3(signature = (body, authorization, cookie, app))]
    fn open<'py>(
        &self,
        py: Python<'py>,
        body: &[u8],
        authorization: Option<&str>,
        cookie: Option<&str>,
        app: Option<&str>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let miss = match self.0.open(body, authorization, cookie, app) {
            Some(native::Opened::Hit(hit)) => return Ok(Some(respond(py, &hit)?.into_any())),
            Some(native::Opened::Miss(miss)) => miss,
            None => return Ok(None),
        };
        let Some(known) = miss.known.as_ref() else { return Ok(None) };
        let parts: [Bound<'py, PyAny>; 5] = [
            PyBytes::new(py, miss.id.as_bytes()).into_any(),
            PyString::new(py, miss.method).into_any(),
            PyBytes::new(py, miss.params.as_bytes()).into_any(),
            known.bind(py).clone(),
            miss.key.map_or_else(|| py.None().into_bound(py), |key| PyBytes::new(py, &key).into_any()),
        ];
        Ok(Some(PyTuple::new(py, parts)?.into_any()))
    }

    fn key<'py>(
        &self,
        py: Python<'py>,
        application_id: &str,
        class_id: u32,
        method: &str,
        params: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        let key = self.0.key(application_id, class_id, method, params).map_err(value_error)?;
        Ok(PyBytes::new(py, &key))
    }
}

/// The whole response of a hit.
fn respond<'py>(py: Python<'py>, hit: &native::Hit<'_>) -> PyResult<Bound<'py, PyBytes>> {
    let size = BEFORE_ID.len() + hit.id.len() + BEFORE_RESULT.len() + hit.result.len() + 1;
    PyBytes::new_with(py, size, |mut room| {
        for piece in [BEFORE_ID, hit.id.as_bytes(), BEFORE_RESULT, &hit.result, b"}"] {
            let (here, behind) = room.split_at_mut(piece.len());
            here.copy_from_slice(piece);
            room = behind;
        }
        Ok(())
    })
}
