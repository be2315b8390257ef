use std::fmt;

use hashbrown::HashMap;
use smallvec::SmallVec;
use torque_json::{DOCUMENT_DEPTH, JsonError, JsonErrorKind, Kind as JsonKind, Scanner, Value, parse};

use crate::fault::{Fault, Faults, Severity};
use crate::field::Field;
use crate::formulas::{Formulas, Run};
use crate::record::{Prepared, Values, changes, keys, links, stored};

/// Names that every record has of its own.
const OWN: [&str; 5] = ["id", "entity_type", "version", "created_at", "updated_at"];

/// Fields that must be unique together.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) places: Vec<usize>,
}

/// A description of an entity that cannot be used at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecError(String);

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the description of an entity cannot be used: {}", self.0)
    }
}

impl std::error::Error for SpecError {}

impl From<JsonError> for SpecError {
    fn from(error: JsonError) -> Self {
        Self(error.to_string())
    }
}

/// A rule, default or expression that cannot be used and is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field's name, or that of the check.
    pub field: String,
    /// `InvalidRule`, `InvalidDefault`, `InvalidExpression` or `CircularExpression`.
    pub rule: &'static str,
    /// Why.
    pub message: String,
}

/// The rules of one entity.
#[derive(Debug)]
pub struct Validator {
    fields: Vec<Field>,
    by_name: HashMap<String, usize>,
    by_key: HashMap<String, usize>,
    groups: Vec<Group>,
    formulas: Formulas,
    problems: Vec<Problem>,
}

/// Letters of a name that count when the nearest known one is looked for.
const LONGEST_NAME: usize = 64;
type Letters = SmallVec<[char; LONGEST_NAME]>;

/// What was sent for a field.
enum Sent<'a> {
    Nothing,
    Null,
    Value(Value<'a>),
    Refused,
}

impl Validator {
    /// Compiles the description of an entity: `{"fields": […], "unique": […]}`.
    pub fn new(spec: &[u8]) -> Result<Self, SpecError> {
        let spec = parse(spec, DOCUMENT_DEPTH)?;
        let mut problems = Vec::new();
        let mut fields = Vec::new();
        for field in spec.list("fields") {
            let name = field.text("name").unwrap_or_default();
            let problem = |rule, message| problems.push(Problem { field: name.to_owned(), rule, message });
            fields.push(Field::read(field, problem).map_err(SpecError)?);
        }
        let index = |of: fn(&Field) -> &String| -> HashMap<String, usize> {
            fields.iter().enumerate().map(|(place, field)| (of(field).clone(), place)).collect()
        };
        let (by_name, by_key) = (index(|field| &field.name), index(|field| &field.key));
        let mut groups = Vec::new();
        for group in spec.list("unique") {
            let id = group.text("id").ok_or_else(|| SpecError("a unique rule without id".into()))?.to_owned();
            let places: Option<Vec<usize>> =
                group.list("fields").iter().map(|key| by_key.get(key.as_str()?).copied()).collect();
            let places =
                places.ok_or_else(|| SpecError(format!("the unique rule {id} names an unknown field")))?;
            groups.push(Group { id, places });
        }
        let formulas = Formulas::read(&spec, &fields, |field, rule, message| {
            problems.push(Problem { field: field.to_owned(), rule, message });
        });
        Ok(Self { fields, by_name, by_key, groups, formulas, problems })
    }

    /// Rules and defaults that were left out.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Prepares a new record from JSON under names.
    #[must_use]
    pub fn create(&self, data: &[u8], now: &str) -> Prepared {
        let mut found = Vec::new();
        let sent = self.read(data, &mut found);
        let mut values: Values<'_> = Vec::with_capacity(self.fields.len());
        let mut bad = Vec::with_capacity(self.fields.len());
        for (field, sent) in self.fields.iter().zip(sent) {
            let refused = matches!(sent, Sent::Refused);
            let value = match sent {
                Sent::Value(value) => Some(value),
                Sent::Nothing => field.default_value(now),
                Sent::Null | Sent::Refused => None,
            };
            bad.push(refused || field.lacks(value.as_ref()));
            if !refused && field.lacks(value.as_ref()) {
                field.miss(&mut found);
            }
            values.push(value);
        }
        if !self.formulas.is_empty() {
            let run = Run { fields: &self.fields, base: None };
            self.formulas.compute(&run, &mut values, &mut bad, &mut found);
            self.formulas.check(&run, &values, &bad, &mut found);
        }
        let mut out = judged(found);
        self.refer(&mut out, &values);
        if out.errors.is_empty() {
            out.data = stored(&self.fields, &values, &[]);
            let filled = self.fields.iter().zip(&values).filter(|(_, value)| value.is_some());
            out.changed = filled.map(|(field, _)| field.name.clone()).collect();
            out.old.extend_from_slice(b"{}");
        } else {
            self.tell_sound(&mut out, &values, &bad);
        }
        out
    }

