use std::sync::Arc;

use hashbrown::HashMap;

use crate::graph::{Condition, Graph, Kind};

/// What the engine has to do next. Nodes are places, see [`crate::Plan::id`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Run a node.
    Run {
        /// The line it belongs to.
        line: u32,
        /// The node.
        node: usize,
    },
    /// Evaluate the condition of an edge.
    Decide {
        /// The line that waits for it.
        line: u32,
        /// The node whose edge it is.
        node: usize,
        /// The edge's place among those of its node.
        edge: usize,
    },
    /// Make the result of a `Parallel` node from those of its branches.
    Join {
        /// The line of the node.
        line: u32,
        /// The node.
        node: usize,
        /// The last node of each branch, `None` where nothing ran.
        nodes: Vec<Option<usize>>,
    },
    /// Stop what runs for a line.
    Cancel {
        /// The line, which is over.
        line: u32,
        /// The node that was running.
        node: usize,
    },
    /// The flow ended with the result of a node.
    Finish {
        /// The node.
        node: usize,
    },
    /// The flow failed with the error of a node.
    Fail {
        /// The node.
        node: usize,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    /// The edge that is being decided.
    Deciding(usize),
    /// For its branches.
    Waiting,
    Joining,
}

/// A branch of a `Parallel` line.
#[derive(Debug)]
struct Branch {
    line: u32,
    ended: bool,
    /// The last node that succeeded on it.
    last: Option<usize>,
}

#[derive(Debug)]
struct Line {
    node: usize,
    state: State,
    /// What a `Condition` node answered.
    truth: bool,
    /// The `Parallel` line it is a branch of, and its place among the branches.
    parent: Option<(u32, usize)>,
    /// The last node that succeeded on it.
    last: Option<usize>,
    branches: Vec<Branch>,
}

/// One traversal.
#[derive(Debug)]
pub struct Run {
    graph: Arc<Graph>,
    lines: HashMap<u32, Line>,
    next_line: u32,
    start: usize,
    done: bool,
    actions: Vec<Action>,
}

impl Run {
    pub(crate) fn new(graph: Arc<Graph>, start: usize) -> Self {
        Self { graph, lines: HashMap::new(), next_line: 0, start, done: false, actions: Vec::new() }
    }

    /// The first actions.
    pub fn begin(&mut self) -> Vec<Action> {
        if self.next_line == 0 {
            let line = self.open(None);
            self.enter(line, self.start);
        }
        self.take()
    }

    /// Whether the flow finished or failed.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// The node of a line succeeded; `truth` is what a `Condition` answered.
    pub fn succeeded(&mut self, line: u32, truth: Option<bool>) -> Vec<Action> {
        if let Some(state) =
            self.lines.get_mut(&line).filter(|it| matches!(it.state, State::Running | State::Joining))
        {
            let joined = state.state == State::Joining;
            state.truth = truth.unwrap_or(false);
            state.last = Some(state.node);
            let node = state.node;
            match self.graph.nodes[node].kind {
                Kind::End => self.leave(line),
                Kind::Error => self.fail(line, node),
                Kind::Parallel if joined && self.graph.nodes[node].edges.is_empty() => {
                    match self.graph.nodes[node].join {
                        Some(join) => self.enter(line, join),
                        None => self.leave(line),
                    }
                }
                _ => self.follow(line, 0),
            }
        }
        self.take()
    }

    /// The node of a line failed, after its retries; or a condition of its edges could not be evaluated.
    pub fn failed(&mut self, line: u32) -> Vec<Action> {
        if let Some(state) = self.lines.get(&line).filter(|it| it.state != State::Waiting) {
            let node = state.node;
            self.fail(line, node);
        }
        self.take()
    }

    /// The condition that a line waited for holds, or not.
    pub fn decided(&mut self, line: u32, holds: bool) -> Vec<Action> {
        if let Some(Line { state: State::Deciding(edge), node, .. }) = self.lines.get(&line) {
            let (edge, node) = (*edge, *node);
            if holds {
                let target = self.graph.nodes[node].edges[edge].target;
                self.enter(line, target);
            } else {
                self.follow(line, edge + 1);
            }
        }
        self.take()
    }

