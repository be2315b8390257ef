"""The coalescer: what waits goes together, lanes stay apart, an id is under way once."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress

import pytest

from tests.support.waiting import eventually
from torque.entity import coalesce
from torque.entity.coalesce import Coalescer, Landed, Pending
from torque.entity.pace import Pace


class Recorder:
    """Runs batches when told to, and keeps them."""

    def __init__(self, width: int = 1, limit: int = 10, *, once: bool = True) -> None:
        self.batches: list[tuple[str, list[str]]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.under_way: list[str] = []
        self.once = once
        self.queue: Coalescer[str, str, str] = Coalescer(width, limit, self.run, once=once)

    async def run(self, lane: str, batch: Sequence[Pending[str, str]], _: Landed) -> None:
        ids = [pending.id for pending in batch]
        assert not self.once or not set(ids) & set(self.under_way), "an id is under way twice"
        self.under_way += ids
        self.batches.append((lane, ids))
        await self.gate.wait()
        for pending in batch:
            self.under_way.remove(pending.id)
            if pending.item == "bad":
                pending.fail(ValueError(pending.id))
            else:
                pending.succeed(pending.item.upper())


async def test_what_waits_at_the_same_moment_is_one_batch() -> None:
    recorder = Recorder()
    results = await asyncio.gather(*(recorder.queue.submit("a", str(n), f"x{n}") for n in range(5)))
    assert results == ["X0", "X1", "X2", "X3", "X4"]
    assert recorder.batches == [("a", ["0", "1", "2", "3", "4"])]


async def test_a_batch_holds_one_lane_and_at_most_the_limit() -> None:
    recorder = Recorder(limit=3)
    await asyncio.gather(*(recorder.queue.submit("ab"[n % 2], str(n), "x") for n in range(8)))
    assert [(lane, len(ids)) for lane, ids in recorder.batches] == [("a", 3), ("b", 3), ("a", 1), ("b", 1)]


async def test_an_id_is_under_way_at_most_once() -> None:
    recorder = Recorder(width=3)
    recorder.gate.clear()
    waiting = [recorder.queue.submit("a", record_id, "x") for record_id in "112213"]
    for _ in range(5):  # steps of the loop, so that every worker has looked for work
        await asyncio.sleep(0)
    assert recorder.batches == [("a", ["1", "2", "3"])]
    recorder.gate.set()
    assert await asyncio.gather(*waiting) == ["X"] * 6
    assert sorted("".join(ids) for _, ids in recorder.batches) == ["1", "12", "123"]


async def test_an_id_stays_under_way_when_another_batch_of_its_lane_ends() -> None:
    gates = {record_id: asyncio.Event() for record_id in "12"}
    begun: list[list[str]] = []

    async def run(_lane: str, batch: Sequence[Pending[str, str]], _: Landed) -> None:
        begun.append([pending.id for pending in batch])
        await gates[batch[0].id].wait()
        for pending in batch:
            pending.succeed("done")

    queue: Coalescer[str, str, str] = Coalescer(2, 1, run)
    first, second, again = (queue.submit("a", record_id, "x") for record_id in "122")
    await eventually(lambda: begun == [["1"], ["2"]])
    gates["1"].set()
    await first
    for _ in range(5):  # steps of the loop, so that the free worker has looked for work
        await asyncio.sleep(0)
    assert begun == [["1"], ["2"]]
    gates["2"].set()
    assert await asyncio.gather(second, again) == ["done"] * 2
    assert begun == [["1"], ["2"], ["2"]]


async def test_reads_of_one_id_go_together() -> None:
    recorder = Recorder(once=False)
    assert await asyncio.gather(*(recorder.queue.submit("a", "1", "x") for _ in range(3))) == ["X"] * 3
    assert recorder.batches == [("a", ["1", "1", "1"])]


async def test_reads_that_wait_are_not_forgotten_when_an_earlier_batch_of_their_lane_ends_last() -> None:
    gates = {record_id: asyncio.Event() for record_id in "1234"}
    begun: list[str] = []

    async def run(_lane: str, batch: Sequence[Pending[str, str]], _: Landed) -> None:
        begun.append(batch[0].id)
        await gates[batch[0].id].wait()
        for pending in batch:
            pending.succeed(pending.id)

    queue: Coalescer[str, str, str] = Coalescer(2, 10, run, once=False, share=0.5)
    first = queue.submit("b", "1", "x")
    await eventually(lambda: begun == ["1"])
    second = queue.submit("b", "2", "x")
    await eventually(lambda: begun == ["1", "2"])
    third, fourth = queue.submit("a", "3", "x"), queue.submit("b", "4", "x")
    gates["2"].set()  # its worker takes what waits in the other lane
    await eventually(lambda: begun == ["1", "2", "3"])
    gates["1"].set()
    await first
    gates["3"].set()
    gates["4"].set()
    async with asyncio.timeout(5):
        assert await asyncio.gather(second, third, fourth) == ["2", "3", "4"]


async def test_a_lane_does_not_wait_for_the_statement_of_another_while_a_connection_is_free() -> None:
    slow = asyncio.Event()
    slow.set()

    async def run(lane: str, batch: Sequence[Pending[str, str]], _: Landed) -> None:
        if lane == "a":
            await slow.wait()
        for pending in batch:
            pending.succeed(lane)

    queue: Coalescer[str, str, str] = Coalescer(2, 10, run)
    await asyncio.gather(*(queue.submit("a", str(n), "x") for n in range(10)))  # so many are waited for from now on
    slow.clear()
    waiting, quick = queue.submit("a", "1", "x"), queue.submit("b", "2", "x")
    async with asyncio.timeout(5):
        assert await quick == "b"
    assert not waiting.done()
    slow.set()
    assert await waiting == "a"


class Told(Pending[str, str]):
    """A request that is told its result on the loop."""

    def __init__(self, record_id: str) -> None:
        super().__init__(record_id, "x")
        self.result = ""

    def succeed(self, result: str) -> None:
        asyncio.get_running_loop()
        self.result = result

    def fail(self, error: BaseException) -> None:
        self.result = repr(error)


async def test_requests_from_other_threads_are_all_told_their_results() -> None:
    recorder = Recorder(width=2, limit=50)
    loop, told = asyncio.get_running_loop(), [Told(str(n)) for n in range(2000)]

    def come(some: list[Told]) -> None:
        for one in some:
            recorder.queue.enter("a", one, loop)

    await asyncio.gather(*(asyncio.to_thread(come, told[n::4]) for n in range(4)))
    await eventually(lambda: all(one.result == "X" for one in told))


async def test_a_failure_is_its_own_items_only() -> None:
    recorder = Recorder()
    results = await asyncio.gather(
        *(recorder.queue.submit("a", str(n), "bad" if n == 1 else "x") for n in range(3)), return_exceptions=True
    )
    assert [isinstance(result, ValueError) for result in results] == [False, True, False]


async def test_what_a_run_leaves_unsettled_fails_with_what_it_raised() -> None:
    async def broken(_lane: str, batch: Sequence[Pending[str, str]], _: Landed) -> None:
        batch[0].succeed("done")
        raise RuntimeError("lost")

    queue: Coalescer[str, str, str] = Coalescer(1, 10, broken)
    first, second = queue.submit("a", "1", "x"), queue.submit("a", "2", "x")
    assert await first == "done"
    with pytest.raises(RuntimeError, match="lost"):
        await second
    assert (await asyncio.gather(queue.submit("a", "3", "x"))) == ["done"]


async def test_an_item_queued_while_the_last_worker_ends_is_not_forgotten() -> None:
    recorder = Recorder()
    results: list[asyncio.Future[str]] = []
    for _ in range(200):
        results.clear()
        first = recorder.queue.submit("a", "1", "x")
        first.add_done_callback(lambda _: results.append(recorder.queue.submit("a", "2", "y")))
        await first
        await asyncio.sleep(0)
        assert await asyncio.wait_for(results[0], 1) == "Y"


async def test_who_gives_up_cancels_only_the_waiting() -> None:
    recorder = Recorder()
    recorder.gate.clear()
    given_up, other = recorder.queue.submit("a", "1", "x"), recorder.queue.submit("a", "2", "x")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    given_up.cancel()
    recorder.gate.set()
    assert await other == "X"
    await recorder.queue.drain()
    assert recorder.batches == [("a", ["1", "2"])]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for those who were about lately as long as it takes."""
    monkeypatch.setattr(coalesce, "_PATIENCE_SECONDS", 60.0)


