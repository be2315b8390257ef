use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use torque_dag as native;
use torque_dag::Language;
use torque_js::{CodeKind, Limits, check, serve};

use crate::{os_error, value_error};

/// A checked workflow.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct FlowPlan(native::Plan);

#[pymethods]
impl FlowPlan {
    #[staticmethod]
    fn compile(flow: &[u8], context: &[u8]) -> PyResult<Self> {
        let check = |code: &str, language| match language {
            Language::Script => check(code, CodeKind::Script),
            Language::Expression => check(code, CodeKind::Expression),
        };
        native::Plan::compile(flow, context, &check).map(Self).map_err(value_error)
    }

    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let told = |finding: &native::Finding| {
            let dict = PyDict::new(py);
            dict.set_item("node_id", &finding.node_id)?;
            dict.set_item("rule", finding.rule)?;
            dict.set_item("message", &finding.message)?;
            dict.set_item("severity", if finding.is_error { "error" } else { "warning" })?;
            Ok(dict)
        };
        self.0.findings().iter().map(told).collect()
    }

    #[getter]
    fn runnable(&self) -> bool {
        self.0.is_runnable()
    }

    #[getter]
    fn hash(&self) -> &str {
        self.0.hash()
    }

    #[getter]
    fn nodes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let nodes = PyDict::new(py);
        for (id, node) in self.0.nodes() {
            nodes.set_item(id, PyBytes::new(py, node))?;
        }
        Ok(nodes)
    }

    fn start(&self) -> PyResult<FlowRun> {
        let run = self.0.start().ok_or_else(|| value_error("the workflow cannot run; see its findings"))?;
        Ok(FlowRun(Mutex::new(run)))
    }
}

/// The state of one traversal.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct FlowRun(Mutex<native::Run>);

#[pymethods]
impl FlowRun {
    fn begin(&self, py: Python<'_>) -> Vec<Action> {
        actions(py, self.0.lock().begin())
    }

    #[pyo3(signature = (line, truth=None))]
    fn succeeded(&self, py: Python<'_>, line: u32, truth: Option<bool>) -> Vec<Action> {
        actions(py, self.0.lock().succeeded(line, truth))
    }

    fn failed(&self, py: Python<'_>, line: u32) -> Vec<Action> {
        actions(py, self.0.lock().failed(line))
    }

    fn decided(&self, py: Python<'_>, line: u32, holds: bool) -> Vec<Action> {
        actions(py, self.0.lock().decided(line, holds))
    }

    #[getter]
    fn done(&self) -> bool {
        self.0.lock().is_done()
    }
}

/// What the engine has to do next for one line of a running flow.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct Action {
    #[pyo3(get)]
    kind: Py<PyString>,
    #[pyo3(get)]
    line: u32,
    #[pyo3(get)]
    node: String,
    #[pyo3(get)]
    expression: String,
    #[pyo3(get)]
    nodes: Vec<Option<String>>,
}

#[pymethods]
impl Action {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<Action {} line={} node={:?}>", self.kind.bind(py).to_str()?, self.line, self.node))
    }
}

fn actions(py: Python<'_>, actions: Vec<native::Action>) -> Vec<Action> {
    let action = |kind, line, node, expression, nodes| Action {
        kind: PyString::intern(py, kind).unbind(),
        line,
        node,
        expression,
        nodes,
    };
    let told = |next: native::Action| match next {
        native::Action::Run { line, node } => action("run", line, node, String::new(), Vec::new()),
        native::Action::Decide { line, node, expression } => {
            action("decide", line, node, expression, Vec::new())
        }
        native::Action::Join { line, node, nodes } => action("join", line, node, String::new(), nodes),
        native::Action::Cancel { line, node } => action("cancel", line, node, String::new(), Vec::new()),
        native::Action::Finish { node } => action("finish", 0, node, String::new(), Vec::new()),
        native::Action::Fail { node } => action("fail", 0, node, String::new(), Vec::new()),
    };
    actions.into_iter().map(told).collect()
}

/// What keeps code from being compiled, or None.
#[pyfunction]
pub(crate) fn check_script(py: Python<'_>, code: &str, kind: &str) -> PyResult<Option<String>> {
    let kind = CodeKind::read(kind).ok_or_else(|| value_error("the kind is script or expression"))?;
    Ok(py.detach(|| check(code, kind)))
}

/// The main loop of a script process.
#[pyfunction]
pub(crate) fn script_worker(
    py: Python<'_>,
    fd: i32,
    memory_bytes: usize,
    stack_bytes: usize,
) -> PyResult<()> {
    py.detach(|| serve(fd, Limits { memory_bytes, stack_bytes })).map_err(os_error)
}
