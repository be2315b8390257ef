"""Log lines: one JSON object each, or text for people."""

import json
import logging

import pytest

from torque.config import LoggingSettings
from torque.observe import Observer
from torque.server.board import Board
from torque.server.figures import CacheFigures
from torque.server.logs import capture_standard_logging, make_observer
from torque.server.metrics import exposition


def observer(lines: list[bytes], **settings: object) -> Observer:
    return make_observer(LoggingSettings(**settings), "worker-1", lines.append)  # type: ignore[arg-type]


@pytest.mark.covers("config:logging.format", "config:logging.level")
def test_json_lines_say_when_who_and_what() -> None:
    lines: list[bytes] = []
    found = observer(lines)
    found.emit("request_failed", level="error", request_id="r-1", error=ValueError("x"))
    found.emit("too_quiet", level="debug")
    assert len(lines) == 1
    line = json.loads(lines[0])
    assert {key: line[key] for key in ("level", "process", "event", "request_id", "error")} == {
        "level": "error", "process": "worker-1", "event": "request_failed", "request_id": "r-1", "error": "x",
    }  # fmt: skip
    assert line["time"].endswith("Z")


def test_text_lines_are_for_people() -> None:
    lines: list[bytes] = []
    observer(lines, format="text", level="debug").emit("started", level="debug", port=1)
    assert lines[0].endswith(b"debug   worker-1 started port=1\n")


@pytest.mark.parametrize("structured", [True, False])
def test_nobody_writes_lines_of_their_own_into_a_text_log(structured: bool) -> None:
    lines: list[bytes] = []
    forged = "/a\n2026-01-01T00:00:00Z info supervisor ready\x1b[2J\u2028x"
    observer(lines, format="text", structured=structured).emit("slow_request", path=forged, trace=f"one\n{forged}")
    text = lines[0].decode()
    assert text.endswith("\n")
    first, *others = text.removesuffix("\n").split("\n")
    assert "/a\\n2026-01-01" in first
    assert all(line.startswith("    ") for line in others)
    assert not [character for character in text if character in "\x1b\r\u2028"]


@pytest.mark.covers("config:logging.structured")
def test_unstructured_lines_have_one_message() -> None:
    lines: list[bytes] = []
    observer(lines, structured=False).emit("started", port=1, workers=2)
    assert json.loads(lines[0])["message"] == "port 1, workers 2"


def test_what_libraries_log_takes_the_same_way() -> None:
    lines: list[bytes] = []
    root = logging.getLogger()
    before, level = root.handlers, root.level
    try:
        capture_standard_logging(observer(lines))
        logging.getLogger("library").warning("careful")
        logging.getLogger("library").info("chatter")
    finally:
        root.handlers, root.level = before, level
    assert [(json.loads(line)["logger"], json.loads(line)["text"]) for line in lines] == [("library", "careful")]


def test_metrics_are_the_sum_over_all_workers() -> None:
    board = Board(None, 2)
    for worker in (0, 1):
        board.observe(board.base(worker), 0, 200, 0.002)
    board.observe(board.base(1), 0, 503, 99.0)
    text = exposition(board, (4, 2)).decode()
    assert 'torque_requests_total{route="jsonrpc",status="2xx"} 2.0' in text
    assert 'torque_requests_total{route="jsonrpc",status="5xx"} 1.0' in text
    assert 'torque_request_seconds_bucket{le="0.0025",route="jsonrpc"} 2.0' in text
    assert 'torque_request_seconds_bucket{le="+Inf",route="jsonrpc"} 3.0' in text
    assert "torque_database_connections 4.0" in text


def test_the_figures_of_the_caches_are_those_of_all_workers_and_of_the_ones_they_replace() -> None:
    board = Board(None, 2)
    for worker, hits in ((0, 5), (1, 7)):
        CacheFigures(board, worker, lambda hits=hits: {"hits": hits, "entries": 3}).write()  # type: ignore[misc]
    CacheFigures(board, 1, lambda: {"hits": 1, "entries": 1}).write()
    text = exposition(board, (4, 2)).decode()
    assert 'torque_cache{figure="hits"} 13.0' in text
    assert 'torque_cache{figure="entries"} 4.0' in text