@pytest.mark.usefixtures("patient")
async def test_a_free_connection_waits_for_all_who_were_about_lately() -> None:
    recorder = Recorder()
    await asyncio.gather(*(recorder.queue.submit("a", str(n), "x") for n in range(8)))
    coming = []
    for n in range(8):
        assert len(recorder.batches) == 1
        coming.append(recorder.queue.submit("a", f"again {n}", "x"))
        await asyncio.sleep(0)
    await asyncio.gather(*coming)
    assert [len(ids) for _, ids in recorder.batches] == [8, 8]


async def test_where_several_lanes_wait_half_of_those_who_were_about_lately_are_enough() -> None:
    recorder = Recorder()
    await asyncio.gather(*(recorder.queue.submit("ab"[n % 2], str(n), "x") for n in range(8)))
    again = [recorder.queue.submit("ab"[n % 2], f"again {n}", "x") for n in range(4)]
    for _ in range(8):  # steps of the loop, no timer
        await asyncio.sleep(0)
    assert [len(ids) for _, ids in recorder.batches][:3] == [4, 4, 2]
    await asyncio.gather(*again)


async def test_those_who_do_not_come_again_are_not_waited_for() -> None:
    recorder = Recorder()
    await asyncio.gather(*(recorder.queue.submit("a", str(n), "x") for n in range(8)))
    for n in range(8):
        assert await asyncio.wait_for(recorder.queue.submit("a", f"alone {n}", "x"), 5.0) == "X"
    begun = recorder.queue.submit("a", "last", "x")
    for _ in range(8):  # steps of the loop, no timer
        await asyncio.sleep(0)
    assert begun.done()


