"""The only door to compiled code: nothing else imports `torque_native` or `torque._speedups`.

What is behind it knows no HTTP and no SQL. In short, and at length at the head of each crate in `native/crates`:

**JSON.** `parse_envelope` is strict JSON-RPC 2.0. A body that is not UTF-8 or not JSON, something after its value and
nesting beyond the limit fail as a whole. A call with a member of the wrong type, or with one twice, has the `error`
INVALID_REQUEST, also a single one; a NUL (`\\u0000`) or a lone surrogate in its parameters makes it INVALID_PARAMS. In
`params` and in records the last of equal keys counts, as it does in JavaScript. `use_simd_json` chooses, for
all JSON that this process reads or writes, the vector instructions of the processor or portable code; it and
`json_instructions` answer what is in use: `avx2`, `sse2`, `neon` or `portable`. Nothing else depends on it.

**Generations.** `slot(kind, scope, name)`: `("type", application, key)`, `("record", application, id)`,
`("catalogue", application)`, `("model", model)`, `("identity", credential in hex)`, `("all", "")`. A reader takes
`read(slots)` *before* it asks the database and stores its result with that stamp; a writer calls `bump(slots)` after
commit and before it answers. A table without `fd` is private to the process and alone; a shared one is not alone until
`set_alone_until(time.monotonic_ns() + …)`. Becoming alone drops every cache of the run.

**Validator.** `spec` is JSON: `{"fields": [{"name", "key", "type": {field type}, "required", "unique_id" | null,
"default", "read_only", "system", "link_key" | null, "rules": [{"type", "value", "message", "severity"}],
"computed": expression | null}], "unique": [{"id", "fields": [keys], "message"}], "checks": [{"name", "expression",
"message", "field": name | null}]}`. `Prepared.errors` holds only what refuses, `warnings` the rest; beside errors only
links and keys, those of the sound values, mean something. `links`, `keys`: of the new record; `old_links`, `old_keys`:
of the base. `changed` are field names, `old` and `new` objects of changed values under storage keys (of a new record
`{}` and all of it). `problems` are rules, defaults and expressions that cannot be used (a bad pattern); they are left
out and belong in verification.

**Expression** is the part of JavaScript without side effects, over the members of a JSON object (those that are
missing are null); `uses` are the names it speaks of, `evaluate` answers JSON. What it takes is said at the head of
`torque-expr`.

**Layout.** `compile_page` and `compile_form` turn a page or form and its `context` (see `torque/model/context.py`) into
the result of `loadPage`, open at its end for the members that only a request knows, and of `getFormDefinition`.

**FlowPlan** checks a workflow and drives its traversal; the engine holds the values and does the work. `context` is
`{"entities": {name: [field names]}, "xflows": {id: [ids it calls]}}`. `findings` are `{"node_id" | null, "rule",
"message", "severity": "error" | "warning"}`; `runnable` is false when one is an error.
A `FlowRun` answers every piece of news with the actions that follow from it, each for one *line* (one chain of nodes;
`Parallel` opens a line per branch):

* `run`: run `node`; then `succeeded(line, truth)`, `truth` being the boolean of a Condition, or `failed(line)` after
  the retries. The result belongs in the scope as `node_<id>`; on failure put `error` into it first.
* `decide`: evaluate `expression`, the condition of an edge of `node`; then `decided(line, holds)`. If that fails:
  `failed(line)`, the failure is that of `node`.
* `join`: all branches of the Parallel `node` ended; its result is the array of the results of `nodes`, in this order
  (null for a branch that ran nothing); then `succeeded(line)`.
* `cancel`: stop what is running for `line`, which exists no longer; news of it are ignored.
* `finish`: the flow ended; its result is that of `node` (for `End` its mapped output).
* `fail`: the flow failed with the error of `node`.

**Script processes.** `script_worker(fd, memory, stack)` serves one execution at a time on a stream socket until it is
closed. A frame is a little-endian u32 length and that many bytes of JSON. To the worker:
`{"id", "kind": "script" | "expression", "code", "scope": {name: value}, "deadline_ms", "max_output"}`; back:
`{"id", "ok": true, "result", "logs": [{"level", "message"}], "us"}` or `{"id", "ok": false, "error": {"code",
"message", "stack"}, "logs", "us"}` with the codes `SYNTAX SCRIPT TIMEOUT MEMORY STACK OUTPUT`. In between the script
may ask for `{"id", "call", "op": "fetch", "args": [url, {"method", "headers", "body"}]}`, answered with `{"id", "call",
"ok": true, "value": {"status", "statusText", "headers", "url", "body"}}` or `{"id", "call", "ok": false, "error":
"message"}`. Every execution finds the engine as it was made; compiled code is cached. The deadline covers running
time, not what waits for the host: whoever owns the process ends it when the whole takes too long.
"""

from torque_native._native import (
    Action,
    Call,
    EnvelopeError,
    EventRing,
    Expression,
    FlowPlan,
    FlowRun,
    Gate,
    Generations,
    Prepared,
    ResultCache,
    RowMap,
    Stamp,
    Validator,
    check_script,
    compile_form,
    compile_page,
    json_instructions,
    script_worker,
    use_simd_json,
)
from torque_native._native import parse_envelope as _parse_envelope

from torque import errors
from torque._speedups import splice_row, splice_rows, unpack_rows

__all__ = [
    "Action",
    "Call",
    "EventRing",
    "Expression",
    "FlowPlan",
    "FlowRun",
    "Gate",
    "Generations",
    "Prepared",
    "ResultCache",
    "RowMap",
    "Stamp",
    "Validator",
    "check_script",
    "compile_form",
    "compile_page",
    "json_instructions",
    "parse_envelope",
    "script_worker",
    "splice_row",
    "splice_rows",
    "unpack_rows",
    "use_simd_json",
]


def parse_envelope(body: bytes, max_depth: int, max_batch: int) -> Call | list[Call]:
    """The calls in `body`: one, or a list for a batch, whose bad members carry their `error`.

    Raises ParseError, InvalidRequest or PayloadTooLarge when the whole cannot be answered call by call.
    """
    try:
        return _parse_envelope(body, max_depth, max_batch)
    except EnvelopeError as failure:
        code, message = failure.args
        raise _REFUSALS[code](message) from None


_REFUSALS: dict[str, type[errors.TorqueError]] = {
    "PARSE_ERROR": errors.ParseError,
    "INVALID_REQUEST": errors.InvalidRequest,
    "PAYLOAD_TOO_LARGE": errors.PayloadTooLarge,
}
