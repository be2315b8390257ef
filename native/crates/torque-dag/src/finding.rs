/// One thing that is wrong with a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The node it is about.
    pub node_id: Option<String>,
    /// What was checked.
    pub rule: &'static str,
    /// A sentence.
    pub message: String,
    /// Whether the flow cannot run.
    pub is_error: bool,
}

impl Finding {
    pub(crate) fn error(node_id: Option<&str>, rule: &'static str, message: String) -> Self {
        Self { node_id: node_id.map(str::to_owned), rule, message, is_error: true }
    }

    pub(crate) fn warning(node_id: Option<&str>, rule: &'static str, message: String) -> Self {
        Self { is_error: false, ..Self::error(node_id, rule, message) }
    }
}
