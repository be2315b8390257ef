use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use torque_dag as native;
use torque_dag::Language;
use torque_js::{CodeKind, Limits, check, serve};

use crate::{os_error, value_error};

/// What actions say, made once per workflow.
struct Texts {
    ids: Vec<Py<PyString>>,
    /// By node, then by edge.
    expressions: Vec<HashMap<usize, Py<PyString>>>,
    empty: Py<PyString>,
}

impl Texts {
    fn new(py: Python<'_>, plan: &native::Plan) -> Self {
        let text = |text: &str| PyString::new(py, text).unbind();
        let nodes = 0..plan.size();
        Self {
            ids: nodes.clone().map(|node| text(plan.id(node))).collect(),
            expressions: nodes
                .map(|node| plan.expressions(node).map(|(edge, code)| (edge, text(code))).collect())
                .collect(),
            empty: text(""),
        }
    }
}

/// A checked workflow.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct FlowPlan {
    plan: native::Plan,
    texts: Arc<Texts>,
}

#[pymethods]
impl FlowPlan {
    #[staticmethod]
    fn compile(py: Python<'_>, flow: &[u8], context: &[u8]) -> PyResult<Self> {
        let check = |code: &str, language| match language {
            Language::Script => check(code, CodeKind::Script),
            Language::Expression => check(code, CodeKind::Expression),
        };
        let plan = native::Plan::compile(flow, context, &check).map_err(value_error)?;
        let texts = Arc::new(Texts::new(py, &plan));
        Ok(Self { plan, texts })
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
        self.plan.findings().iter().map(told).collect()
    }

    #[getter]
    fn runnable(&self) -> bool {
        self.plan.is_runnable()
    }

    fn start(&self) -> PyResult<FlowRun> {
        let run =
            self.plan.start().ok_or_else(|| value_error("the workflow cannot run; see its findings"))?;
        Ok(FlowRun { run: Mutex::new(run), texts: Arc::clone(&self.texts) })
    }
}

/// The state of one traversal.
#[pyclass(frozen, module = "torque_native._native")]
pub(crate) struct FlowRun {
    run: Mutex<native::Run>,
    texts: Arc<Texts>,
}

#[pymethods]
impl FlowRun {
    fn begin(&self, py: Python<'_>) -> Vec<Action> {
        self.told(py, self.run.lock().begin())
    }

    #[pyo3(signature = (line, truth=None))]
    fn succeeded(&self, py: Python<'_>, line: u32, truth: Option<bool>) -> Vec<Action> {
        self.told(py, self.run.lock().succeeded(line, truth))
    }

    fn failed(&self, py: Python<'_>, line: u32) -> Vec<Action> {
        self.told(py, self.run.lock().failed(line))
    }

    fn decided(&self, py: Python<'_>, line: u32, holds: bool) -> Vec<Action> {
        self.told(py, self.run.lock().decided(line, holds))
    }

    #[getter]
    fn done(&self) -> bool {
        self.run.lock().is_done()
    }
}

impl FlowRun {
    fn told(&self, py: Python<'_>, actions: Vec<native::Action>) -> Vec<Action> {
        actions.into_iter().map(|action| Action::new(py, &self.texts, action)).collect()
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
    node: Py<PyString>,
    #[pyo3(get)]
    expression: Py<PyString>,
    nodes: Vec<Option<Py<PyString>>>,
}

#[pymethods]
impl Action {
    #[getter]
    fn nodes(&self, py: Python<'_>) -> Vec<Option<Py<PyString>>> {
        self.nodes.iter().map(|node| node.as_ref().map(|node| node.clone_ref(py))).collect()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (kind, node) = (self.kind.bind(py).to_str()?, self.node.bind(py).to_str()?);
        Ok(format!("<Action {kind} line={} node={node:?}>", self.line))
    }
}

impl Action {
    fn new(py: Python<'_>, texts: &Texts, next: native::Action) -> Self {
        let plain = |kind: &Bound<'_, PyString>, line, node: usize| Self {
            kind: kind.clone().unbind(),
            line,
            node: texts.ids[node].clone_ref(py),
            expression: texts.empty.clone_ref(py),
            nodes: Vec::new(),
        };
        match next {
            native::Action::Run { line, node } => plain(intern!(py, "run"), line, node),
            native::Action::Cancel { line, node } => plain(intern!(py, "cancel"), line, node),
            native::Action::Finish { node } => plain(intern!(py, "finish"), 0, node),
            native::Action::Fail { node } => plain(intern!(py, "fail"), 0, node),
            native::Action::Decide { line, node, edge } => {
                let expression = texts.expressions[node][&edge].clone_ref(py);
                Self { expression, ..plain(intern!(py, "decide"), line, node) }
            }
            native::Action::Join { line, node, nodes } => {
                let id = |node: usize| texts.ids[node].clone_ref(py);
                let nodes = nodes.into_iter().map(|node| node.map(id)).collect();
                Self { nodes, ..plain(intern!(py, "join"), line, node) }
            }
        }
    }
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
