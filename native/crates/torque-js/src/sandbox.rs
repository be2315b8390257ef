//! What surrounds a script: clock, host functions, globals.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rquickjs::object::Property;
use rquickjs::{Ctx, Error, Function, Object, Runtime, Value};

use crate::compile::{Bytecodes, CodeKind, run};
use crate::log::Log;

/// Globals that are made when a script first looks at them: most scripts need none of them, and making them all would take
/// a third of the time of an execution.
const LAZY: [(&str, &str); 3] = [
    ("console", include_str!("globals/console.js")),
    ("fetch", include_str!("globals/fetch.js")),
    ("structuredClone", include_str!("globals/structured_clone.js")),
];
const CORE: &str = include_str!("globals/core.js");
const DESCRIBE: &str = include_str!("globals/describe.js");

/// A call of the script to its host that was not sent yet.
pub(crate) struct HostCall {
    pub(crate) number: u32,
    pub(crate) op: String,
    pub(crate) args: String,
}

/// What the functions of the host and the loop around them share.
pub(crate) struct Shared {
    pub(crate) log: RefCell<Log>,
    pub(crate) calls: RefCell<VecDeque<HostCall>>,
    next_call: Cell<u32>,
    began: Cell<Instant>,
    deadline: Cell<Option<Instant>>,
    waited: Cell<Duration>,
    expired: Cell<bool>,
}

impl Shared {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Self {
            log: RefCell::default(),
            calls: RefCell::default(),
            next_call: Cell::new(1),
            began: Cell::new(Instant::now()),
            deadline: Cell::new(None),
            waited: Cell::new(Duration::ZERO),
            expired: Cell::new(false),
        })
    }

    /// The clock starts.
    pub(crate) fn begin(&self, limit: Duration) {
        let now = Instant::now();
        self.began.set(now);
        self.deadline.set(now.checked_add(limit));
    }

    /// Waiting for the host does not count.
    pub(crate) fn waited(&self, time: Duration) {
        self.waited.set(self.waited.get() + time);
        self.deadline.set(self.deadline.get().and_then(|deadline| deadline.checked_add(time)));
    }

    pub(crate) fn running(&self) -> Duration {
        self.began.get().elapsed().saturating_sub(self.waited.get())
    }

    /// Once true it stays true: a script that goes on after the first interrupt is interrupted again.
    pub(crate) fn has_expired(&self) -> bool {
        if !self.expired.get() {
            self.expired.set(self.deadline.get().is_some_and(|deadline| Instant::now() >= deadline));
        }
        self.expired.get()
    }
}

/// Ends whatever runs too long.
pub(crate) fn watch(runtime: &Runtime, shared: &Rc<Shared>) {
    let shared = Rc::clone(shared);
    runtime.set_interrupt_handler(Some(Box::new(move || shared.has_expired())));
}

