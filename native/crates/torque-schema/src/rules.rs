//! The rules of a field beyond its type.

use fancy_regex::{Regex, RegexBuilder};
use torque_json::Value;

use crate::fault::{Faults, Severity};
use crate::kinds::Kind;
use crate::range::Range;

/// A pattern that tries longer than this counts as not matched; ordinary ones never backtrack at all.
const BACKTRACK_LIMIT: usize = 100_000;

#[derive(Debug)]
enum Check {
    MinLength(usize),
    MaxLength(usize),
    Pattern(Box<Regex>),
    Email,
    Url,
    Range(Range),
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    name: &'static str,
    check: Check,
    message: Option<String>,
    severity: Severity,
}

impl Rule {
    /// Reads a rule of a field of some type; `None` for those that are decided elsewhere, an error for those that
    /// cannot be compiled.
    pub(crate) fn read(kind: &Kind, spec: &Value<'_>) -> Result<Option<Self>, String> {
        let value = spec.get("value");
        let length = || value.and_then(Value::as_i64).and_then(|n| usize::try_from(n).ok());
        let (name, check) = match spec.text("type").unwrap_or_default() {
            "MinLength" => ("MinLength", Check::MinLength(length().ok_or("the length is not a number")?)),
            "MaxLength" => ("MaxLength", Check::MaxLength(length().ok_or("the length is not a number")?)),
            "Pattern" => ("Pattern", Check::Pattern(Box::new(pattern(value)?))),
            "Email" => ("Email", Check::Email),
            "Url" => ("Url", Check::Url),
            "Range" => ("Range", Check::Range(Range::read(kind, value.unwrap_or(&Value::Null))?)),
            "Required" | "Custom" => return Ok(None),
            other => return Err(format!("there is no rule {other:?}")),
        };
        let message = spec.text("message").filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(Some(Self { name, check, message, severity: Severity::read(spec.text("severity")) }))
    }

    /// Tells what a value breaks.
    pub(crate) fn apply(&self, value: &Value<'_>, faults: &mut Faults<'_>) {
        let broken = match (&self.check, value) {
            (_, Value::String(text)) if text.is_empty() => None,
            (Check::MinLength(min), Value::String(text)) if text.chars().count() < *min => {
                Some(format!("Must be at least {min} characters."))
            }
            (Check::MaxLength(max), Value::String(text)) if text.chars().count() > *max => {
                Some(format!("Must be at most {max} characters."))
            }
            (Check::MinLength(min), Value::Array(elements)) if elements.len() < *min => {
                Some(format!("Must have at least {min} elements."))
            }
            (Check::MaxLength(max), Value::Array(elements)) if elements.len() > *max => {
                Some(format!("Must have at most {max} elements."))
            }
            (Check::Pattern(_) | Check::Email | Check::Url | Check::Range(_), Value::Array(elements)) => {
                for (index, element) in elements.iter().enumerate() {
                    self.apply(element, &mut faults.element(index));
                }
                None
            }
            (Check::Pattern(pattern), Value::String(text))
                if !pattern.is_match(text.as_ref()).unwrap_or(false) =>
            {
                Some("Does not have the expected form.".to_owned())
            }
            (Check::Email, Value::String(text)) if !is_email(text) => {
                Some("Must be an e-mail address.".to_owned())
            }
            (Check::Url, Value::String(text)) if !is_url(text) => Some("Must be a web address.".to_owned()),
            (Check::Range(range), value) => range.broken_by(value),
            _ => None,
        };
        if let Some(sentence) = broken {
            faults.push(self.name, self.message.clone().unwrap_or(sentence).into(), self.severity);
        }
    }
}

fn pattern(value: Option<&Value<'_>>) -> Result<Regex, String> {
    let text = value.and_then(Value::as_str).ok_or("the pattern is not text")?;
    RegexBuilder::new(text)
        .backtrack_limit(BACKTRACK_LIMIT)
        .build()
        .map_err(|error| format!("the pattern {text:?} cannot be used: {error}"))
}

/// What browsers take in an e-mail input, and a dot in the domain.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_fits = !local.is_empty()
        && local.len() <= 64
        && local.chars().all(|c| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c));
    local_fits && domain.contains('.') && is_host(domain)
}

fn is_host(text: &str) -> bool {
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// `http` or `https`, a host, and no white space.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let host_fits = is_host(name) || (name.starts_with('[') && name.ends_with(']') && name.len() > 3);
    matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https")
        && host_fits
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_text() {
        for text in ["a@b.de", "first.last+tag@sub.example.com", "ü@exämple.org"] {
            assert!(is_email(text), "{text}");
        }
        for text in ["a", "@b.de", "a@", "a@b", "a b@c.de", "a@b..de", "a@-b.de", "a@b.de "] {
            assert!(!is_email(text), "{text}");
        }
        for text in ["http://a", "HTTPS://example.com:8080/x?y#z", "https://user@host/", "http://[::1]:80/"] {
            assert!(is_url(text), "{text}");
        }
        for text in
            ["", "example.com", "ftp://a.b", "http://", "http:// a", "javascript:alert(1)", "http://a b"]
        {
            assert!(!is_url(text), "{text}");
        }
    }

    #[test]
    fn a_pattern_that_explodes_is_not_matched_and_ends() {
        let spec = torque_json::parse_text(r#"{"type":"Pattern","value":"^(a+)+(?=b)$"}"#).unwrap();
        let kind = Kind::read(&torque_json::parse_text(r#"{"type":"String"}"#).unwrap()).unwrap();
        let rule = Rule::read(&kind, &spec).unwrap().unwrap();
        let mut found = Vec::new();
        rule.apply(&Value::String("a".repeat(60).into()), &mut Faults::at("f", &mut found));
        assert_eq!(found[0].rule, "Pattern");
    }
}
