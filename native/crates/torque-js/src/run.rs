//! One execution.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rquickjs::promise::PromiseState;
use rquickjs::{Ctx, Error, Function, Object, Promise, Value};
use torque_json::{DOCUMENT_DEPTH, JsonError, Kind, Scanner, Value as Json, parse, write_key, write_string};

use crate::compile::{Bytecodes, CodeKind, run};
use crate::host::Host;
use crate::sandbox::{Shared, describe};

/// A request, read from its frame.
pub(crate) struct Request<'a> {
    pub(crate) id: &'a str,
    kind: CodeKind,
    code: String,
    /// Names and JSON texts.
    scope: Vec<(String, &'a str)>,
    limit: Duration,
    max_output: usize,
}

/// The members of an object with the JSON text of each.
pub(crate) fn members(frame: &[u8]) -> Result<Vec<(String, &str)>, JsonError> {
    let mut scanner = Scanner::new(frame, usize::MAX)?;
    let found = members_at(&mut scanner)?;
    scanner.end()?;
    Ok(found)
}

fn members_at<'a>(scanner: &mut Scanner<'a>) -> Result<Vec<(String, &'a str)>, JsonError> {
    let mut found = Vec::new();
    if scanner.kind()? != Kind::Object {
        scanner.skip()?;
        return Ok(found);
    }
    let mut more = scanner.enter()?;
    while more {
        let name = scanner.key()?.decode().into_owned();
        let start = scanner.position();
        scanner.skip()?;
        found.push((name, scanner.since(start)));
        more = scanner.more(b'}')?;
    }
    Ok(found)
}

/// The text of the member of that name.
pub(crate) fn member<'a>(members: &[(String, &'a str)], name: &str) -> Option<&'a str> {
    members.iter().rev().find(|(key, _)| key == name).map(|(_, text)| *text)
}

/// The string in a JSON text.
pub(crate) fn string(text: Option<&str>) -> Option<String> {
    match parse(text?.as_bytes(), 1) {
        Ok(Json::String(value)) => Some(value.into_owned()),
        _ => None,
    }
}

impl<'a> Request<'a> {
    pub(crate) fn read(frame: &'a [u8]) -> Option<Self> {
        let found = members(frame).ok()?;
        let number = |name| member(&found, name).and_then(|text: &str| text.parse::<u64>().ok());
        Some(Self {
            id: member(&found, "id")?,
            kind: CodeKind::read(&string(member(&found, "kind"))?)?,
            code: string(member(&found, "code"))?,
            scope: members(member(&found, "scope").unwrap_or("{}").as_bytes()).ok()?,
            limit: Duration::from_millis(number("deadline_ms")?),
            max_output: number("max_output").map_or(usize::MAX, |bytes| bytes as usize),
        })
    }
}

/// Why an execution has no result.
#[derive(Debug)]
struct Failure {
    code: &'static str,
    message: String,
    stack: String,
}

impl Failure {
    fn new(code: &'static str, message: &str) -> Self {
        Self { code, message: message.to_owned(), stack: String::new() }
    }
}

enum Stop {
    Failed(Failure),
    /// The host is gone.
    Gone(io::Error),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Gone(error)
    }
}

/// What one execution works with.
pub(crate) struct Execution<'e, 'js, H> {
    pub(crate) ctx: &'e Ctx<'js>,
    /// What the globals made for it, see `sandbox`.
    pub(crate) host_object: &'e Object<'js>,
    pub(crate) bytecodes: &'e Rc<RefCell<Bytecodes>>,
    pub(crate) shared: &'e Rc<Shared>,
    pub(crate) host: &'e mut H,
}

