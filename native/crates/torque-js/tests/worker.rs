//! A worker, spoken to over its socket.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::os::fd::IntoRawFd;
use std::os::unix::net::UnixStream;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use torque_js::{Limits, read_frame, serve, write_frame};
use torque_json::{Value, parse};

struct Worker {
    stream: UnixStream,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    fn new() -> Self {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let limits = Limits { memory_bytes: 32 << 20, stack_bytes: 256 << 10 };
        let thread = std::thread::Builder::new()
            .stack_size(8 << 20)
            .spawn(move || {
                serve(theirs.into_raw_fd(), limits).unwrap();
            })
            .unwrap();
        Self { stream: ours, thread: Some(thread) }
    }

    fn send(&mut self, frame: &str) {
        write_frame(&mut self.stream, frame.as_bytes()).unwrap();
    }

    fn receive(&mut self) -> Value<'static> {
        let frame = read_frame(&mut self.stream).unwrap().unwrap();
        parse(&frame, 200).unwrap().into_owned()
    }

    fn ask(&mut self, kind: &str, code: &str, scope: &str, deadline_ms: u32) -> Value<'static> {
        let mut text = Vec::new();
        torque_json::write_string(&mut text, code);
        let code = String::from_utf8(text).unwrap();
        self.send(&format!(
            r#"{{"id":7,"kind":"{kind}","code":{code},"scope":{scope},"deadline_ms":{deadline_ms},"max_output":100000}}"#
        ));
        self.receive()
    }

    fn script(&mut self, code: &str) -> Value<'static> {
        self.ask("script", code, "{}", 2000)
    }

    fn result(&mut self, kind: &str, code: &str, scope: &str) -> String {
        shown(&self.ask(kind, code, scope, 2000))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stream.shutdown(std::net::Shutdown::Both).unwrap();
        self.thread.take().unwrap().join().unwrap();
    }
}

fn json(value: &Value<'_>) -> String {
    let mut out = Vec::new();
    torque_json::write_value(&mut out, value);
    String::from_utf8(out).unwrap()
}

/// The result's JSON, or the code and message of the failure.
fn shown(answer: &Value<'_>) -> String {
    match answer.get("error") {
        Some(error) => format!("{}: {}", error.text("code").unwrap(), error.text("message").unwrap()),
        None => json(answer.get("result").unwrap()),
    }
}

fn code_of(answer: &Value<'_>) -> String {
    answer.get("error").and_then(|error| error.text("code")).unwrap_or("none").to_owned()
}

#[test]
fn values_cross_the_boundary_as_they_are() {
    let mut worker = Worker::new();
    let scope =
        r#"{"input":{"n":9007199254740991,"t":"ü😀\"","a":[[],{},null,1.5,-0.25]},"vars":{},"node_a":[1]}"#;
    assert_eq!(
        worker.result("script", "return input;", scope),
        r#"{"n":9007199254740991,"t":"ü😀\"","a":[[],{},null,1.5,-0.25]}"#
    );
    assert_eq!(worker.result("expression", "node_a[0] + input.a.length", scope), "6");
    assert_eq!(worker.result("script", "", "{}"), "null");
    assert_eq!(worker.result("script", "return undefined", "{}"), "null");
    assert_eq!(worker.result("expression", "() => 1", "{}"), "null");
    assert_eq!(worker.result("script", "return new Date(0)", "{}"), "\"1970-01-01T00:00:00.000Z\"");
}