    /// Prepares the next state of a record: `base` as it is stored, `patch` under names.
    #[must_use]
    pub fn update(&self, base: &[u8], patch: &[u8], replace: bool) -> Prepared {
        let mut found = Vec::new();
        let base = match parse(base, DOCUMENT_DEPTH) {
            Ok(Value::Object(members)) => members,
            _ => Vec::new(),
        };
        let mut before: Values<'_> = self.fields.iter().map(|_| None).collect();
        let mut others = Vec::new();
        for (key, value) in &base {
            match self.by_key.get(key.as_ref()) {
                Some(&place) if !self.fields[place].system => {
                    before[place] = (!value.is_null()).then(|| value.clone());
                }
                _ => others.push((key.as_ref(), value)),
            }
        }
        let sent = self.read(patch, &mut found);
        let mut after: Values<'_> = Vec::with_capacity(self.fields.len());
        let (mut bad, mut named) = (Vec::with_capacity(sent.len()), Vec::with_capacity(sent.len()));
        for ((field, sent), before) in self.fields.iter().zip(sent).zip(&before) {
            let keeps = !replace || field.read_only;
            let refused = matches!(sent, Sent::Refused);
            named.push(!matches!(sent, Sent::Nothing));
            let value = match sent {
                Sent::Value(value) => Some(value),
                Sent::Nothing if keeps => before.clone(),
                Sent::Nothing | Sent::Null | Sent::Refused => None,
            };
            bad.push(refused || field.lacks(value.as_ref()));
            if !refused && field.lacks(value.as_ref()) {
                field.miss(&mut found);
            }
            after.push(value);
        }
        if !self.formulas.is_empty() {
            let run = Run { fields: &self.fields, base: Some((&before, &named)) };
            self.formulas.compute(&run, &mut after, &mut bad, &mut found);
            self.formulas.check(&run, &after, &bad, &mut found);
        }
        let mut out = judged(found);
        self.refer(&mut out, &after);
        out.old_links = links(&self.fields, &before);
        out.old_keys = keys(&self.fields, &self.groups, &before);
        if out.errors.is_empty() {
            out.data = stored(&self.fields, &after, &others);
            changes(&self.fields, &before, &after, &mut out);
        } else {
            self.tell_sound(&mut out, &after, &bad);
        }
        out
    }

    /// What is sound of a refused record, for whoever judges it as well.
    fn tell_sound(&self, out: &mut Prepared, values: &Values<'_>, bad: &[bool]) {
        out.data = stored(&self.fields, values, &[]);
        let lacking = self.fields.iter().zip(bad).filter(|&(_, &bad)| bad);
        out.lacking = lacking.map(|(field, _)| field.name.clone()).collect();
    }

    /// What the database has to agree to; of a refused record that of its sound values, so that all is told at once.
    fn refer(&self, out: &mut Prepared, values: &Values<'_>) {
        out.links = links(&self.fields, values);
        out.keys = keys(&self.fields, &self.groups, values);
    }

