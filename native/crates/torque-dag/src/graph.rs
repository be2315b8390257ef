use hashbrown::HashMap;
use torque_json::Value;

use crate::finding::Finding;

/// Which checks code must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// The body of an async function.
    Script,
    /// A bare expression.
    Expression,
}

/// When an edge is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    Always,
    /// Compared with the result of a `Condition` node, or as it stands.
    Literal(bool),
    Expression(String),
}

#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) target: usize,
    pub(crate) condition: Condition,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Start,
    End,
    Error,
    Condition,
    Parallel,
    Other,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    /// In the order they are tried.
    pub(crate) edges: Vec<Edge>,
    pub(crate) on_error: Option<usize>,
    pub(crate) branches: Vec<usize>,
    /// Where all branches meet.
    pub(crate) join: Option<usize>,
}

/// The graph of a flow; edges into nothing are left out and told.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
}

impl Graph {
    pub(crate) fn read(flow: &Value<'_>, findings: &mut Vec<Finding>) -> Self {
        let mut graph = Self::default();
        let mut places = HashMap::new();
        for (id, node) in flow.members("nodes") {
            if node.text("id").is_some_and(|own| own != id) {
                findings.push(Finding::error(
                    Some(id),
                    "NodeId",
                    format!("The node is listed under {id} but has another id."),
                ));
            }
            if places.insert(id.as_ref(), graph.nodes.len()).is_some() {
                findings.push(Finding::error(Some(id), "NodeId", format!("The id {id} occurs twice.")));
            }
            graph.nodes.push(Node {
                id: id.to_string(),
                kind: kind(node.text("type").unwrap_or_default()),
                edges: Vec::new(),
                on_error: None,
                branches: Vec::new(),
                join: None,
            });
        }
        for edge in flow.list("edges") {
            graph.add_edge(edge, &places, findings);
        }
        for (id, node) in flow.members("nodes") {
            let place = places[id.as_ref()];
            if graph.nodes[place].kind == Kind::Parallel {
                graph.add_branches(place, node, &places, findings);
            }
        }
        graph
    }

    fn add_edge(&mut self, edge: &Value<'_>, places: &HashMap<&str, usize>, findings: &mut Vec<Finding>) {
        let (from, to) = (edge.text("source").unwrap_or_default(), edge.text("target").unwrap_or_default());
        let (source, target) = (places.get(from).copied(), places.get(to).copied());
        let (Some(source), Some(target)) = (source, target) else {
            let missing = if source.is_none() { from } else { to };
            let known = source.map(|_| from).or(target.map(|_| to));
            let message =
                format!("The edge from {from} to {to} names the node {missing}, which does not exist.");
            findings.push(Finding::error(known, "Edge", message));
            return;
        };
        let node = &mut self.nodes[source];
        if edge.text("on") == Some("error") {
            if node.on_error.is_some() {
                let message = "Only the first error edge of a node is ever followed.".to_owned();
                findings.push(Finding::warning(Some(from), "EdgeNeverTaken", message));
            } else {
                node.on_error = Some(target);
            }
            return;
        }
        if node.edges.iter().any(|earlier| earlier.condition == Condition::Always) {
            let message =
                format!("The edge to {to} is never followed: one without condition comes before it.");
            findings.push(Finding::warning(Some(from), "EdgeNeverTaken", message));
        }
        let condition = match edge.text("condition").map(str::trim) {
            None | Some("") => Condition::Always,
            Some("true") => Condition::Literal(true),
            Some("false") => Condition::Literal(false),
            Some(expression) => Condition::Expression(expression.to_owned()),
        };
        node.edges.push(Edge { target, condition });
    }

    fn add_branches(
        &mut self,
        place: usize,
        node: &Value<'_>,
        places: &HashMap<&str, usize>,
        findings: &mut Vec<Finding>,
    ) {
        let id = &self.nodes[place].id.clone();
        let config = node.get("config").unwrap_or(&Value::Null);
        let named = config.list("branch_nodes");
        if named.is_empty() {
            findings.push(Finding::error(Some(id), "Branch", "Parallel needs branch_nodes.".to_owned()));
        }
        for branch in named {
            let branch = branch.as_str().unwrap_or_default();
            if let Some(&head) = places.get(branch) {
                self.nodes[place].branches.push(head);
            } else {
                let message = format!("The branch {branch} does not exist.");
                findings.push(Finding::error(Some(id), "Branch", message));
            }
        }
    }

    /// Everything that may come right after a node, error edges and branches included.
    pub(crate) fn followers(&self, place: usize) -> impl Iterator<Item = usize> {
        let node = &self.nodes[place];
        node.edges.iter().map(|edge| edge.target).chain(node.branches.iter().copied()).chain(node.on_error)
    }
}

fn kind(name: &str) -> Kind {
    match name {
        "Start" => Kind::Start,
        "End" => Kind::End,
        "Error" => Kind::Error,
        "Condition" => Kind::Condition,
        "Parallel" => Kind::Parallel,
        _ => Kind::Other,
    }
}
