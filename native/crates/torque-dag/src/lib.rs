//! Workflows as directed acyclic graphs: checked once, traversed often.
//!
//! [`Plan::compile`] checks everything that the graph itself can be checked for and tells all findings at once, each
//! with its node. [`Run`] is the traversal: a machine without clock, values or I/O. The engine tells it news (a node
//! succeeded or failed, a condition holds or not) and gets back what to do next. So the order of a flow is decided in one
//! place that can be tested without running a single node.
//!
//! A *line* is one chain of nodes that follow each other. There is one at first; a `Parallel` node opens one per branch
//! and waits until all have ended: at a leaf, an `End`, or the join, the first node (in the order of the graph) that all
//! branches lead to. A line that fails takes its siblings with it, and with them the `Parallel` node, which may have an
//! error edge of its own.
//!
//! What it refuses: cycles (naming the path), edges into nothing, anything but one `Start`, no `End`, nodes nobody
//! reaches, entities and workflows that do not exist, workflows that call themselves, code that does not compile. The
//! members of a node's config are for the node types to check.

mod check;
mod finding;
mod graph;
mod order;
mod plan;
mod run;

pub use check::ScriptCheck;
pub use finding::Finding;
pub use graph::Language;
pub use plan::{Plan, PlanError};
pub use run::{Action, Run};