    fn take(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.actions)
    }

    fn open(&mut self, parent: Option<(u32, usize)>) -> u32 {
        let line = self.next_line;
        self.next_line += 1;
        let state = State::Running;
        let opened = Line { node: self.start, state, truth: false, parent, last: None, branches: Vec::new() };
        self.lines.insert(line, opened);
        line
    }

    fn line(&mut self, line: u32) -> &mut Line {
        self.lines.get_mut(&line).expect("a line that acts is open")
    }

    /// Tries the edges of a line's node from `first` on.
    fn follow(&mut self, line: u32, first: usize) {
        let (node, truth) = (self.line(line).node, self.line(line).truth);
        let is_condition = self.graph.nodes[node].kind == Kind::Condition;
        let graph = Arc::clone(&self.graph);
        for (place, edge) in graph.nodes[node].edges.iter().enumerate().skip(first) {
            match &edge.condition {
                Condition::Always => return self.enter(line, edge.target),
                Condition::Literal(literal) => {
                    if *literal == (truth || !is_condition) {
                        return self.enter(line, edge.target);
                    }
                }
                Condition::Expression(_) => {
                    self.line(line).state = State::Deciding(place);
                    self.actions.push(Action::Decide { line, node, edge: place });
                    return;
                }
            }
        }
        self.leave(line);
    }

    /// A line comes to a node.
    fn enter(&mut self, line: u32, node: usize) {
        if self.is_join_of_others(line, node) {
            return self.leave(line);
        }
        let graph = Arc::clone(&self.graph);
        let it = self.line(line);
        it.node = node;
        if graph.nodes[node].kind != Kind::Parallel {
            it.state = State::Running;
            self.actions.push(Action::Run { line, node });
            return;
        }
        it.state = State::Waiting;
        let heads = &graph.nodes[node].branches;
        let opened: Vec<u32> = (0..heads.len()).map(|place| self.open(Some((line, place)))).collect();
        self.line(line).branches =
            opened.iter().map(|&line| Branch { line, ended: false, last: None }).collect();
        for (&branch, &head) in opened.iter().zip(heads) {
            self.enter(branch, head);
        }
    }

    /// Whether a branch that comes to `node` has come to the join of its own or an outer `Parallel`.
    fn is_join_of_others(&self, line: u32, node: usize) -> bool {
        let mut at = self.lines.get(&line).and_then(|it| it.parent);
        while let Some((parent, _)) = at {
            let Some(outer) = self.lines.get(&parent) else { return false };
            if self.graph.nodes[outer.node].join == Some(node) {
                return true;
            }
            at = outer.parent;
        }
        false
    }

    /// A line ended well.
    fn leave(&mut self, line: u32) {
        let Some(ended) = self.lines.remove(&line) else { return };
        let Some((parent, place)) = ended.parent else {
            self.done = true;
            let node = ended.last.unwrap_or(ended.node);
            self.actions.push(Action::Finish { node });
            return;
        };
        let outer = self.line(parent);
        outer.branches[place].ended = true;
        outer.branches[place].last = ended.last;
        if !outer.branches.iter().all(|branch| branch.ended) {
            return;
        }
        outer.state = State::Joining;
        let node = outer.node;
        let branches = std::mem::take(&mut outer.branches);
        let nodes = branches.into_iter().map(|branch| branch.last).collect();
        self.actions.push(Action::Join { line: parent, node, nodes });
    }

    /// A line failed with the error of `origin`.
    fn fail(&mut self, line: u32, origin: usize) {
        let mut line = line;
        loop {
            let it = self.line(line);
            let (node, parent) = (it.node, it.parent);
            if let Some(handler) = self.graph.nodes[node].on_error {
                return self.enter(line, handler);
            }
            self.lines.remove(&line);
            let Some((outer, _)) = parent else {
                self.done = true;
                self.lines.clear();
                self.actions.push(Action::Fail { node: origin });
                return;
            };
            let siblings: Vec<u32> = self.line(outer).branches.drain(..).map(|branch| branch.line).collect();
            for sibling in siblings {
                self.cancel(sibling);
            }
            line = outer;
        }
    }

    fn cancel(&mut self, line: u32) {
        let Some(stopped) = self.lines.remove(&line) else { return };
        for branch in &stopped.branches {
            self.cancel(branch.line);
        }
        if stopped.state != State::Waiting {
            self.actions.push(Action::Cancel { line, node: stopped.node });
        }
    }
}
