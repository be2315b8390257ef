use std::fmt;
use std::sync::Arc;

use torque_json::{DOCUMENT_DEPTH, JsonError, parse};

use crate::check::{self, ScriptCheck};
use crate::finding::Finding;
use crate::graph::{Condition, Graph, Kind};
use crate::order::{find_joins, topological};
use crate::run::Run;

/// A flow that is not even JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError(JsonError);

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the workflow cannot be read: {}", self.0)
    }
}

impl std::error::Error for PlanError {}

impl From<JsonError> for PlanError {
    fn from(error: JsonError) -> Self {
        Self(error)
    }
}

/// A checked flow.
#[derive(Debug)]
pub struct Plan {
    graph: Arc<Graph>,
    start: Option<usize>,
    findings: Vec<Finding>,
}

impl Plan {
    /// Checks a flow against `{"entities": {name: […]}, "xflows": {id: [ids it calls]}}`.
    pub fn compile(flow: &[u8], context: &[u8], check: ScriptCheck<'_>) -> Result<Self, PlanError> {
        let (flow, context) = (parse(flow, DOCUMENT_DEPTH)?, parse(context, DOCUMENT_DEPTH)?);
        let mut findings = Vec::new();
        let mut graph = Graph::read(&flow, &mut findings);
        let order = topological(&graph);
        check::shape(&graph, order.is_ok(), &mut findings);
        match order {
            Ok(order) => find_joins(&mut graph, &order),
            Err(cycle) => {
                let path: Vec<_> = cycle.iter().map(|&place| graph.nodes[place].id.as_str()).collect();
                let message = format!("The nodes form a cycle: {}.", path.join(" → "));
                findings.push(Finding::error(Some(path[0]), "Cycle", message));
            }
        }
        check::scripts(&flow, &graph, check, &mut findings);
        check::names(&flow, &context, &mut findings);
        let start = graph.nodes.iter().position(|node| node.kind == Kind::Start);
        Ok(Self { graph: Arc::new(graph), start, findings })
    }

    /// Everything that is wrong.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether nothing that is wrong is an error.
    #[must_use]
    pub fn is_runnable(&self) -> bool {
        self.start.is_some() && !self.findings.iter().any(|finding| finding.is_error)
    }

    /// How many nodes there are; each is named by its place.
    #[must_use]
    pub fn size(&self) -> usize {
        self.graph.nodes.len()
    }

    /// The id of a node.
    #[must_use]
    pub fn id(&self, node: usize) -> &str {
        &self.graph.nodes[node].id
    }

    /// The conditions of the edges of a node that have to be evaluated, each with the edge's place.
    pub fn expressions(&self, node: usize) -> impl Iterator<Item = (usize, &str)> {
        let edges = self.graph.nodes[node].edges.iter().enumerate();
        edges.filter_map(|(place, edge)| match &edge.condition {
            Condition::Expression(code) => Some((place, code.as_str())),
            _ => None,
        })
    }

    /// A traversal from the start; `None` if the flow cannot run.
    #[must_use]
    pub fn start(&self) -> Option<Run> {
        let start = self.start.filter(|_| self.is_runnable())?;
        Some(Run::new(Arc::clone(&self.graph), start))
    }
}
