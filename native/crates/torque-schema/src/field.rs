use std::borrow::Cow;

use torque_json::Value;

use crate::fault::{Fault, Faults};
use crate::kinds::Kind;
use crate::rules::Rule;
use crate::uuid;

/// What fills a field that was left out.
#[derive(Debug)]
pub(crate) enum Default {
    None,
    Now,
    Today,
    Uuid,
    Literal(Value<'static>),
}

/// One field of an entity.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) read_only: bool,
    pub(crate) system: bool,
    pub(crate) unique_id: Option<String>,
    pub(crate) link_key: Option<String>,
    pub(crate) default: Default,
    pub(crate) computed: Option<String>,
    rules: Vec<Rule>,
    required_message: Cow<'static, str>,
}

impl Field {
    /// Reads a field; rules and defaults that cannot be used are told to `problem` and left out.
    pub(crate) fn read(
        spec: &Value<'_>,
        mut problem: impl FnMut(&'static str, String),
    ) -> Result<Self, String> {
        let name = spec.text("name").ok_or("a field without name")?.to_owned();
        let kind = Kind::read(spec.get("type").ok_or("a field without type")?)?;
        let mut rules = Vec::new();
        let mut required_message = None;
        for rule in spec.list("rules") {
            if rule.text("type") == Some("Required") {
                required_message = rule.text("message").filter(|text| !text.is_empty()).map(str::to_owned);
            }
            match Rule::read(&kind, rule) {
                Ok(found) => rules.extend(found),
                Err(why) => problem("InvalidRule", why),
            }
        }
        let default = read_default(&kind, spec.get("default"), |why| problem("InvalidDefault", why));
        let text = |member| spec.text(member).map(str::to_owned);
        Ok(Self {
            key: text("key").unwrap_or_else(|| name.clone()),
            name,
            kind,
            required: spec.flag("required"),
            read_only: spec.flag("read_only") || spec.flag("system"),
            system: spec.flag("system"),
            unique_id: text("unique_id"),
            link_key: text("link_key"),
            default,
            computed: text("computed"),
            rules,
            required_message: required_message.map_or(Cow::Borrowed("A value is required."), Cow::Owned),
        })
    }

    /// The value as it is stored, checked against type and rules.
    pub(crate) fn check<'a>(&self, value: Value<'a>, found: &mut Vec<Fault>) -> Option<Value<'a>> {
        let mut faults = Faults::at(&self.name, found);
        let value = self.kind.check(value, &mut faults)?;
        for rule in &self.rules {
            rule.apply(&value, &mut faults);
        }
        Some(value)
    }

    /// Whether a value that must be there is not; computed ones come later.
    pub(crate) fn lacks(&self, value: Option<&Value<'_>>) -> bool {
        let missing = match value {
            None => true,
            Some(Value::String(text)) => text.is_empty(),
            Some(_) => false,
        };
        self.required && self.computed.is_none() && missing
    }

    /// Tells that a required value is missing.
    pub(crate) fn miss(&self, found: &mut Vec<Fault>) {
        Faults::at(&self.name, found).error("Required", self.required_message.clone());
    }

    /// The value of a field that was left out on create.
    pub(crate) fn default_value(&self, now: &str) -> Option<Value<'static>> {
        let text = |text: &str| Some(Value::String(Cow::Owned(text.to_owned())));
        match &self.default {
            Default::None => None,
            Default::Literal(value) => Some(value.clone()),
            Default::Uuid => text(&uuid::new()),
            Default::Now | Default::Today => match self.kind {
                Kind::Date => text(now.get(..10)?),
                Kind::Time => text(now.get(11..19)?),
                _ if matches!(self.default, Default::Today) => match self.kind {
                    Kind::DateTime => text(&format!("{}T00:00:00.000000Z", now.get(..10)?)),
                    _ => text(now.get(..10)?),
                },
                _ => text(now),
            },
        }
    }
}

fn read_default(kind: &Kind, spec: Option<&Value<'_>>, problem: impl FnOnce(String)) -> Default {
    let value = match spec {
        None | Some(Value::Null) => return Default::None,
        Some(value) => value.clone().into_owned(),
    };
    let textual = matches!(kind, Kind::String(_) | Kind::DateTime | Kind::Date | Kind::Time);
    match value.as_str() {
        Some("now()") if textual => return Default::Now,
        Some("today()") if textual => return Default::Today,
        Some("uuid()") if matches!(kind, Kind::String(_)) => return Default::Uuid,
        _ => {}
    }
    let mut found = Vec::new();
    if let Some(value) = kind.check(value, &mut Faults::at("", &mut found)) {
        return Default::Literal(value);
    }
    let reasons: Vec<_> = found.into_iter().map(|fault| fault.message).collect();
    problem(format!("The default value does not fit: {}", reasons.join(" ")));
    Default::None
}
