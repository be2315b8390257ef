use pyo3::prelude::*;
use pyo3::types::PyBytes;
use torque_cache as native;
use torque_cache::RingError;

use crate::{os_error, value_error};

/// A ring of events in memory shared by the processes of a run.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct EventRing(native::EventRing);

type Events<'py> = Vec<(u64, String, Bound<'py, PyBytes>)>;

#[pymethods]
impl EventRing {
    #[new]
    #[pyo3(signature = (fd=None, bytes_=1_048_576))]
    fn new(fd: Option<i32>, bytes_: usize) -> PyResult<Self> {
        let ring = match fd {
            Some(fd) => native::EventRing::open(fd).map_err(os_error)?,
            None => native::EventRing::private(bytes_).map_err(value_error)?,
        };
        Ok(Self(ring))
    }

    #[staticmethod]
    #[pyo3(signature = (bytes_=1_048_576))]
    fn create(bytes_: usize) -> PyResult<i32> {
        native::EventRing::create(bytes_).map_err(os_error)
    }

    fn append(&self, topic: &str, payload: &[u8]) -> PyResult<u64> {
        self.0.append(topic, payload).map_err(ring_error)
    }

    fn read<'py>(&self, py: Python<'py>, after: u64) -> PyResult<(Events<'py>, bool)> {
        let (events, gap) = self.0.read(after).map_err(ring_error)?;
        let events = events
            .into_iter()
            .map(|event| (event.seq, event.topic, PyBytes::new(py, &event.payload)))
            .collect();
        Ok((events, gap))
    }

    fn head(&self) -> u64 {
        self.0.head()
    }
}

fn ring_error(error: RingError) -> PyErr {
    match error {
        RingError::TooLarge => value_error(error),
        RingError::Memory(error) => os_error(error),
    }
}