@pytest.mark.usefixtures("patient")
async def test_a_batch_that_takes_long_keeps_nobody_waiting_beside_it() -> None:
    recorder = Recorder(width=2)
    recorder.gate.clear()
    first = [recorder.queue.submit("a", str(n), "x") for n in range(4)]
    await eventually(lambda: len(recorder.batches) == 1)
    later = recorder.queue.submit("a", "later", "x")
    await eventually(lambda: len(recorder.batches) == 2)
    recorder.gate.set()
    await asyncio.gather(*first, later)


class Halved(Pace):
    """Knows already that halves are sooner answered."""

    def in_halves(self, crowd: int) -> bool:
        return crowd > 1


class Two:
    """Statements of a queue that goes in halves, each returning and told when the test says so."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.returned: list[asyncio.Event] = []
        self.queue: Coalescer[str, str, str] = Coalescer(2, 10, self.run)
        self.queue._pace = Halved()

    async def run(self, _lane: str, batch: Sequence[Pending[str, str]], landed: Landed) -> None:
        number = len(self.returned)
        self.returned.append(asyncio.Event())
        self.said.append(f"{number} sent with {len(batch)}")
        await self.returned[number].wait()
        await landed()
        self.said.append(f"{number} told")
        for pending in batch:
            pending.succeed("done")

    async def begin(self) -> list[asyncio.Future[str]]:
        """Have eight about, who all come again; return when one half of them is under way."""
        first = [self.queue.submit("a", str(n), "x") for n in range(8)]
        await eventually(lambda: self.said)
        for event in self.returned:
            event.set()
        await asyncio.gather(*first)
        self.said.clear()
        again = [self.queue.submit("a", f"again {n}", "x") for n in range(8)]
        await eventually(lambda: self.said)
        return again


@pytest.mark.usefixtures("patient")
async def test_of_two_halves_one_begins_when_the_other_has_returned_and_before_it_is_told() -> None:
    two = Two()
    again = await two.begin()
    for _ in range(8):  # steps of the loop, no timer
        await asyncio.sleep(0)
    assert two.said == ["1 sent with 4"]
    two.returned[1].set()
    await eventually(lambda: len(two.said) > 2)
    assert two.said == ["1 sent with 4", "2 sent with 4", "1 told"]
    two.returned[2].set()
    await asyncio.gather(*again)


async def test_a_half_that_does_not_return_keeps_the_other_waiting_for_a_moment_only() -> None:
    two = Two()
    again = await two.begin()
    await eventually(lambda: len(two.said) == 2)
    assert two.said == ["1 sent with 4", "2 sent with 4"]
    for event in two.returned:
        event.set()
    await asyncio.gather(*again)


async def test_the_other_half_does_not_wait_for_an_arrival_to_begin() -> None:
    two = Two()
    two.queue = Coalescer(2, 128, two.run)
    two.queue._pace = Halved()
    await two.begin()
    for event in two.returned:
        event.set()
    await two.queue.drain()
    two.said.clear()
    again = [two.queue.submit("a", "waits", "x")]
    for _ in range(12):  # steps of the loop, no timer
        await asyncio.sleep(0)
    again += [two.queue.submit("a", f"comes {n}", "x") for n in range(7)]
    await eventually(lambda: sum(int(said.rpartition(" ")[2]) for said in two.said) == 8)
    for event in two.returned:
        event.set()
    await asyncio.gather(*again)


class Unsteady(Pace):
    """Goes in halves as it comes."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance

    def in_halves(self, crowd: int) -> bool:
        return crowd > 1 and self.chance.random() < 0.7


@pytest.mark.parametrize("seed", range(12))
async def test_everybody_hears_once_and_soon_whoever_comes_and_whatever_fails(seed: int) -> None:
    chance = random.Random(seed)
    under_way: set[tuple[str, str]] = set()

    async def run(lane: str, batch: Sequence[Pending[str, str]], landed: Landed) -> None:
        places = {(lane, pending.id) for pending in batch}
        assert len(places) == len(batch) and not places & under_way
        under_way.update(places)
        await asyncio.sleep(chance.choice([0, 0, 0.0003, 0.002, 0.008]))
        if chance.random() < 0.9:
            await landed()
        under_way.difference_update(places)
        if chance.random() < 0.1:
            raise ValueError("lost")
        for pending in batch:
            pending.succeed("done")

    queue: Coalescer[str, str, str] = Coalescer(chance.choice([1, 2, 2, 3]), chance.choice([3, 8, 128]), run)
    queue._pace = Unsteady(chance)
    lanes, ids = chance.choice([["a"], ["a", "b", "c"]]), chance.choice([4, 30, 100_000])

    async def client() -> None:
        for _ in range(20):
            with suppress(ValueError):
                waiting = queue.submit(chance.choice(lanes), str(chance.randrange(ids)), "x")
                assert await asyncio.wait_for(waiting, 5.0) == "done"

    await asyncio.gather(*(client() for _ in range(chance.choice([1, 5, 40]))))
    await asyncio.wait_for(queue.drain(), 2.0)
    assert (queue._under_way, queue._waiting, queue._active, queue._statements, len(queue._queues)) == (0, 0, 0, 0, 0)
