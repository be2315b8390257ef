"""The embedded database takes a part of the machine, within bounds; of a container a part of what that is allowed."""

from pathlib import Path

from torque.db.sizing import cores_of_machine, memory_of_machine, settings_for

GB = 2**30


def test_a_part_of_the_memory_within_bounds() -> None:
    sizes = {gb: settings_for(int(gb * GB), 2) for gb in (0.0625, 0.5, 2, 24, 512)}
    assert [one["shared_buffers"] for one in sizes.values()] == ["32MB", "128MB", "512MB", "1024MB", "1024MB"]
    assert [one["work_mem"] for one in sizes.values()] == ["4MB", "4MB", "8MB", "16MB", "16MB"]
    assert [one["maintenance_work_mem"] for one in sizes.values()] == ["32MB", "32MB", "64MB", "512MB", "512MB"]
    assert sizes[2]["effective_cache_size"] == "1024MB"


def test_one_core_answers_alone_and_many_share_a_statement() -> None:
    found = {cores: settings_for(GB, cores)["max_parallel_workers_per_gather"] for cores in (1, 2, 4, 8, 64)}
    assert found == {1: "0", 2: "2", 4: "2", 8: "4", 64: "4"}


def test_durability_is_not_touched() -> None:
    assert not {"fsync", "synchronous_commit", "full_page_writes", "wal_level"} & settings_for(GB, 2).keys()


def test_the_limit_of_a_container_counts(tmp_path: Path) -> None:
    whole = memory_of_machine(())
    for text, expected in (("1048576\n", 1048576), ("max\n", whole), (str(2**62), whole)):
        (tmp_path / "limit").write_text(text)
        assert memory_of_machine((tmp_path / "missing", tmp_path / "limit")) == expected
    assert cores_of_machine() >= 1
