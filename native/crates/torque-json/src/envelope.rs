//! JSON-RPC 2.0, strictly.
//!
//! A body that is not JSON, an empty batch and a batch that is too long fail as a whole. Everything else is answered
//! call by call: a member of the wrong type makes that call `INVALID_REQUEST`, a NUL or lone surrogate in its
//! parameters makes it `INVALID_PARAMS`. An id that can be read is echoed exactly as it was written, also then. Members
//! of the envelope may not occur twice; members that the specification does not know are ignored, as it says nothing
//! about them.

use std::fmt;

use crate::error::{JsonError, JsonErrorKind};
use crate::scan::{Kind, Scanner};

/// Why a body cannot be answered call by call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvelopeError {
    /// Not JSON, or nested too deeply.
    Parse(JsonError),
    /// JSON, but neither an object nor an array with something in it.
    Invalid(&'static str),
    /// A batch of more calls than allowed.
    TooLong(usize),
}

impl EnvelopeError {
    /// The name of its class in the catalogue of errors.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Parse(_) => "PARSE_ERROR",
            Self::Invalid(_) => "INVALID_REQUEST",
            Self::TooLong(_) => "PAYLOAD_TOO_LARGE",
        }
    }
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parse(error) => error.fmt(f),
            Self::Invalid(why) => f.write_str(why),
            Self::TooLong(limit) => write!(f, "the batch has more than {limit} calls"),
        }
    }
}

impl std::error::Error for EnvelopeError {}

impl From<JsonError> for EnvelopeError {
    fn from(error: JsonError) -> Self {
        Self::Parse(error)
    }
}

/// One call as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call<'a> {
    /// The id's JSON; `None` for a notification.
    pub id: Option<&'a str>,
    /// The method, empty if it could not be read.
    pub method: String,
    /// The parameters' JSON, `{}` if there are none.
    pub params: &'a str,
    /// What is wrong with the call: a code of the catalogue and a sentence.
    pub error: Option<(&'static str, String)>,
}

/// A body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Envelope<'a> {
    /// A single call.
    Single(Call<'a>),
    /// A batch.
    Batch(Vec<Call<'a>>),
}

/// The calls of a body.
pub fn parse_envelope(
    body: &[u8],
    max_depth: usize,
    max_batch: usize,
) -> Result<Envelope<'_>, EnvelopeError> {
    let mut scanner = Scanner::new(body, max_depth)?;
    let envelope = match scanner.kind()? {
        Kind::Object => Envelope::Single(parse_call(&mut scanner)?),
        Kind::Array => {
            let mut calls = Vec::new();
            let mut more = scanner.enter()?;
            while more {
                if calls.len() == max_batch {
                    return Err(EnvelopeError::TooLong(max_batch));
                }
                calls.push(parse_call(&mut scanner)?);
                more = scanner.more(b']')?;
            }
            if calls.is_empty() {
                scanner.end()?;
                return Err(EnvelopeError::Invalid("the batch is empty"));
            }
            Envelope::Batch(calls)
        }
        _ => {
            scanner.skip()?;
            scanner.end()?;
            return Err(EnvelopeError::Invalid("a request is an object or an array of objects"));
        }
    };
    scanner.end()?;
    Ok(envelope)
}

#[derive(Default)]
struct Members<'a> {
    version: Option<bool>,
    id: Option<&'a str>,
    id_seen: bool,
    method: Option<String>,
    method_seen: bool,
    params: Option<&'a str>,
    wrong: Option<&'static str>,
    params_fault: Option<JsonError>,
}

impl Members<'_> {
    fn refuse(&mut self, why: &'static str) {
        self.wrong.get_or_insert(why);
    }
}

