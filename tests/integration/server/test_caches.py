"""The bounds of a worker's cache are those of the settings, divided among the workers."""

import msgspec
import pytest

from tests.support.waiting import eventually
from torque.config import Config, PerformanceSettings
from torque.platform import Platform
from torque.types import RunContext


async def opened(config: Config, workers: int = 1, **settings: object) -> Platform:
    performance = PerformanceSettings(**settings)  # type: ignore[arg-type]
    context = msgspec.structs.replace(RunContext.alone(), workers=workers)
    return await Platform.open(msgspec.structs.replace(config, performance=performance), context)


def fill(platform: Platform, entries: int, size: int = 10) -> int:
    stamp = platform.generations.read([])
    for number in range(entries):
        platform.cache.put(b"key %d" % number, b"x" * size, stamp)
    return sum(platform.cache.get(b"key %d" % number) is not None for number in range(entries))


@pytest.mark.covers("config:performance.entity_cache_size")
async def test_there_are_no_more_entries_than_asked_for_in_all_workers_together(config: Config) -> None:
    alone = await opened(config, entity_cache_size=64)
    one_of_four = await opened(config, workers=4, entity_cache_size=64)
    assert 0 < fill(one_of_four, 500) <= 16 < fill(alone, 500) <= 64
    await alone.close()
    await one_of_four.close()


@pytest.mark.covers("config:performance.cache_bytes")
async def test_there_are_no_more_bytes_than_asked_for(config: Config) -> None:
    small = await opened(config, cache_bytes=64 * 1024)
    assert fill(small, 200, size=4096) <= 16
    await small.close()


@pytest.mark.covers("config:performance.entity_cache_ttl")
async def test_entries_are_dropped_after_their_time(config: Config) -> None:
    short = await opened(config, entity_cache_ttl=0.1)
    assert fill(short, 1) == 1
    await eventually(lambda: short.cache.get(b"key 0") is None)
    await short.close()
