"""Settings of workflows and what they change."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from tests.integration.xflow.flows import document, script
from torque.application.types import RunningApplication
from torque.config import Config
from torque.platform import Platform
from torque.types import Caller, RunContext

LOCAL = Caller.local("cli")
SOON = 10.0
"""Seconds that are more than any limit here, and far less than a flow without end takes."""

FLOWS = [
    script("endless", "while (true) {}", max_execution_time_ms=400),
    script("patient", "while (true) {}", max_execution_time_ms=60_000),
    script("quick", "return input.n", priority=9),
]


@pytest.fixture(scope="module")
async def model(platform: Platform) -> str:
    """The name of the application of the workflows."""
    imported = await platform.models.import_document(LOCAL, document("limits", FLOWS))
    return (await platform.applications.run(LOCAL, imported.model.id)).name


@asynccontextmanager
async def opened(config: Config, name: str, **xflow: Any) -> AsyncIterator[tuple[Platform, RunningApplication]]:
    """A platform with other settings of workflows, its script processes started, and the application."""
    changed = msgspec.structs.replace(config, xflow=msgspec.structs.replace(config.xflow, **xflow))
    platform = await Platform.open(changed, RunContext.alone())
    try:
        app = await platform.catalog.get(name)
        await platform.xflows.run(LOCAL, app, "quick", {"n": 0}, timeout_ms=30_000)
        yield platform, app
    finally:
        await platform.close()


@pytest.mark.covers("config:xflow.max_execution_time")
async def test_no_flow_runs_longer_than_the_server_lets_it(config: Config, model: str) -> None:
    async with opened(config, model, max_execution_time=300) as (platform, app):
        begin = time.monotonic()
        done = await platform.xflows.run(LOCAL, app, "patient")
        assert done.status == "timed_out"
        assert time.monotonic() - begin < SOON


async def test_who_starts_a_flow_may_give_it_less_time(config: Config, model: str) -> None:
    async with opened(config, model) as (platform, app):
        begin = time.monotonic()
        assert (await platform.xflows.run(LOCAL, app, "patient", timeout_ms=200)).status == "timed_out"
        assert time.monotonic() - begin < SOON


@pytest.mark.covers("config:xflow.max_parallel_executions")
async def test_more_flows_than_may_run_at_once_wait_for_their_turn(config: Config, model: str) -> None:
    async with opened(config, model, max_parallel_executions=1) as (platform, app):
        order: list[str] = []

        async def run(flow: str) -> None:
            await platform.xflows.run(LOCAL, app, flow, {"n": 1})
            order.append(flow)

        await asyncio.gather(run("endless"), run("quick"))
        assert order == ["endless", "quick"]
    async with opened(config, model) as (platform, app):
        patient = asyncio.create_task(platform.xflows.run(LOCAL, app, "patient"))
        await run("quick")
        assert not patient.done()
        patient.cancel()
        await asyncio.wait({patient})


@pytest.mark.covers("config:xflow.enable_compilation_cache", "config:xflow.compilation_cache_size")
async def test_compiled_flows_are_kept_as_far_as_the_cache_goes(config: Config, model: str) -> None:
    async with opened(config, model) as (platform, app):
        first = platform.xflows.plan(app.model, "quick")
        assert platform.xflows.plan(app.model, "quick") is first
    async with opened(config, model, enable_compilation_cache=False) as (platform, app):
        first = platform.xflows.plan(app.model, "quick")
        assert platform.xflows.plan(app.model, "quick") is not first
    async with opened(config, model, compilation_cache_size=1) as (platform, app):
        first = platform.xflows.plan(app.model, "quick")
        platform.xflows.plan(app.model, "endless")
        assert platform.xflows.plan(app.model, "quick") is not first


async def test_a_flow_whose_caller_goes_away_is_ended_and_kept_as_cancelled(config: Config, model: str) -> None:
    async with opened(config, model) as (platform, app):
        running = asyncio.create_task(platform.xflows.run(LOCAL, app, "patient"))
        await platform.xflows.run(LOCAL, app, "quick", {"n": 1})
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        kept = await platform.xflows.executions(LOCAL, app, "patient", limit=1)
        assert (kept[0]["status"], kept[0]["error"]["code"]) == ("cancelled", "CANCELLED")