/// The call at `scanner`, which may be anything.
pub fn parse_call<'a>(scanner: &mut Scanner<'a>) -> Result<Call<'a>, JsonError> {
    let mut members = Members::default();
    if scanner.kind()? != Kind::Object {
        scanner.skip()?;
        scanner.take_text_fault();
        return Ok(invalid(None, "a request is an object"));
    }
    let mut more = scanner.enter()?;
    while more {
        let key = scanner.key()?.decode();
        match key.as_ref() {
            "jsonrpc" => read_version(scanner, &mut members)?,
            "id" => read_id(scanner, &mut members)?,
            "method" => read_method(scanner, &mut members)?,
            "params" => read_params(scanner, &mut members)?,
            _ => scanner.skip()?,
        }
        scanner.take_text_fault();
        more = scanner.more(b'}')?;
    }
    Ok(finish(members))
}

fn finish(mut members: Members<'_>) -> Call<'_> {
    if members.version != Some(true) {
        members.refuse("\"jsonrpc\" must be \"2.0\"");
    }
    if !members.method_seen {
        members.refuse("\"method\" is missing");
    }
    if let Some(why) = members.wrong {
        return invalid(members.id, why);
    }
    Call {
        id: members.id,
        method: members.method.unwrap_or_default(),
        params: members.params.unwrap_or("{}"),
        error: members.params_fault.map(|fault| {
            let what = match fault.kind {
                JsonErrorKind::Nul => "text must not hold the character U+0000",
                _ => "text must not hold half of a surrogate pair",
            };
            ("INVALID_PARAMS", what.to_owned())
        }),
    }
}

/// Answered with the id if there is one, else with null: a bad call is never taken for a notification.
fn invalid<'a>(id: Option<&'a str>, why: &str) -> Call<'a> {
    Call {
        id: Some(id.unwrap_or("null")),
        method: String::new(),
        params: "{}",
        error: Some(("INVALID_REQUEST", why.to_owned())),
    }
}

fn read_version(scanner: &mut Scanner<'_>, members: &mut Members<'_>) -> Result<(), JsonError> {
    if members.version.is_some() {
        members.refuse("\"jsonrpc\" occurs twice");
    }
    if scanner.kind()? == Kind::String {
        members.version = Some(scanner.string()?.decode() == "2.0");
    } else {
        scanner.skip()?;
        members.version = Some(false);
    }
    Ok(())
}

fn read_id<'a>(scanner: &mut Scanner<'a>, members: &mut Members<'a>) -> Result<(), JsonError> {
    let twice = members.id_seen;
    members.id_seen = true;
    let start = scanner.position();
    let fits = matches!(scanner.kind()?, Kind::String | Kind::Number | Kind::Null);
    scanner.skip()?;
    let storable = scanner.take_text_fault().is_none();
    if fits && storable && !twice {
        members.id = Some(scanner.since(start));
    } else {
        members.id = None;
        members.refuse(if twice {
            "\"id\" occurs twice"
        } else {
            "\"id\" must be a string, a number or null"
        });
    }
    Ok(())
}

fn read_method(scanner: &mut Scanner<'_>, members: &mut Members<'_>) -> Result<(), JsonError> {
    if members.method_seen {
        members.refuse("\"method\" occurs twice");
    }
    members.method_seen = true;
    if scanner.kind()? == Kind::String {
        members.method = Some(scanner.string()?.decode().into_owned());
        if scanner.take_text_fault().is_some() {
            members.refuse("\"method\" is not the name of a method");
        }
    } else {
        scanner.skip()?;
        members.refuse("\"method\" must be a string");
    }
    Ok(())
}

