"""Script processes: what a script cannot do, and that it is ended when it tries for too long."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.support.processes import descendants
from tests.support.server import command_of
from tests.support.waiting import eventually
from torque import codec
from torque.xflow import pool as pools
from torque.xflow.pool import ScriptPool
from torque.xflow.process import ScriptEnded

Answer = dict[str, Any]
Opener = Callable[..., ScriptPool]
GRACE = 0.2
"""Seconds after its limit within which a script is ended."""

KILLERS = {
    "a loop": "while (true) {}",
    "a loop that catches": "while (true) { try { while (true) {} } catch (e) {} }",
    "a regular expression": "return /(a+)+b/.test('a'.repeat(64))",
    "an array as long as can be": "const a = {length: 2**32 - 1, [Symbol.isConcatSpreadable]: true};"
    " return Array.prototype.concat.call([], a)",
    "a getter": "return {get a() { while (true) {} }}",
    "a promise that is never kept": "await new Promise(() => {})",
    "a chain of promises": "const f = () => Promise.resolve().then(f); await f()",
}
HOGS = {
    "arrays": "const a = []; while (true) a.push(new Array(100000).fill(1))",
    "a string": "let s = 'x'; while (true) s += s",
    "a buffer": "return new ArrayBuffer(2**31)",
    "a join": "return new Array(2**27).join('xxxxxxxx').length",
}


@pytest.fixture(scope="module")
async def pool() -> AsyncIterator[ScriptPool]:
    """Three script processes."""
    made = ScriptPool(3)
    yield made
    await made.close()


@pytest.fixture
async def opened() -> AsyncIterator[Opener]:
    """Makes pools, which are closed after the test however it ends."""
    async with AsyncExitStack() as stack:

        def make(size: int, socket_path: str = "") -> ScriptPool:
            made = ScriptPool(size, socket_path)
            stack.push_async_callback(made.close)
            return made

        yield make


@pytest.fixture
async def two_workers(opened: Opener) -> tuple[ScriptPool, ScriptPool]:
    """Two workers that share one script process; the first one's broker has started."""
    first = opened(1)
    assert await value(first, "return 1") == 1
    return first, opened(1, first.socket_path)


async def run(pool: ScriptPool, code: str, seconds: float = 5.0, **scope: object) -> Answer:
    """Run a script and return the answer of its process, or how it ended."""
    head = {
        "id": 1,
        "kind": "script",
        "code": code,
        "deadline_ms": int(seconds * 1000),
        "max_output": 100_000,
        "scope": {"input": None, "vars": {}, **scope},
    }
    try:
        answer: Answer = codec.loads(await pool.run(codec.dumps(head), seconds))
    except (TimeoutError, ScriptEnded):
        return {"ok": False, "error": {"code": "KILLED"}}
    return answer


async def value(pool: ScriptPool, code: str, **scope: object) -> Any:
    """Run a script that succeeds; return its value."""
    answer = await run(pool, code, **scope)
    assert answer["ok"], answer
    return answer["result"]


@pytest.mark.parametrize("name", KILLERS)
async def test_an_endless_script_ends_within_its_limit_and_200_ms(pool: ScriptPool, name: str) -> None:
    """In wall time, less the longest that this process, which looks on, was itself kept from a core in the meantime."""
    await value(pool, "return 1")
    late: list[float] = [0.0]
    watching = asyncio.create_task(lateness(late))
    begin = time.monotonic()
    answer = await run(pool, KILLERS[name], 0.3)
    taken = time.monotonic() - begin
    watching.cancel()
    assert not answer["ok"]
    assert taken - max(late) < 0.3 + GRACE


async def lateness(late: list[float]) -> None:
    """Note how much later than it was set each of many short timers goes off."""
    while True:
        begin = time.monotonic()
        await asyncio.sleep(0.005)
        late.append(time.monotonic() - begin - 0.005)


@pytest.mark.parametrize("name", HOGS)
async def test_a_memory_hungry_script_ends_and_harms_nobody(pool: ScriptPool, name: str) -> None:
    answer = await run(pool, HOGS[name], 1.0)
    assert not answer["ok"]
    assert await value(pool, "return 1 + 1") == 2


async def test_a_script_that_computes_for_long_lets_everybody_else_go_first(pool: ScriptPool) -> None:
    """It gets the time that nobody wants, and its process, which cannot be raised again, is not used again."""
    assert await value(pool, "return 1") == 1
    broker, *_ = [pid for pid in descendants(os.getpid()) if pool.socket_path in command_of(pid)]
    running = asyncio.create_task(run(pool, "while (performance_now() < 20000) {}", 2.0))
    await eventually(lambda: os.SCHED_IDLE in policies(broker), what="a script that steps back")
    assert not (await running)["ok"]
    for _ in range(2):
        running = asyncio.create_task(run(pool, "let n = 0; while (n < 1e7) n++; return n", 30.0))
        assert (await running)["result"] == 10_000_000
    await eventually(lambda: os.SCHED_IDLE not in policies(broker), what="the end of those that stepped back")


def policies(broker: int) -> set[int]:
    """Return how the script processes of a broker are scheduled."""
    found = set()
    for pid in descendants(broker):
        with contextlib.suppress(ProcessLookupError):
            found.add(os.sched_getscheduler(pid))
    return found