impl<'js, H: Host> Execution<'_, 'js, H> {
    /// Runs a request and answers the frame of its outcome.
    pub(crate) fn answer(&mut self, request: &Request<'_>) -> io::Result<Vec<u8>> {
        self.shared.begin(request.limit);
        let outcome = match self.result(request) {
            Ok(result) => Ok(result),
            Err(Stop::Failed(failure)) => Err(failure),
            Err(Stop::Gone(error)) => return Err(error),
        };
        let mut out = Vec::with_capacity(256);
        out.extend_from_slice(b"{\"id\":");
        out.extend_from_slice(request.id.as_bytes());
        write_key(&mut out, "ok");
        match outcome {
            Ok(result) => {
                out.extend_from_slice(b"true");
                write_key(&mut out, "result");
                out.extend_from_slice(result.as_bytes());
            }
            Err(failure) => {
                out.extend_from_slice(b"false,\"error\":{");
                for (name, text) in
                    [("code", failure.code), ("message", &failure.message), ("stack", &failure.stack)]
                {
                    write_key(&mut out, name);
                    write_string(&mut out, &text.replace('\0', "\u{FFFD}"));
                }
                out.push(b'}');
            }
        }
        write_key(&mut out, "logs");
        self.shared.log.borrow().write(&mut out);
        write_key(&mut out, "us");
        out.extend_from_slice(self.shared.running().as_micros().to_string().as_bytes());
        out.push(b'}');
        Ok(out)
    }

    fn result(&mut self, request: &Request<'_>) -> Result<String, Stop> {
        let globals = self.ctx.globals();
        for (name, text) in &request.scope {
            let value = self.ctx.json_parse(*text).map_err(|error| self.failure(&error))?;
            globals.set(name.as_str(), value).map_err(|error| self.failure(&error))?;
        }
        let compiled = self.bytecodes.borrow_mut().get(self.ctx, request.kind, &request.code);
        let bytecode = match compiled {
            Ok(bytecode) => bytecode,
            Err(error) => return Err(self.syntax(&error).into()),
        };
        let value = run(self.ctx, &bytecode).map_err(|error| self.failure(&error))?;
        let value = match value.as_promise() {
            Some(promise) => self.settled(&promise.clone())?,
            None => value,
        };
        let text = self.ctx.json_stringify(value).map_err(|error| self.failure(&error))?;
        let text = text.map(|text| text.to_string()).transpose().map_err(|error| self.failure(&error))?;
        // Time that ran out while the result was written counts as well.
        if self.shared.has_expired() {
            return Err(timeout().into());
        }
        let text = text.unwrap_or_else(|| "null".to_owned());
        check_output(&text, request.max_output)?;
        Ok(text)
    }

    /// Runs what is due and waits for the host until the promise is settled.
    fn settled(&mut self, promise: &Promise<'js>) -> Result<Value<'js>, Stop> {
        let mut outstanding = 0usize;
        loop {
            while !self.shared.has_expired() && self.ctx.execute_pending_job() {}
            if self.shared.has_expired() {
                return Err(timeout().into());
            }
            if promise.state() != PromiseState::Pending {
                let settled = promise.result::<Value<'js>>();
                let value = settled.expect("a promise that is not pending has a result");
                return value.map_err(|error| self.failure(&error).into());
            }
            outstanding += self.send_calls()?;
            if outstanding == 0 {
                let message = "The script waits for something that never happens.";
                return Err(Failure::new("SCRIPT", message).into());
            }
            self.receive()?;
            outstanding -= 1;
        }
    }

    fn send_calls(&mut self) -> Result<usize, Stop> {
        let mut sent = 0;
        while let Some(call) = self.shared.calls.borrow_mut().pop_front() {
            let mut out = b"{".to_vec();
            write_key(&mut out, "id");
            out.extend_from_slice(self.host.id().as_bytes());
            write_key(&mut out, "call");
            out.extend_from_slice(call.number.to_string().as_bytes());
            write_key(&mut out, "op");
            write_string(&mut out, &call.op);
            write_key(&mut out, "args");
            out.extend_from_slice(call.args.as_bytes());
            out.push(b'}');
            self.host.send(&out)?;
            sent += 1;
        }
        Ok(sent)
    }

    fn receive(&mut self) -> Result<(), Stop> {
        let began = Instant::now();
        let frame = self.host.receive()?;
        self.shared.waited(began.elapsed());
        let bad = || io::Error::new(io::ErrorKind::InvalidData, "the host answered with something else");
        let found = members(&frame).map_err(|_| bad())?;
        let number: u32 = member(&found, "call").and_then(|text| text.parse().ok()).ok_or_else(bad)?;
        let ok = member(&found, "ok") == Some("true");
        let settle: Result<Function<'js>, Error> = self.host_object.get("settle");
        let settled = settle.and_then(|settle| {
            if ok {
                let value: Value<'js> = self.ctx.json_parse(member(&found, "value").unwrap_or("null"))?;
                return settle.call::<_, ()>((number, true, value));
            }
            let message = string(member(&found, "error")).unwrap_or_else(|| "The call failed.".to_owned());
            settle.call((number, false, message))
        });
        settled.map_err(|error| self.failure(&error).into())
    }

    fn syntax(&self, error: &Error) -> Failure {
        let failure = self.failure(error);
        if failure.code == "SCRIPT" { Failure { code: "SYNTAX", ..failure } } else { failure }
    }

    /// What an error of the engine means.
    fn failure(&self, error: &Error) -> Failure {
        if self.shared.has_expired() {
            return timeout();
        }
        match error {
            Error::Exception => self.thrown(),
            Error::Allocation => memory(),
            other => Failure::new("SCRIPT", &other.to_string()),
        }
    }

    fn thrown(&self) -> Failure {
        let thrown = self.ctx.catch();
        if thrown.is_null() {
            // What the engine throws when there is no memory left for an error. Nobody else throws null.
            return memory();
        }
        let told = describe(self.ctx, self.bytecodes, thrown);
        if self.shared.has_expired() {
            return timeout();
        }
        let Ok(told) = told else {
            // What cannot even be described was most likely thrown because there was no memory left.
            let why = self.ctx.catch();
            let message = why.as_exception().and_then(rquickjs::Exception::message);
            let starved = why.is_null() || message.is_some_and(|message| message == "out of memory");
            let failed = || Failure::new("SCRIPT", "The script failed and cannot say why.");
            return if starved { memory() } else { failed() };
        };
        let parts: Vec<String> = match parse(told.as_bytes(), DOCUMENT_DEPTH) {
            Ok(Json::Array(parts)) => {
                parts.iter().map(|part| part.as_str().unwrap_or("").to_owned()).collect()
            }
            _ => Vec::new(),
        };
        let [name, message, stack] = parts.try_into().unwrap_or_default();
        let too_much = message.ends_with("out of memory") || message.ends_with("string too long");
        if name == "InternalError" && too_much {
            return memory();
        }
        if message.ends_with("Maximum call stack size exceeded") || message.ends_with("stack overflow") {
            return Failure {
                code: "STACK",
                message: "The script called itself too deeply.".to_owned(),
                stack,
            };
        }
        Failure { code: "SCRIPT", message, stack }
    }
}

fn timeout() -> Failure {
    Failure::new("TIMEOUT", "The script ran longer than it may.")
}

fn memory() -> Failure {
    Failure::new("MEMORY", "The script used more memory than it may.")
}

fn check_output(text: &str, max_output: usize) -> Result<(), Failure> {
    if text.len() > max_output {
        return Err(Failure::new("OUTPUT", "The result is larger than it may be."));
    }
    let mut scanner = Scanner::over(text, usize::MAX);
    // What the engine wrote is JSON; only its text may be unfit, or nested deeper than documents may be.
    let unfit = scanner.skip().is_err() || scanner.take_text_fault().is_some();
    if unfit {
        let message = "The result holds text that cannot be stored: U+0000 or half of a surrogate pair.";
        return Err(Failure::new("SCRIPT", message));
    }
    if Scanner::over(text, DOCUMENT_DEPTH).skip().is_err() {
        return Err(Failure::new("OUTPUT", "The result is nested too deeply."));
    }
    Ok(())
}
