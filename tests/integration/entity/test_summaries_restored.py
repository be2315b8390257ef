"""A backup brings the records and what they come to, whatever summaries the database that takes it keeps."""

import asyncio
from pathlib import Path

import pytest

from tests.integration.entity import test_summaries
from tests.integration.entity.test_summaries import ASKED, Shop, ask, counted, demanded, keep
from torque.db.archive import back_up, restore

stocked = test_summaries.stocked
"""The shop whose orders count as a large type."""


@pytest.mark.parametrize("before", [True, False])
async def test_summaries_are_right_after_a_restore(stocked: Shop, tmp_path: Path, before: bool) -> None:
    dsn, backup = stocked.db.settings.dsn, tmp_path / "b"
    if before:
        await demanded(stocked, *ASKED)
    await asyncio.to_thread(back_up, dsn, backup, str)
    right = [await counted(stocked, asked) for asked in ASKED]
    if not before:
        await demanded(stocked, *ASKED)
    await stocked.create("order", number=999, note="a", weight=7)
    await asyncio.to_thread(lambda: restore(dsn, backup, replace=True, partitions=8, step=str))
    assert [await ask(stocked, asked) for asked in ASKED] == right
    await stocked.create("order", number=999, note="a", weight=7)
    keep(stocked)
    assert [await ask(stocked, asked) for asked in ASKED] == [await counted(stocked, asked) for asked in ASKED]
