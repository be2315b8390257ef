//! The rule `Range`: numbers, days, times of day or moments from one value to another, both ends included.

use std::borrow::Cow;

use torque_json::{Decimal, Value, write_value};

use crate::fault::Faults;
use crate::kinds::{Bounds, Kind};

/// What a range compares.
#[derive(Debug)]
pub(crate) enum Range {
    Numbers(Bounds),
    Times { min: Option<Moment>, max: Option<Moment> },
}

/// A bound as it is compared and as the model writes it.
#[derive(Debug)]
pub(crate) struct Moment {
    stored: String,
    written: String,
}

impl Range {
    /// Reads the bounds of a field or of the elements of a list; an error for a bound that is none of its values, and
    /// for bounds that allow none.
    pub(crate) fn read(kind: &Kind, spec: &Value<'_>) -> Result<Self, String> {
        let range = Self::between(kind, spec)?;
        if range.is_empty() {
            return Err(format!("{} allows no value: its minimum is above its maximum.", written(spec)));
        }
        Ok(range)
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Numbers(bounds) => bounds.is_empty(),
            Self::Times { min: Some(min), max: Some(max) } => min.stored > max.stored,
            Self::Times { .. } => false,
        }
    }

    fn between(kind: &Kind, spec: &Value<'_>) -> Result<Self, String> {
        let ends = Bounds::ends(spec);
        let element = kind.innermost();
        if matches!(element, Kind::DateTime | Kind::Date | Kind::Time) {
            let read = |end: Option<&Value<'_>>| end.map(|end| Moment::read(element, end)).transpose();
            return Ok(Self::Times { min: read(ends.0)?, max: read(ends.1)? });
        }
        let number = |end: &Value<'_>| matches!(end, Value::Number(text) if Decimal::read(text).is_some());
        match [ends.0, ends.1].into_iter().flatten().find(|end| !number(end)) {
            Some(end) => Err(unfit(end, "Must be a number.")),
            None => Ok(Self::Numbers(Bounds::read(spec))),
        }
    }

    /// What is wrong with a stored value, as a sentence.
    pub(crate) fn broken_by(&self, value: &Value<'_>) -> Option<String> {
        match (self, value) {
            (Self::Numbers(bounds), Value::Number(text)) => bounds.broken_by(&Decimal::read(text)?),
            // What is stored of each of these types has one width, so that text sorts like time.
            (Self::Times { min, max }, Value::String(text)) => match (min, max) {
                (Some(min), _) if **text < *min.stored => {
                    Some(format!("Must not be before {}.", min.written))
                }
                (_, Some(max)) if **text > *max.stored => Some(format!("Must not be after {}.", max.written)),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Moment {
    fn read(kind: &Kind, bound: &Value<'_>) -> Result<Self, String> {
        let mut found = Vec::new();
        match kind.check(bound.clone(), &mut Faults::at("", &mut found)) {
            Some(Value::String(stored)) => Ok(Self {
                stored: stored.into_owned(),
                written: bound.as_str().unwrap_or_default().to_owned(),
            }),
            _ => Err(unfit(bound, &found.first().map_or(Cow::Borrowed(""), |fault| fault.message.clone()))),
        }
    }
}

fn unfit(bound: &Value<'_>, why: &str) -> String {
    format!("{} cannot bound the values: {why}", written(bound))
}

/// A value as a model writes it.
fn written(value: &Value<'_>) -> String {
    let mut text = Vec::new();
    write_value(&mut text, value);
    String::from_utf8_lossy(&text).into_owned()
}
