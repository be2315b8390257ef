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

    /// Forgets an execution.
    pub(crate) fn reset(&self) {
        self.log.take();
        self.calls.take();
        self.next_call.set(1);
        self.deadline.set(None);
        self.waited.set(Duration::ZERO);
        self.expired.set(false);
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

/// What an engine is furnished with, held for as long as executions run in it.
pub(crate) struct Sandbox<'js> {
    /// Through this the globals and the loop around a script speak to each other.
    pub(crate) host: Object<'js>,
    pub(crate) shared: Rc<Shared>,
    /// The native functions. Scripts may drop them, and what belongs to them outside the engine must not be freed: it cannot
    /// be put back.
    _functions: Vec<Function<'js>>,
}

/// Makes the globals.
pub(crate) fn furnish<'js>(
    ctx: &Ctx<'js>,
    shared: &Rc<Shared>,
    bytecodes: &Rc<RefCell<Bytecodes>>,
) -> Result<Sandbox<'js>, Error> {
    let [part_of, log, call] = host_functions(ctx, shared, bytecodes)?;
    let host = Object::new(ctx.clone())?;
    for (name, function) in [("part", &part_of), ("log", &log), ("call", &call)] {
        host.set(name, function.clone())?;
    }
    let globals = ctx.globals();
    part(ctx, bytecodes, CORE)?.call::<_, ()>((host.clone(), LAZY.map(|(name, _)| name).to_vec()))?;
    let json: Object<'js> = globals.get("JSON")?;
    define(&globals, "JSON_parse", json.get::<_, Value<'js>>("parse")?)?;
    define(&globals, "JSON_stringify", json.get::<_, Value<'js>>("stringify")?)?;
    let clock = Rc::clone(shared);
    let now = Function::new(ctx.clone(), move || clock.began.get().elapsed().as_secs_f64() * 1000.0)?;
    define(&globals, "performance_now", now.clone().into_value())?;
    let uuid = Function::new(ctx.clone(), random_uuid)?;
    let crypto = Object::new(ctx.clone())?;
    crypto.set("randomUUID", uuid.clone())?;
    define(&globals, "crypto", crypto.into_value())?;
    // The engine's own would begin anew with every execution, and ours with every process that was forked.
    let mut seed = [0; 8];
    if getrandom::fill(&mut seed).is_ok() {
        fastrand::seed(u64::from_ne_bytes(seed));
    }
    let random = Function::new(ctx.clone(), fastrand::f64)?.with_name("random")?;
    define(&globals.get("Math")?, "random", random.clone().into_value())?;
    Ok(Sandbox { host, shared: Rc::clone(shared), _functions: vec![part_of, log, call, now, uuid, random] })
}

/// What the globals are made from. These functions hold nothing of the engine, or it could never be freed.
fn host_functions<'js>(
    ctx: &Ctx<'js>,
    shared: &Rc<Shared>,
    bytecodes: &Rc<RefCell<Bytecodes>>,
) -> Result<[Function<'js>; 3], Error> {
    let bytecodes = Rc::clone(bytecodes);
    let make = move |ctx: Ctx<'js>, name: String| {
        let (_, source) = LAZY.iter().find(|(known, _)| *known == name).ok_or(Error::Unknown)?;
        part(&ctx, &bytecodes, source)
    };
    let log = Rc::clone(shared);
    let say = move |level: String, message: String| log.log.borrow_mut().add(level, message);
    let calls = Rc::clone(shared);
    let call = move |op: String, args: String| {
        let number = calls.next_call.replace(calls.next_call.get() + 1);
        calls.calls.borrow_mut().push_back(HostCall { number, op, args });
        number
    };
    Ok([
        Function::new(ctx.clone(), make)?,
        Function::new(ctx.clone(), say)?,
        Function::new(ctx.clone(), call)?,
    ])
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