    /// What was sent, by field; of equal keys the last counts.
    fn read<'a>(&self, data: &'a [u8], found: &mut Vec<Fault>) -> Vec<Sent<'a>> {
        let mut sent: Vec<Sent<'a>> = self.fields.iter().map(|_| Sent::Nothing).collect();
        let mut unsound: Vec<Option<JsonErrorKind>> = vec![None; self.fields.len()];
        if let Err(message) = self.read_members(data, &mut sent, &mut unsound, found) {
            let path = String::new();
            found.push(Fault { path, rule: "Type", message: message.into(), severity: Severity::Error });
            return sent;
        }
        for ((field, sent), unsound) in self.fields.iter().zip(&mut sent).zip(unsound) {
            let Sent::Value(value) = std::mem::replace(sent, Sent::Nothing) else { continue };
            *sent = match (value, unsound) {
                _ if field.read_only => {
                    Faults::at(&field.name, found).error("ReadOnly", "This field cannot be set.");
                    Sent::Refused
                }
                (_, Some(kind)) => {
                    Faults::at(&field.name, found).error("Type", unsound_text(kind));
                    Sent::Refused
                }
                (Value::Null, None) => Sent::Null,
                (value, None) => field.check(value, found).map_or(Sent::Refused, Sent::Value),
            };
        }
        sent
    }

    fn read_members<'a>(
        &self,
        data: &'a [u8],
        sent: &mut [Sent<'a>],
        unsound: &mut [Option<JsonErrorKind>],
        found: &mut Vec<Fault>,
    ) -> Result<(), String> {
        let fault = |error: JsonError| format!("The record cannot be read: {error}.");
        let mut scanner = Scanner::new(data, DOCUMENT_DEPTH).map_err(fault)?;
        if scanner.kind().map_err(fault)? != JsonKind::Object {
            return Err("A record is an object.".to_owned());
        }
        let mut more = scanner.enter().map_err(fault)?;
        while more {
            let name = scanner.key().map_err(fault)?.decode();
            scanner.take_text_fault();
            let value = scanner.value().map_err(fault)?;
            let text_fault = scanner.take_text_fault();
            match self.by_name.get(name.as_ref()) {
                Some(&place) => {
                    sent[place] = Sent::Value(value);
                    unsound[place] = text_fault.map(|error| error.kind);
                }
                None => self.refuse_name(&name, found),
            }
            more = scanner.more(b'}').map_err(fault)?;
        }
        scanner.end().map_err(fault)
    }

    fn refuse_name(&self, name: &str, found: &mut Vec<Fault>) {
        let mut faults = Faults::at(name, found);
        if OWN.contains(&name) {
            faults.error("ReadOnly", "The server sets this.");
            return;
        }
        let asked: Letters = name.chars().take(LONGEST_NAME).collect();
        let nearest = self
            .fields
            .iter()
            .filter(|field| field.name.chars().count().abs_diff(asked.len()) * 2 <= field.name.len())
            .filter_map(|field| Some((distance(&field.name, &asked, field.name.len() / 2)?, &field.name)))
            .min();
        faults.error(
            "UnknownField",
            match nearest {
                Some((_, known)) => format!("There is no field {name}; did you mean {known}?"),
                None => format!("There is no field {name}."),
            },
        );
    }
}

fn judged(found: Vec<Fault>) -> Prepared {
    if found.is_empty() {
        return Prepared::default();
    }
    if found.iter().all(|fault| fault.severity == Severity::Error) {
        return Prepared { errors: found, ..Prepared::default() };
    }
    let (errors, warnings) = found.into_iter().partition(|fault| fault.severity == Severity::Error);
    Prepared { errors, warnings, ..Prepared::default() }
}

fn unsound_text(kind: JsonErrorKind) -> &'static str {
    match kind {
        JsonErrorKind::Nul => "Text must not hold the character U+0000.",
        _ => "Text must not hold half of a surrogate pair.",
    }
}

/// How many characters must be put in, taken out or exchanged; `None` if more than `most`.
fn distance(one: &str, other: &[char], most: usize) -> Option<usize> {
    let mut row: SmallVec<[usize; 96]> = (0..=other.len()).collect();
    for (at, a) in one.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        let mut least = row[0];
        for (place, &b) in other.iter().enumerate() {
            let change = corner + usize::from(a != b);
            corner = row[place + 1];
            row[place + 1] = change.min(corner + 1).min(row[place] + 1);
            least = least.min(row[place + 1]);
        }
        // No later row has a smaller number than the least of this one.
        if least > most {
            return None;
        }
    }
    Some(row[other.len()]).filter(|&steps| steps <= most)
}
