//! Order in a graph: cycles, reach, joins. All without recursion, as a flow may be one long chain.

use crate::graph::{Graph, Kind};

/// An order in which every node comes before its followers, or a cycle: a path that ends where it begins.
pub(crate) fn topological(graph: &Graph) -> Result<Vec<usize>, Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; graph.nodes.len()];
    let mut order = Vec::with_capacity(graph.nodes.len());
    for first in 0..graph.nodes.len() {
        if marks[first] != Mark::New {
            continue;
        }
        marks[first] = Mark::Open;
        let mut path = vec![(first, graph.followers(first).collect::<Vec<_>>())];
        while let Some((place, followers)) = path.last_mut() {
            let Some(next) = followers.pop() else {
                marks[*place] = Mark::Done;
                order.push(*place);
                path.pop();
                continue;
            };
            match marks[next] {
                Mark::Done => {}
                Mark::New => {
                    marks[next] = Mark::Open;
                    path.push((next, graph.followers(next).collect()));
                }
                Mark::Open => {
                    let from = path.iter().position(|(place, _)| *place == next).unwrap_or(0);
                    let mut cycle: Vec<usize> = path[from..].iter().map(|(place, _)| *place).collect();
                    cycle.push(next);
                    return Err(cycle);
                }
            }
        }
    }
    order.reverse();
    Ok(order)
}

/// Which nodes can be reached from `first`, itself included.
pub(crate) fn reach(graph: &Graph, first: usize, with_errors: bool) -> Vec<bool> {
    let mut seen = vec![false; graph.nodes.len()];
    let mut open = vec![first];
    while let Some(place) = open.pop() {
        if std::mem::replace(&mut seen[place], true) {
            continue;
        }
        if with_errors {
            open.extend(graph.followers(place));
        } else {
            let node = &graph.nodes[place];
            open.extend(node.edges.iter().map(|edge| edge.target).chain(node.branches.iter().copied()));
        }
    }
    seen
}

/// Finds for every `Parallel` where its branches meet: the first node in `order` that all of them lead to.
pub(crate) fn find_joins(graph: &mut Graph, order: &[usize]) {
    for place in 0..graph.nodes.len() {
        if graph.nodes[place].kind != Kind::Parallel {
            continue;
        }
        let reached: Vec<_> =
            graph.nodes[place].branches.iter().map(|&head| reach(graph, head, false)).collect();
        // A single branch meets nobody.
        graph.nodes[place].join = (reached.len() > 1)
            .then(|| order.iter().copied().find(|&candidate| reached.iter().all(|from| from[candidate])))
            .flatten();
    }
}
