"""`/metrics`: the counters of all workers of the run as Prometheus text."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from torque import native
from torque.server import board as cells
from torque.server.board import BUCKETS, CLASSES, ROUTES, Board

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class RunCollector:
    """Reads the board whenever somebody asks; nothing is counted twice or kept here."""

    def __init__(self, board: Board, connections: tuple[int, int]) -> None:
        self._board = board
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        yield from self._requests()
        board = self._board
        cached = board.total(cells.CACHED) + board.total(cells.CACHED_LATER)
        yield _counter("torque_cached_answers", "JSON-RPC calls answered natively.", cached)
        yield _counter("torque_request_bytes", "Bytes of request bodies.", board.total(cells.BYTES_IN))
        yield _counter("torque_limited_requests", "Requests refused by a rate limit.", board.total(cells.LIMITED))
        yield _counter("torque_worker_respawns", "Workers replaced after they died.", board.get(cells.RESPAWNS))
        yield GaugeMetricFamily("torque_workers", "Workers of this run.", value=board.workers)
        yield GaugeMetricFamily("torque_live_streams", "Open live connections.", value=board.total(cells.STREAMS))
        open_, idle = self._connections
        yield GaugeMetricFamily("torque_database_connections", "Open in the worker that answers.", value=open_)
        yield GaugeMetricFamily("torque_database_connections_idle", "Idle in the worker that answers.", value=idle)
        parser = GaugeMetricFamily("torque_json_parser", "Instructions that read JSON.", labels=["instructions"])
        parser.add_metric([native.json_instructions()], 1)
        yield parser
        family = GaugeMetricFamily("torque_cache", "The caches of all workers together.", labels=["figure"])
        for figure, cell in sorted(cells.CACHE_FIGURES.items()):
            family.add_metric([figure], board.total(cell))
        yield family

    def _requests(self) -> Iterator[Metric]:
        requests = CounterMetricFamily("torque_requests", "Requests by route and status.", labels=["route", "status"])
        seconds = HistogramMetricFamily(
            "torque_request_seconds", "Time to answer, cached answers left out.", labels=["route"]
        )
        for index, route in enumerate(ROUTES):
            for status, count in zip(CLASSES, self._board.statuses(index), strict=True):
                requests.add_metric([route, status], count)
            counts, total = self._board.durations(index)
            running, buckets = 0, []
            for bound, count in zip([*map(str, BUCKETS), "+Inf"], counts, strict=True):
                running += count
                buckets.append((bound, float(running)))
            seconds.add_metric([route], buckets, total)
        yield requests
        yield seconds


def exposition(board: Board, connections: tuple[int, int]) -> bytes:
    """Return all metrics of the run, as any worker sees them."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(RunCollector(board, connections))
    return generate_latest(registry)


def _counter(name: str, text: str, value: int) -> Metric:
    return CounterMetricFamily(name, text, value=value)
