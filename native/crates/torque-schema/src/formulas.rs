//! Computed fields and checks: expressions over the values of a record.

use torque_expr::{Expression, Value as Computable};
use torque_json::Value;

use crate::fault::{Fault, Faults, Severity};
use crate::field::Field;
use crate::record::{Values, differs};

/// A field whose value is worked out.
#[derive(Debug)]
struct Computed {
    place: usize,
    expression: Expression,
}

/// A rule over several fields.
#[derive(Debug)]
struct Check {
    expression: Expression,
    message: String,
    /// The field that its error is shown at.
    field: Option<String>,
}

/// What expressions are evaluated for: a new record, or the next state of one.
pub(crate) struct Run<'r, 'a> {
    pub(crate) fields: &'r [Field],
    /// The values of the base, and which fields were sent; `None` for a new record.
    pub(crate) base: Option<(&'r Values<'a>, &'r [bool])>,
}

impl Run<'_, '_> {
    /// Whether an expression speaks of a value that was sent or has changed.
    fn touches(&self, expression: &Expression, values: &Values<'_>) -> bool {
        let Some((base, sent)) = self.base else { return true };
        let differ = |at: usize| differs(&self.fields[at], base[at].as_ref(), values[at].as_ref());
        expression.uses().iter().any(|&at| sent[at] || differ(at))
    }
}

/// The expressions of an entity, computed fields in an order in which each finds what it needs.
#[derive(Debug, Default)]
pub(crate) struct Formulas {
    computed: Vec<Computed>,
    checks: Vec<Check>,
}

impl Formulas {
    /// Reads the expressions of an entity; those that cannot be used are told to `problem` and left out.
    pub(crate) fn read(
        spec: &Value<'_>,
        fields: &[Field],
        mut problem: impl FnMut(&str, &'static str, String),
    ) -> Self {
        // The record's own times are set by the database, so no expression can speak of them.
        let names: Vec<&str> =
            fields.iter().map(|field| if field.system { "" } else { &field.name }).collect();
        let mut found: Vec<Option<Computed>> = fields.iter().map(|_| None).collect();
        for (place, field) in fields.iter().enumerate() {
            let Some(source) = &field.computed else { continue };
            match Expression::compile(source, &names) {
                Ok(expression) => found[place] = Some(Computed { place, expression }),
                Err(error) => problem(&field.name, "InvalidExpression", error.to_string()),
            }
        }
        let (order, circular) = sorted(&found);
        for place in circular {
            problem(&fields[place].name, "CircularExpression", "It depends on itself".to_owned());
        }
        let computed = order.into_iter().filter_map(|place| found[place].take()).collect();
        let mut checks = Vec::new();
        for check in spec.list("checks") {
            let name = check.text("name").unwrap_or_default();
            match Expression::compile(check.text("expression").unwrap_or_default(), &names) {
                Ok(expression) => {
                    let first = expression.uses().first().map(|&place| fields[place].name.clone());
                    let message = check.text("message").filter(|text| !text.is_empty());
                    checks.push(Check {
                        field: check.text("field").map(str::to_owned).or(first),
                        message: message
                            .map_or_else(|| format!("The rule {name} is not fulfilled."), str::to_owned),
                        expression,
                    });
                }
                Err(error) => problem(name, "InvalidExpression", error.to_string()),
            }
        }
        Self { computed, checks }
    }

    /// True when there is nothing to evaluate.
    pub(crate) fn is_empty(&self) -> bool {
        self.computed.is_empty() && self.checks.is_empty()
    }

    /// Works out the computed fields.
    ///
    /// What depends on a value that was refused is left out, and counts as refused itself: its error is that value's.
    pub(crate) fn compute<'a>(
        &self,
        run: &Run<'_, 'a>,
        values: &mut Values<'a>,
        refused: &mut [bool],
        found: &mut Vec<Fault>,
    ) {
        for Computed { place, expression } in &self.computed {
            let (field, before) = (&run.fields[*place], found.len());
            values[*place] = None;
            if expression.uses().iter().any(|&used| refused[used]) {
                refused[*place] = true;
                continue;
            }
            match evaluate(expression, values).and_then(|value| value.to_json()) {
                Ok(Value::Null) if field.required => field.miss(found),
                Ok(Value::Null) => {}
                Ok(value) => values[*place] = field.check(field.kind.fit(value), found),
                Err(failure) => Faults::at(&field.name, found)
                    .error("Computed", format!("This cannot be computed: {failure}.")),
            }
            let failed = found[before..].iter().any(|fault| fault.severity == Severity::Error);
            match run.base {
                Some((base, _)) if failed && !run.touches(expression, values) => {
                    found.truncate(before);
                    values[*place].clone_from(&base[*place]);
                }
                _ => refused[*place] = failed,
            }
        }
    }

    /// Tells which checks are broken, of those that speak of what was sent or has changed.
    pub(crate) fn check(
        &self,
        run: &Run<'_, '_>,
        values: &Values<'_>,
        refused: &[bool],
        found: &mut Vec<Fault>,
    ) {
        for check in &self.checks {
            let uses = check.expression.uses();
            if uses.iter().any(|&used| refused[used])
                || !(uses.is_empty() || run.touches(&check.expression, values))
            {
                continue;
            }
            let message = match evaluate(&check.expression, values) {
                Ok(value) if value.truthy() => continue,
                Ok(_) => check.message.clone(),
                Err(failure) => format!("{} It cannot be evaluated: {failure}.", check.message),
            };
            match &check.field {
                Some(field) => Faults::at(field, found).error("Check", message),
                None => {
                    found.push(Fault {
                        path: String::new(),
                        rule: "Check",
                        message: message.into(),
                        severity: Severity::Error,
                    });
                }
            }
        }
    }
}

fn evaluate(expression: &Expression, values: &Values<'_>) -> Result<Computable, torque_expr::Failure> {
    expression.evaluate(&|place| values[place].as_ref().map_or(Computable::Null, Computable::from))
}

/// The computed fields with each behind those it needs, and those that need themselves.
fn sorted(found: &[Option<Computed>]) -> (Vec<usize>, Vec<usize>) {
    let needs = |place: usize| found[place].iter().flat_map(|one| one.expression.uses().iter().copied());
    let mut order: Vec<usize> = Vec::new();
    let mut left: Vec<usize> = (0..found.len()).filter(|&place| found[place].is_some()).collect();
    loop {
        let ready: Vec<usize> =
            left.iter().copied().filter(|&place| !needs(place).any(|need| left.contains(&need))).collect();
        if ready.is_empty() {
            return (order, left);
        }
        left.retain(|place| !ready.contains(place));
        order.extend(ready);
    }
}