/// Makes the globals and answers the object through which they and the loop speak to each other.
pub(crate) fn furnish<'js>(
    ctx: &Ctx<'js>,
    shared: &Rc<Shared>,
    bytecodes: &Rc<RefCell<Bytecodes>>,
) -> Result<Object<'js>, Error> {
    let host = host_functions(ctx, shared, bytecodes)?;
    let globals = ctx.globals();
    part(ctx, bytecodes, CORE)?.call::<_, ()>((host.clone(), LAZY.map(|(name, _)| name).to_vec()))?;
    let json: Object<'js> = globals.get("JSON")?;
    define(&globals, "JSON_parse", json.get::<_, Value<'js>>("parse")?)?;
    define(&globals, "JSON_stringify", json.get::<_, Value<'js>>("stringify")?)?;
    let clock = Rc::clone(shared);
    let now = move || clock.began.get().elapsed().as_secs_f64() * 1000.0;
    define(&globals, "performance_now", Function::new(ctx.clone(), now)?.into_value())?;
    let crypto = Object::new(ctx.clone())?;
    crypto.set("randomUUID", Function::new(ctx.clone(), random_uuid)?)?;
    define(&globals, "crypto", crypto.into_value())?;
    Ok(host)
}

/// What the globals are made from. These functions hold nothing of the engine, or it could never be freed.
fn host_functions<'js>(
    ctx: &Ctx<'js>,
    shared: &Rc<Shared>,
    bytecodes: &Rc<RefCell<Bytecodes>>,
) -> Result<Object<'js>, Error> {
    let host = Object::new(ctx.clone())?;
    let bytecodes = Rc::clone(bytecodes);
    let make = move |ctx: Ctx<'js>, name: String| {
        let (_, source) = LAZY.iter().find(|(known, _)| *known == name).ok_or(Error::Unknown)?;
        part(&ctx, &bytecodes, source)
    };
    host.set("part", Function::new(ctx.clone(), make)?)?;
    let log = Rc::clone(shared);
    let say = move |level: String, message: String| log.log.borrow_mut().add(level, message);
    host.set("log", Function::new(ctx.clone(), say)?)?;
    let calls = Rc::clone(shared);
    let call = move |op: String, args: String| {
        let number = calls.next_call.replace(calls.next_call.get() + 1);
        calls.calls.borrow_mut().push_back(HostCall { number, op, args });
        number
    };
    host.set("call", Function::new(ctx.clone(), call)?)?;
    Ok(host)
}

/// A global as scripts may replace it, but do not see it when they enumerate.
fn define<'js>(globals: &Object<'js>, name: &str, value: Value<'js>) -> Result<(), Error> {
    globals.prop(name, Property::from(value).writable().configurable())
}

/// A part of the globals: a function that makes them.
fn part<'js>(
    ctx: &Ctx<'js>,
    bytecodes: &Rc<RefCell<Bytecodes>>,
    source: &str,
) -> Result<Function<'js>, Error> {
    let bytecode = bytecodes.borrow_mut().get(ctx, CodeKind::Raw, source)?;
    run(ctx, &bytecode)?.into_function().ok_or_else(|| Error::new_from_js("part", "function"))
}

/// Name, message and stack of what was thrown, as JSON.
pub(crate) fn describe<'js>(
    ctx: &Ctx<'js>,
    bytecodes: &Rc<RefCell<Bytecodes>>,
    thrown: Value<'js>,
) -> Result<String, Error> {
    part(ctx, bytecodes, DESCRIBE)?.call::<_, Function<'js>>(())?.call((thrown,))
}

fn random_uuid() -> String {
    let mut bytes = [0u8; 16];
    if getrandom::fill(&mut bytes).is_err() {
        // Without entropy an id from the clock is still better than one that repeats.
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        bytes = nanos.to_be_bytes();
    }
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let part = |range: std::ops::Range<usize>| {
        bytes[range].iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    };
    format!("{}-{}-{}-{}-{}", part(0..4), part(4..6), part(6..8), part(8..10), part(10..16))
}

/// What an exception says, for people; with its line where there is more than one.
pub(crate) fn message_of(ctx: &Ctx<'_>, error: &Error, with_line: bool) -> String {
    if !matches!(error, Error::Exception) {
        return error.to_string();
    }
    let thrown: Value<'_> = ctx.catch();
    let Some(exception) = thrown.as_exception() else { return "out of memory".to_owned() };
    let message = exception.message().unwrap_or_default();
    let line = exception.stack().filter(|_| with_line).and_then(|stack| line_in(&stack));
    match line {
        Some(line) => format!("line {line}: {message}"),
        None => message,
    }
}

/// The line of the topmost place in a stack that names one.
fn line_in(stack: &str) -> Option<u32> {
    let place = stack.lines().next()?.trim_end_matches(')');
    let mut parts = place.rsplit(':');
    let (last, before) = (parts.next()?, parts.next()?);
    last.parse::<u32>().ok().and_then(|_| before.parse().ok())
}
