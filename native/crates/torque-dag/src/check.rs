//! What is wrong with a flow beyond its edges.

use hashbrown::{HashMap, HashSet};
use torque_json::Value;

use crate::finding::Finding;
use crate::graph::{Condition, Graph, Kind, Language};
use crate::order::reach;

/// Tells what keeps code from being compiled.
pub type ScriptCheck<'a> = &'a dyn Fn(&str, Language) -> Option<String>;

/// One start, at least one end, everything reached; `acyclic` tells whether that can be said at all.
pub(crate) fn shape(graph: &Graph, acyclic: bool, findings: &mut Vec<Finding>) {
    let of_kind = |kind| graph.nodes.iter().enumerate().filter(move |(_, node)| node.kind == kind);
    let starts: Vec<_> = of_kind(Kind::Start).collect();
    match starts.as_slice() {
        [] => findings.push(Finding::error(None, "Start", "The workflow has no Start.".to_owned())),
        [(start, _)] if acyclic => unreached(graph, *start, findings),
        [_] => {}
        [_, others @ ..] => {
            for (_, node) in others {
                let message = "The workflow has more than one Start.".to_owned();
                findings.push(Finding::error(Some(&node.id), "Start", message));
            }
        }
    }
    if of_kind(Kind::End).next().is_none() {
        findings.push(Finding::error(None, "End", "The workflow has no End.".to_owned()));
    }
    for place in 0..graph.nodes.len() {
        for target in graph.followers(place).filter(|&target| graph.nodes[target].kind == Kind::Start) {
            let message = format!("The edge from {} leads back to the Start.", graph.nodes[place].id);
            findings.push(Finding::error(Some(&graph.nodes[target].id), "Start", message));
        }
    }
    for node in &graph.nodes {
        let ends = matches!(node.kind, Kind::End | Kind::Error);
        if ends && !(node.edges.is_empty() && node.on_error.is_none()) {
            let message = "Nothing follows a node that ends the workflow.".to_owned();
            findings.push(Finding::error(Some(&node.id), "End", message));
        }
        if node.kind == Kind::Condition {
            condition_edges(graph, node, findings);
        }
    }
}

fn unreached(graph: &Graph, start: usize, findings: &mut Vec<Finding>) {
    let seen = reach(graph, start, true);
    for (node, _) in graph.nodes.iter().zip(seen).filter(|(_, seen)| !seen) {
        let message = "The node is never reached.".to_owned();
        findings.push(Finding::error(Some(&node.id), "Unreachable", message));
    }
    let branches: HashSet<usize> = graph
        .nodes
        .iter()
        .flat_map(|node| &node.branches)
        .flat_map(|&head| list(&reach(graph, head, true)))
        .collect();
    for (place, node) in graph.nodes.iter().enumerate() {
        let leaf = node.edges.is_empty() && !matches!(node.kind, Kind::End | Kind::Error | Kind::Parallel);
        if leaf && !branches.contains(&place) {
            let message =
                "The path ends here without an End; the result of this node is the workflow's.".to_owned();
            findings.push(Finding::warning(Some(&node.id), "DeadEnd", message));
        }
    }
}

fn list(seen: &[bool]) -> Vec<usize> {
    seen.iter().enumerate().filter(|(_, seen)| **seen).map(|(place, _)| place).collect()
}

fn condition_edges(graph: &Graph, node: &crate::graph::Node, findings: &mut Vec<Finding>) {
    for wanted in [true, false] {
        let covered = node.edges.iter().any(|edge| match &edge.condition {
            Condition::Always | Condition::Expression(_) => true,
            Condition::Literal(literal) => *literal == wanted,
        });
        if !covered && !graph.nodes.is_empty() {
            let message = format!("No edge is followed when the condition is {wanted}.");
            findings.push(Finding::warning(Some(&node.id), "ConditionEdge", message));
        }
    }
}

/// Code in nodes and on edges compiles.
pub(crate) fn scripts(flow: &Value<'_>, graph: &Graph, check: ScriptCheck<'_>, findings: &mut Vec<Finding>) {
    let nothing = Value::Null;
    for (id, node) in flow.members("nodes") {
        let config = node.get("config").unwrap_or(&nothing);
        match node.text("type") {
            Some("JavaScript") => {
                if let Some(fault) = config.text("code").and_then(|code| check(code, Language::Script)) {
                    findings.push(Finding::error(Some(id), "Script", fault));
                }
            }
            Some("Condition") => expression(id, config.text("expression"), check, findings),
            Some("ForEach") => expression(id, config.text("items"), check, findings),
            Some("Transform") => {
                if let Some(fault) = config.text("javascript").and_then(|code| check(code, Language::Script))
                {
                    findings.push(Finding::error(Some(id), "Script", fault));
                }
            }
            _ => {}
        }
    }
    for node in &graph.nodes {
        for edge in &node.edges {
            if let Condition::Expression(code) = &edge.condition {
                expression(&node.id, Some(code), check, findings);
            }
        }
    }
}

fn expression(id: &str, code: Option<&str>, check: ScriptCheck<'_>, findings: &mut Vec<Finding>) {
    let Some(code) = code else { return };
    if let Some(fault) = check(code, Language::Expression) {
        findings.push(Finding::error(Some(id), "Expression", format!("{code}: {fault}")));
    }
}

/// Entities and workflows that nodes name exist, and no workflow comes back to itself.
pub(crate) fn names(flow: &Value<'_>, context: &Value<'_>, findings: &mut Vec<Finding>) {
    let nothing = Value::Null;
    let (entities, xflows) = (context.get("entities"), context.get("xflows"));
    for (id, node) in flow.members("nodes") {
        let config = node.get("config").unwrap_or(&nothing);
        match node.text("type") {
            Some("EntityRead" | "EntityWrite") => {
                let unknown = |name: &&str| entities.is_some_and(|known| known.get(name).is_none());
                if let Some(name) = config.text("entity_type").filter(unknown) {
                    let message = format!("There is no entity '{name}'.");
                    findings.push(Finding::error(Some(id), "EntityType", message));
                }
            }
            Some("SubFlow") => {
                let Some(called) = config.text("xflow_id") else { continue };
                if xflows.is_some_and(|known| known.get(called).is_none()) {
                    let message = format!("There is no workflow '{called}'.");
                    findings.push(Finding::error(Some(id), "SubFlow", message));
                } else if let Some(path) = recursion(flow.text("id").unwrap_or_default(), called, context) {
                    let message = format!("The workflow calls itself: {}.", path.join(" → "));
                    findings.push(Finding::error(Some(id), "SubFlow", message));
                }
            }
            _ => {}
        }
    }
}

/// A path of calls from `own` over `called` back to `own`.
fn recursion(own: &str, called: &str, context: &Value<'_>) -> Option<Vec<String>> {
    let mut before: HashMap<String, String> = HashMap::from([(called.to_owned(), own.to_owned())]);
    let mut open = vec![called.to_owned()];
    while let Some(at) = open.pop() {
        if at == own {
            let mut path = vec![own.to_owned()];
            let mut step = &before[own];
            while step != own {
                path.push(step.clone());
                step = &before[step];
            }
            path.push(own.to_owned());
            path.reverse();
            return Some(path);
        }
        let calls = context.get("xflows").map_or(&[][..], |xflows| xflows.list(&at));
        for next in calls.iter().filter_map(Value::as_str) {
            if !before.contains_key(next) {
                before.insert(next.to_owned(), at.clone());
                open.push(next.to_owned());
            }
        }
    }
    None
}