async def test_other_work_goes_on_while_scripts_are_ended(pool: ScriptPool) -> None:
    codes = [*KILLERS.values(), *HOGS.values()]
    await value(pool, "return 1")
    beats: list[float] = []
    beating = asyncio.create_task(heartbeat(beats))
    answers = await asyncio.gather(*(run(pool, code, 0.3) for code in codes), run(pool, "return 7", 30.0))
    beating.cancel()
    assert answers[-1]["result"] == 7
    assert not any(answer["ok"] for answer in answers[:-1])
    assert sorted(beats)[int(len(beats) * 0.99)] < 0.05


async def heartbeat(beats: list[float]) -> None:
    """Note how long each turn of the event loop takes."""
    while True:
        begin = time.monotonic()
        await asyncio.sleep(0)
        beats.append(time.monotonic() - begin)


async def test_nothing_one_script_does_is_seen_by_another(pool: ScriptPool) -> None:
    poison = (
        "globalThis.secret = 1; Object.prototype.evil = 2; Array.prototype.map = () => 'evil';"
        " JSON.stringify = () => '\"evil\"'; JSON.parse = () => 'evil'; console.log = null; return 0"
    )
    for _ in range(10):
        await run(pool, poison)
    seen = await value(pool, "return [typeof secret, ({}).evil ?? null, [1].map(x => x), JSON.stringify({a: 1})]")
    assert seen == ["undefined", None, [1], '{"a":1}']


async def test_there_is_no_way_out_of_the_engine(pool: ScriptPool) -> None:
    for name in ("require", "process", "std", "os", "Deno", "Bun", "XMLHttpRequest", "WebSocket", "module", "exports"):
        assert await value(pool, f"return typeof {name}") == "undefined", name
    assert not (await run(pool, "return await import('fs')"))["ok"]


async def test_asking_another_host_says_that_it_cannot(pool: ScriptPool) -> None:
    answer = await run(pool, "return await fetch('http://127.0.0.1/')")
    assert not answer["ok"]
    assert "fetch" in answer["error"]["message"]


async def test_what_scripts_may_use_is_there(pool: ScriptPool) -> None:
    code = (
        "return [JSON_parse('[1]'), JSON_stringify({a: 1}), typeof performance_now(),"
        " crypto.randomUUID().length, structuredClone({a: [1]})]"
    )
    assert await value(pool, code) == [[1], '{"a":1}', "number", 36, {"a": [1]}]


async def test_a_result_that_is_too_large_is_refused(pool: ScriptPool) -> None:
    answer = await run(pool, "return 'x'.repeat(200000)")
    assert answer["error"]["code"] == "OUTPUT"


@pytest.mark.covers("config:performance.js_runtime_pool_size")
async def test_no_more_processes_than_the_pool_has_and_all_end_with_it(opened: Opener) -> None:
    small = opened(2)
    code = "let n = 0; for (let i = 0; i < 1e6; i++) n += i; return n"
    answers = await asyncio.gather(*(value(small, code) for _ in range(8)))
    assert set(answers) == {499999500000}
    path = small.socket_path
    assert len(family(path)) == 3, "the broker and two script processes"
    await small.close()
    await eventually(lambda: not family(path), what="the end of the processes")


def family(socket_path: str) -> list[int]:
    """Return a broker and its script processes, which have the command line of their parent."""
    return [pid for pid in descendants(os.getpid()) if socket_path in command_of(pid)]


async def test_scripts_run_again_after_the_broker_was_killed(opened: Opener) -> None:
    pool = opened(2)
    assert await value(pool, "return 1") == 1
    endless = asyncio.create_task(run(pool, "while (true) {}", 20))
    assert await value(pool, "return 2") == 2
    os.kill(min(family(pool.socket_path)), signal.SIGKILL)
    assert (await endless)["error"]["code"] == "KILLED"

    async def works() -> bool:
        return bool((await run(pool, "return 3"))["ok"])

    await eventually(works, what="a script that runs again")


async def test_an_idle_process_is_given_back_when_another_worker_waits_for_one(
    two_workers: tuple[ScriptPool, ScriptPool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "KEEP_SECONDS", 3600.0)
    first, second = two_workers
    assert await value(first, "return 2") == 2
    assert await value(second, "return 3") == 3
    assert await value(first, "return 4") == 4


async def test_a_worker_with_much_to_do_lets_another_have_its_turn(two_workers: tuple[ScriptPool, ScriptPool]) -> None:
    first, second = two_workers
    runs, busy = 0, True

    async def keep_busy() -> None:
        nonlocal runs
        while busy:
            await value(first, "return 1")
            runs += 1

    hogs = [asyncio.create_task(keep_busy()) for _ in range(4)]
    between = []
    for n in range(20):
        before = runs
        assert await value(second, f"return {n}") == n
        between.append(runs - before)
    busy = False
    await asyncio.gather(*hogs)
    assert max(between) <= 2 * len(hogs), "its turn comes after those that asked before it"
    assert sum(between) >= len(between), "and the other has its turns too"


async def test_a_client_that_vanishes_takes_its_running_scripts_along(opened: Opener) -> None:
    first = opened(1)
    assert await value(first, "return 1") == 1
    command = [sys.executable, "-m", "tests.integration.xflow.endless", first.socket_path]
    client = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert client.stdout is not None
    assert await client.stdout.readline() == b"running\n"
    client.kill()
    await client.wait()
    assert await value(first, "return 2") == 2
