use std::borrow::Cow;

use smallvec::SmallVec;

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
    pub message: Cow<'static, str>,
    /// How much it matters.
    pub severity: Severity,
}

/// Collects faults below a place in the record. The pointer is only written out when there is a fault.
pub(crate) struct Faults<'a> {
    field: &'a str,
    indexes: SmallVec<[usize; 4]>,
    found: &'a mut Vec<Fault>,
}

impl<'a> Faults<'a> {
    pub(crate) fn at(field: &'a str, found: &'a mut Vec<Fault>) -> Self {
        Self { field, indexes: SmallVec::new(), found }
    }

    pub(crate) fn element(&mut self, index: usize) -> Faults<'_> {
        let mut indexes = self.indexes.clone();
        indexes.push(index);
        Faults { field: self.field, indexes, found: self.found }
    }

    pub(crate) fn error(&mut self, rule: &'static str, message: impl Into<Cow<'static, str>>) {
        self.push(rule, message.into(), Severity::Error);
    }

    pub(crate) fn push(&mut self, rule: &'static str, message: Cow<'static, str>, severity: Severity) {
        let mut path = String::with_capacity(self.field.len() + 1);
        path.push('/');
        if self.field.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
            path.push_str(&self.field.replace('~', "~0").replace('/', "~1"));
        } else {
            path.push_str(self.field);
        }
        for index in &self.indexes {
            path.push('/');
            path.push_str(&index.to_string());
        }
        self.found.push(Fault { path, rule, message, severity });
    }
}
