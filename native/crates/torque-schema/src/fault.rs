/// How much a broken rule matters; only an error refuses a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Refuses the record.
    Error,
    /// Worth telling.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The name in documents and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::Warning => "Warning",
            Self::Info => "Info",
        }
    }

    pub(crate) fn read(name: Option<&str>) -> Self {
        match name {
            Some("Warning") => Self::Warning,
            Some("Info") => Self::Info,
            _ => Self::Error,
        }
    }
}

/// One thing that is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer into the record.
    pub path: String,
    /// The rule's name.
    pub rule: &'static str,
    /// A sentence for people.
    pub message: String,
    /// How much it matters.
    pub severity: Severity,
}

/// Collects faults below a place in the record.
pub(crate) struct Faults<'a> {
    path: String,
    found: &'a mut Vec<Fault>,
}

impl<'a> Faults<'a> {
    pub(crate) fn at(field: &str, found: &'a mut Vec<Fault>) -> Self {
        Self { path: format!("/{}", field.replace('~', "~0").replace('/', "~1")), found }
    }

    pub(crate) fn element(&mut self, index: usize) -> Faults<'_> {
        Faults { path: format!("{}/{index}", self.path), found: self.found }
    }

    pub(crate) fn error(&mut self, rule: &'static str, message: impl Into<String>) {
        self.push(rule, message.into(), Severity::Error);
    }

    pub(crate) fn push(&mut self, rule: &'static str, message: String, severity: Severity) {
        self.found.push(Fault { path: self.path.clone(), rule, message, severity });
    }
}