fn read_params<'a>(scanner: &mut Scanner<'a>, members: &mut Members<'a>) -> Result<(), JsonError> {
    if members.params.is_some() {
        members.refuse("\"params\" occurs twice");
    }
    let fits = matches!(scanner.kind()?, Kind::Object | Kind::Array);
    let start = scanner.position();
    scanner.skip()?;
    if !fits {
        members.refuse("\"params\" must be an object or an array");
    }
    members.params = Some(scanner.since(start));
    members.params_fault = scanner.take_text_fault();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn single(body: &str) -> Call<'_> {
        match parse_envelope(body.as_bytes(), 16, 4).unwrap() {
            Envelope::Single(call) => call,
            Envelope::Batch(_) => panic!("a batch"),
        }
    }

    #[test]
    fn a_call_keeps_the_text_of_id_and_params() {
        let call =
            single(r#" {"method":"get\u0045ntity","params": { "a" : 1.0 } ,"id": 1.50 ,"jsonrpc":"2.0"} "#);
        assert_eq!(call.id, Some("1.50"));
        assert_eq!(call.method, "getEntity");
        assert_eq!(call.params, r#"{ "a" : 1.0 }"#);
        assert_eq!(call.error, None);
    }

    #[test]
    fn without_id_it_is_a_notification_and_null_is_an_id() {
        assert_eq!(single(r#"{"jsonrpc":"2.0","method":"m"}"#).id, None);
        assert_eq!(single(r#"{"jsonrpc":"2.0","method":"m","id":null}"#).id, Some("null"));
    }

    #[test]
    fn a_bad_call_is_answered_with_its_id_where_it_can_be_read() {
        for (body, id) in [
            (r#"{"jsonrpc":"2.0","method":1,"id":"x"}"#, "\"x\""),
            (r#"{"jsonrpc":"2.0","method":1,"params":"bar"}"#, "null"),
            (r#"{"jsonrpc":"1.0","method":"m","id":7}"#, "7"),
            (r#"{"method":"m","id":7}"#, "7"),
            (r#"{"jsonrpc":"2.0","id":7}"#, "7"),
            (r#"{"jsonrpc":"2.0","method":"m","id":true}"#, "null"),
            (r#"{"jsonrpc":"2.0","method":"m","id":"\ud800"}"#, "null"),
            (r#"{"jsonrpc":"2.0","method":"m","id":1,"params":3}"#, "1"),
            (r#"{"jsonrpc":"2.0","method":"m","method":"n","id":1}"#, "1"),
            (r#"{"jsonrpc":"2.0","method":"m","params":{},"params":{},"id":1}"#, "1"),
            (r#"{"jsonrpc":"2.0","method":"m","id":1,"id":2}"#, "null"),
        ] {
            let call = single(body);
            assert_eq!(call.id, Some(id), "{body}");
            assert_eq!(call.error.unwrap().0, "INVALID_REQUEST", "{body}");
        }
    }

    #[test]
    fn text_that_cannot_be_stored_is_an_error_of_its_call_only() {
        let body = r#"[{"jsonrpc":"2.0","method":"m","id":1,"params":["\u0000"]},{"jsonrpc":"2.0","method":"m","id":2}]"#;
        let Envelope::Batch(calls) = parse_envelope(body.as_bytes(), 16, 4).unwrap() else {
            panic!("no batch")
        };
        assert_eq!(calls[0].error.as_ref().unwrap().0, "INVALID_PARAMS");
        assert_eq!(calls[1].error, None);
    }

    #[test]
    fn a_whole_body_fails_with_its_code() {
        for (body, code) in [
            ("[]", "INVALID_REQUEST"),
            ("1", "INVALID_REQUEST"),
            ("[1,2,3,4,5]", "PAYLOAD_TOO_LARGE"),
            (r#"{"jsonrpc":"2.0","method":"#, "PARSE_ERROR"),
            ("", "PARSE_ERROR"),
            ("[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", "PARSE_ERROR"),
        ] {
            assert_eq!(parse_envelope(body.as_bytes(), 16, 4).unwrap_err().code(), code, "{body}");
        }
    }

    #[test]
    fn members_of_a_batch_that_are_no_objects_are_answered_one_by_one() {
        let Envelope::Batch(calls) = parse_envelope(b"[1,{},[]]", 16, 4).unwrap() else { panic!("no batch") };
        assert!(calls.iter().all(|call| call.id == Some("null") && call.error.is_some()));
    }
}
