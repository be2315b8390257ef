//! Flows checked and traversed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::collections::HashMap;

use torque_dag::{Action, Language, Plan};

fn no_faults(_: &str, _: Language) -> Option<String> {
    None
}

/// From `"a:Type"` nodes and `"a>b"` edges (`"a>b?condition"`, `"a!b"` for errors).
fn flow(nodes: &[&str], edges: &[&str]) -> String {
    let nodes: Vec<_> = nodes
        .iter()
        .map(|node| {
            let mut parts = node.split(':');
            let (id, kind, config) = (parts.next().unwrap(), parts.next().unwrap_or("Log"), parts.next());
            let config = match config {
                Some(branches) => {
                    let list: Vec<_> = branches.split(',').map(|b| format!("\"{b}\"")).collect();
                    format!(r#"{{"branch_nodes":[{}]}}"#, list.join(","))
                }
                None => "{}".to_owned(),
            };
            format!(r#""{id}":{{"id":"{id}","type":"{kind}","config":{config}}}"#)
        })
        .collect();
    let edges: Vec<_> = edges
        .iter()
        .map(|edge| {
            if let Some((source, target)) = edge.split_once('!') {
                return format!(r#"{{"source":"{source}","target":"{target}","on":"error"}}"#);
            }
            let (source, rest) = edge.split_once('>').unwrap();
            match rest.split_once('?') {
                Some((target, condition)) => {
                    format!(r#"{{"source":"{source}","target":"{target}","condition":"{condition}"}}"#)
                }
                None => format!(r#"{{"source":"{source}","target":"{rest}","condition":null}}"#),
            }
        })
        .collect();
    format!(r#"{{"id":"f","nodes":{{{}}},"edges":[{}]}}"#, nodes.join(","), edges.join(","))
}

fn compile(nodes: &[&str], edges: &[&str]) -> Plan {
    Plan::compile(flow(nodes, edges).as_bytes(), b"{}", &no_faults).unwrap()
}

fn found(plan: &Plan) -> Vec<(&str, &str)> {
    plan.findings().iter().map(|f| (f.node_id.as_deref().unwrap_or("-"), f.rule)).collect()
}

/// Runs a plan: every node succeeds but those in `failing`; conditions hold as `truths` says. Answers what happened.
fn trace(plan: &Plan, failing: &[&str], truths: &[(&str, bool)]) -> Vec<String> {
    let truths: HashMap<_, _> = truths.iter().copied().collect();
    let mut run = plan.start().unwrap();
    let mut queue: Vec<Action> = run.begin();
    let mut happened = Vec::new();
    while !queue.is_empty() {
        let action = queue.remove(0);
        let name = |node: usize| plan.id(node).to_owned();
        queue.extend(match action {
            Action::Run { line, node } => {
                happened.push(name(node));
                if failing.contains(&plan.id(node)) {
                    run.failed(line)
                } else {
                    run.succeeded(line, truths.get(plan.id(node)).copied())
                }
            }
            Action::Decide { line, node, edge } => {
                let (_, expression) = plan.expressions(node).find(|(place, _)| *place == edge).unwrap();
                happened.push(format!("?{expression}"));
                run.decided(line, truths.get(expression).copied().unwrap_or(false))
            }
            Action::Join { line, node, nodes } => {
                let nodes: Vec<_> = nodes.iter().map(|node| node.map_or("-", |node| plan.id(node))).collect();
                happened.push(format!("join {} [{}]", name(node), nodes.join(" ")));
                run.succeeded(line, None)
            }
            Action::Cancel { node, .. } => {
                happened.push(format!("cancel {}", name(node)));
                Vec::new()
            }
            Action::Finish { node } => {
                happened.push(format!("finish {}", name(node)));
                Vec::new()
            }
            Action::Fail { node } => {
                happened.push(format!("fail {}", name(node)));
                Vec::new()
            }
        });
    }
    assert!(run.is_done());
    happened
}

#[test]
fn a_chain_runs_to_its_end() {
    let plan = compile(&["s:Start", "a", "e:End"], &["s>a", "a>e"]);
    assert_eq!(found(&plan), []);
    assert_eq!(trace(&plan, &[], &[]), ["s", "a", "e", "finish e"]);
}

#[test]
fn the_first_edge_that_holds_is_followed_and_none_ends_the_flow() {
    let plan = compile(&["s:Start", "a", "b", "c", "e:End"], &["s>a", "a>b?x", "a>c?y", "b>e", "c>e"]);
    assert_eq!(trace(&plan, &[], &[("y", true)]), ["s", "a", "?x", "?y", "c", "e", "finish e"]);
    assert_eq!(trace(&plan, &[], &[("x", true), ("y", true)]), ["s", "a", "?x", "b", "e", "finish e"]);
    assert_eq!(trace(&plan, &[], &[]), ["s", "a", "?x", "?y", "finish a"]);
}

#[test]
fn edges_of_a_condition_compare_with_its_result() {
    let plan = compile(&["s:Start", "c:Condition", "a", "e:End"], &["s>c", "c>a?false", "c>e?true", "a>e"]);
    assert_eq!(trace(&plan, &[], &[("c", true)]), ["s", "c", "e", "finish e"]);
    assert_eq!(trace(&plan, &[], &[("c", false)]), ["s", "c", "a", "e", "finish e"]);
    let half = compile(&["s:Start", "c:Condition", "e:End"], &["s>c", "c>e?true"]);
    assert_eq!(found(&half), [("c", "ConditionEdge")]);
    assert!(half.is_runnable());
}

#[test]
fn a_failed_node_follows_its_error_edge_or_fails_the_flow() {
    let plan = compile(&["s:Start", "a", "h", "e:End"], &["s>a", "a>e", "a!h", "h>e"]);
    assert_eq!(trace(&plan, &["a"], &[]), ["s", "a", "h", "e", "finish e"]);
    assert_eq!(trace(&plan, &["a", "h"], &[]), ["s", "a", "h", "fail h"]);
    let plan = compile(&["s:Start", "x:Error", "e:End"], &["s>x?go", "s>e"]);
    assert_eq!(trace(&plan, &["x"], &[("go", true)]), ["s", "?go", "x", "fail x"]);
}

#[test]
fn branches_run_side_by_side_and_meet_once() {
    let nodes = ["s:Start", "p:Parallel:a,b,j", "a", "a2", "b", "j", "e:End"];
    let plan = compile(&nodes, &["s>p", "a>a2", "a2>j", "b>j", "j>e"]);
    assert_eq!(found(&plan), []);
    assert_eq!(trace(&plan, &[], &[]), ["s", "a", "b", "a2", "join p [a2 b -]", "j", "e", "finish e"]);
}

#[test]
fn own_edges_of_a_parallel_come_before_its_join_and_leaves_end_branches() {
    let plan = compile(&["s:Start", "p:Parallel:a,b", "a", "b:End", "c", "e:End"], &["s>p", "p>c", "c>e"]);
    assert_eq!(trace(&plan, &[], &[]), ["s", "a", "b", "join p [a b]", "c", "e", "finish e"]);
    let plan = compile(&["s:Start", "p:Parallel:a,b", "a", "b", "e:End"], &["s>p", "a>e", "b>e"]);
    assert_eq!(trace(&plan, &[], &[]), ["s", "a", "b", "join p [a b]", "e", "finish e"]);
}

#[test]
fn a_failing_branch_cancels_its_siblings_and_fails_the_parallel() {
    let nodes = ["s:Start", "p:Parallel:a,b", "a", "b", "q:Parallel:c,d", "c", "d", "j", "h", "e:End"];
    let edges = ["s>p", "b>q", "a>j", "c>j", "d>j", "j>e"];
    let plan = compile(&nodes[..], &[&edges[..], &["p!h", "h>e"]].concat());
    assert_eq!(
        trace(&plan, &["c"], &[]),
        ["s", "a", "b", "c", "d", "cancel d", "h", "e", "finish e"],
        "news of a line that was cancelled are ignored"
    );
    let nodes: Vec<_> = nodes.iter().copied().filter(|node| *node != "h").collect();
    let plan = compile(&nodes, &edges);
    let happened = trace(&plan, &["a"], &[]);
    assert!(
        happened.contains(&"cancel b".to_owned()) && happened.contains(&"fail a".to_owned()),
        "{happened:?}"
    );
}

#[test]
fn nested_branches_meet_at_the_outer_join() {
    let nodes = ["s:Start", "p:Parallel:a,q", "a", "q:Parallel:b,c", "b", "c", "j", "e:End"];
    let plan = compile(&nodes, &["s>p", "a>j", "b>j", "c>j", "j>e"]);
    assert_eq!(
        trace(&plan, &[], &[]),
        ["s", "a", "b", "c", "join q [b c]", "join p [a q]", "j", "e", "finish e"]
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let plan = compile(
        &["s:Start", "t:Start", "a", "b", "lost", "p:Parallel:nobody", "e:End"],
        &["s>a", "a>b", "b>a", "a>gone", "e>a", "t>s", "p>e"],
    );
    let mut rules = found(&plan);
    rules.sort_unstable();
    rules.dedup();
    assert_eq!(
        rules,
        [("a", "Cycle"), ("a", "Edge"), ("e", "End"), ("p", "Branch"), ("s", "Start"), ("t", "Start"),]
    );
    assert!(!plan.is_runnable() && plan.start().is_none());
    let cycle = plan.findings().iter().find(|finding| finding.rule == "Cycle").unwrap();
    assert_eq!(cycle.message, "The nodes form a cycle: a → b → a.");
    assert_eq!(found(&compile(&["a"], &[])), [("-", "Start"), ("-", "End")]);
    let lost = compile(&["s:Start", "lost", "e:End"], &["s>e"]);
    assert_eq!(found(&lost), [("lost", "Unreachable"), ("lost", "DeadEnd")]);
}

#[test]
fn names_and_code_are_checked_against_the_model() {
    let text = r#"{"id":"f","nodes":{
        "s":{"type":"Start"},
        "r":{"type":"EntityRead","config":{"entity_type":"tood"}},
        "j":{"type":"JavaScript","config":{"code":"bad"}},
        "c":{"type":"Condition","config":{"expression":"bad"}},
        "x":{"type":"SubFlow","config":{"xflow_id":"g"}},
        "y":{"type":"SubFlow","config":{"xflow_id":"nobody"}},
        "e":{"type":"End"}},
      "edges":[{"source":"s","target":"r"},{"source":"r","target":"j","condition":"bad"},
        {"source":"j","target":"c"},{"source":"c","target":"x"},{"source":"x","target":"y"},{"source":"y","target":"e"}]}"#;
    let context = br#"{"entities":{"todo":[]},"xflows":{"f":["g"],"g":["h"],"h":["f"]}}"#;
    let check = |code: &str, _: Language| (code == "bad").then(|| "line 1: no".to_owned());
    let plan = Plan::compile(text.as_bytes(), context, &check).unwrap();
    let told: Vec<_> =
        plan.findings().iter().map(|f| (f.node_id.as_deref().unwrap(), f.rule, f.message.as_str())).collect();
    assert_eq!(
        told,
        [
            ("j", "Script", "line 1: no"),
            ("c", "Expression", "bad: line 1: no"),
            ("r", "Expression", "bad: line 1: no"),
            ("r", "EntityType", "There is no entity 'tood'."),
            ("x", "SubFlow", "The workflow calls itself: f → g → h → f."),
            ("y", "SubFlow", "There is no workflow 'nobody'."),
        ]
    );
}

#[test]
fn any_graph_is_refused_or_comes_to_an_end() {
    let mut random = fastrand::Rng::with_seed(17);
    let mut runnable = 0;
    for _ in 0..3000 {
        let size = random.usize(2..9);
        let mut nodes = vec!["n0:Start".to_owned()];
        for index in 1..size {
            let kind = ["Log", "Condition", "End", "Error"][random.usize(0..4)];
            let branches: Vec<_> =
                (0..random.usize(1..4)).map(|_| format!("n{}", random.usize(1..=size))).collect();
            nodes.push(if random.u8(0..4) == 0 {
                format!("n{index}:Parallel:{}", branches.join(","))
            } else {
                format!("n{index}:{kind}")
            });
        }
        nodes.push(format!("n{size}:End"));
        let edges: Vec<_> = (0..random.usize(size..size * 3))
            .map(|_| {
                let (a, b) = (random.usize(0..size), random.usize(1..=size));
                let forward = if random.u8(0..20) == 0 { (b, a) } else { (a.min(b), a.max(b)) };
                let (a, b) = forward;
                match random.u8(0..4) {
                    0 => format!("n{a}>n{b}?x{a}"),
                    1 => format!("n{a}!n{b}"),
                    _ => format!("n{a}>n{b}"),
                }
            })
            .collect();
        let nodes: Vec<_> = nodes.iter().map(String::as_str).collect();
        let edges: Vec<_> = edges.iter().map(String::as_str).collect();
        let plan = compile(&nodes, &edges);
        if plan.is_runnable() {
            runnable += 1;
            let failing: Vec<_> = ["n1", "n2", "n3"].into_iter().filter(|_| random.u8(0..4) == 0).collect();
            let happened =
                trace(&plan, &failing, &[("x0", random.bool()), ("x1", random.bool()), ("n1", true)]);
            let ends =
                happened.iter().filter(|it| it.starts_with("finish") || it.starts_with("fail")).count();
            assert_eq!(ends, 1, "{nodes:?} {edges:?} {happened:?}");
        }
    }
    assert!(runnable > 50, "{runnable}");
}