#[test]
fn a_script_is_the_body_of_an_async_function() {
    let mut worker = Worker::new();
    assert_eq!(worker.result("script", "const a = await Promise.resolve(2); return a * 2 // end", "{}"), "4");
    assert_eq!(worker.result("script", "x = 3; return globalThis.x", "{}"), "3");
    assert_eq!(worker.result("script", "throw new Error('no stock')", "{}"), "SCRIPT: no stock");
    assert_eq!(worker.result("script", "return a.b", "{}"), "SCRIPT: ReferenceError: a is not defined");
    assert_eq!(worker.result("script", "throw 'text'", "{}"), "SCRIPT: text");
    assert_eq!(worker.result("script", "return 1n", "{}").split(':').next(), Some("SCRIPT"));
    assert_eq!(worker.result("script", "return (", "{}").split(':').next(), Some("SYNTAX"));
    assert!(worker.result("script", "await new Promise(() => {})", "{}").contains("never happens"));
    let answer = worker.script("\n\nnull.x");
    assert!(answer.get("error").unwrap().text("stack").unwrap().contains("script:3"), "{answer:?}");
}

#[test]
fn nothing_of_one_execution_is_visible_to_the_next() {
    let mut worker = Worker::new();
    let poison =
        "globalThis.leak = 1; Array.prototype.map = () => 'gone'; Object.prototype.x = 1; JSON.stringify = 0;
        Map.prototype.get = 0; String.prototype.toWellFormed = 0; Promise.prototype.then = 0; return 1";
    worker.script(poison);
    let code = "return [typeof leak, [1].map((n) => n + 1), ({}).x === undefined, JSON.stringify([1])]";
    assert_eq!(worker.result("script", code, "{}"), r#"["undefined",[2],true,"[1]"]"#);
}

#[test]
fn whatever_a_script_does_to_the_globals_the_next_one_has_them() {
    let mut worker = Worker::new();
    let code = "const settled = await Promise.allSettled([0, Promise.reject(1)]); console.log(typeof performance_now());
        return [crypto.randomUUID().length, JSON_stringify(structuredClone([new Map([[1, 2]]).get(1)])), settled.length,
        typeof Math.random(), Object.isFrozen(Object.prototype), Reflect.ownKeys(globalThis).length, /a(b)/.exec('ab')[1]]";
    let first = worker.result("script", code, "{}");
    assert!(first.starts_with(r#"[36,"[2]",2,"number",false,"#) && first.ends_with(r#","b"]"#), "{first}");
    for _ in 0..20 {
        for poison in [
            "for (const name of Reflect.ownKeys(globalThis)) { try { delete globalThis[name] } catch {} }",
            "const roots = [Array, Map, Promise, RegExp, String, Math, JSON, crypto, console, fetch, Function, Object];
            for (const root of roots) for (const at of [root, root.prototype ?? {}])
                for (const key of Object.getOwnPropertyNames(at)) { try { at[key] = null; delete at[key] } catch {} }",
            "performance_now = crypto = console = fetch = Math = null",
            "Object.freeze(Object.prototype); Object.freeze(globalThis); fetch = 1",
            "Promise.resolve().then(() => { for (;;) Promise.resolve().then(() => 1) }); throw console",
        ] {
            worker.ask("script", poison, "{}", 20);
        }
        assert_eq!(worker.result("script", code, "{}"), first);
    }
}

#[test]
fn chance_goes_on_from_one_execution_to_the_next() {
    let mut worker = Worker::new();
    let numbers: std::collections::HashSet<_> =
        (0..50).map(|_| worker.result("expression", "Math.random()", "{}")).collect();
    assert_eq!(numbers.len(), 50);
}

#[test]
fn endless_and_greedy_scripts_end_by_their_limit() {
    let mut worker = Worker::new();
    for code in [
        "for (;;) {}",
        "try { for (;;) {} } catch { } finally { for (;;) {} }",
        "async function f() { for (;;) await null } await f()",
        "await new Promise((r) => { const f = () => { Promise.resolve().then(f) }; f() })",
        "/(a+)+b/.test('a'.repeat(60))",
        "const s = {toJSON() { for (;;) {} }}; return s",
        "throw {get message() { for (;;) {} }, toString() { for (;;) {} }}",
        "class E extends Error { get message() { for (;;) {} } } throw new E()",
    ] {
        let began = Instant::now();
        let answer = worker.ask("script", code, "{}", 100);
        assert_eq!(code_of(&answer), "TIMEOUT", "{code}: {answer:?}");
        assert!(began.elapsed() < Duration::from_secs(1), "{code}");
    }
    for (code, expected) in [
        ("const a = []; for (;;) a.push(new Array(1000).fill(1))", "MEMORY"),
        ("let s = 'x'; for (;;) s += s + Math.random()", "MEMORY"),
        ("const a = []; for (;;) a.push({x: [a.length]})", "MEMORY"),
        ("let o = []; for (let i = 0; i < 1e7; i++) o = [o]; return 1", "MEMORY"),
        ("const f = () => f() + 1; return f()", "STACK"),
        ("return 'x'.repeat(200000)", "OUTPUT"),
        ("let a = []; for (let i = 0; i < 500; i++) a = [a]; return a", "OUTPUT"),
        ("return 'a\\u0000b'", "SCRIPT"),
        ("return {'\\ud800': 1}", "SCRIPT"),
    ] {
        let answer = worker.ask("script", code, "{}", 5000);
        assert_eq!(code_of(&answer), expected, "{code}: {}", shown(&answer));
    }
    assert_eq!(worker.result("script", "return 1", "{}"), "1", "the worker still works");
}

#[test]
fn the_console_goes_into_the_log() {
    let mut worker = Worker::new();
    let answer =
        worker.script("console.log('a', {b: 1}, 2n, undefined); console.warn('\\ud800\\0'); return 1");
    assert_eq!(
        json(answer.get("logs").unwrap()),
        "[{\"level\":\"info\",\"message\":\"a {\\\"b\\\":1} 2n undefined\"},{\"level\":\"warn\",\"message\":\"\u{FFFD}\u{FFFD}\"}]"
    );
    let answer = worker.script("for (let i = 0; i < 3000; i++) console.log(i)");
    assert_eq!(answer.list("logs").len(), 1001);
}

#[test]
fn calls_to_the_host_are_promises() {
    let mut worker = Worker::new();
    worker.send(
        r#"{"id":"x","kind":"script","code":"const all = await Promise.allSettled([fetch('http://a', {method: 'POST', headers: {A: 1}, body: 'b'}), fetch('http://b')]); return [await all[0].value.json(), all[0].value.headers.get('X-Y'), all[0].value.ok, all[1].reason.message]","scope":{},"deadline_ms":50}"#,
    );
    let (first, second) = (worker.receive(), worker.receive());
    assert_eq!(
        json(&first),
        r#"{"id":"x","call":1,"op":"fetch","args":["http://a",{"method":"POST","headers":{"a":"1"},"body":"b"}]}"#
    );
    assert_eq!(second.get("call").unwrap().as_i64(), Some(2));
    std::thread::park_timeout(Duration::from_millis(120));
    worker.send(r#"{"id":"x","call":2,"ok":false,"error":"refused"}"#);
    worker.send(
        r#"{"id":"x","call":1,"ok":true,"value":{"status":201,"headers":{"x-y":"z"},"body":"{\"k\":[1]}"}}"#,
    );
    assert_eq!(shown(&worker.receive()), r#"[{"k":[1]},"z",true,"refused"]"#);
}

#[test]
fn the_globals_are_there_and_nothing_of_the_system_is() {
    let mut worker = Worker::new();
    let code = "const m = new Map([[1, {d: new Date(5)}]]); const o = {m}; o.self = o; const c = structuredClone(o);
        return [c !== o, c.self === c, c.m.get(1).d.getTime(), typeof performance_now(), crypto.randomUUID().length,
        JSON_stringify(JSON_parse('[1]')), typeof require, typeof process, typeof std, typeof os]";
    assert_eq!(
        worker.result("script", code, "{}"),
        r#"[true,true,5,"number",36,"[1]","undefined","undefined","undefined","undefined"]"#
    );
    assert!(worker.result("script", "await import('std')", "{}").starts_with("SCRIPT"));
    assert!(worker.result("script", "structuredClone(() => 1)", "{}").starts_with("SCRIPT"));
}
