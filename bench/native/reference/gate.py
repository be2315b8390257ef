"""Generations, cache and gate in Python: the same rules over an mmap, dictionaries and orjson."""

import hashlib
import mmap
import time
from collections import OrderedDict
from collections.abc import Sequence
from zlib import crc32

import orjson

from bench.native.reference.envelope import Call, parse_envelope

Stamp = tuple[int, float, tuple[tuple[int, int], ...]]


class Generations:
    """Counters in an anonymous mapping; bumping is not atomic between processes."""

    def __init__(self, slots: int = 1 << 20) -> None:
        self._words = memoryview(mmap.mmap(-1, (slots + 8) * 8)).cast("Q")
        self._slots = slots

    def slot(self, kind: str, scope: str, name: str = "") -> int:
        """Return the slot of something answers depend on."""
        return crc32(f"{kind}\xff{scope}\xff{name}".encode()) % self._slots + 8

    def read(self, slots: Sequence[int]) -> Stamp:
        """Return the generations of the slots now."""
        words = self._words
        return words[0], time.monotonic(), tuple((slot, words[slot]) for slot in slots)

    def bump(self, slots: Sequence[int]) -> None:
        """Move the generations of the slots."""
        for slot in slots:
            self._words[slot] += 1

    def current(self, stamp: Stamp) -> bool:
        """Return whether everything stands as it stood."""
        words = self._words
        return words[0] == stamp[0] and all(words[slot] == value for slot, value in stamp[2])


class ResultCache:
    """Least recently used goes first."""

    def __init__(self, generations: Generations, max_bytes: int, max_entries: int, ttl_seconds: float) -> None:
        self._generations, self._max_bytes, self._max_entries = generations, max_bytes, max_entries
        self._ttl = ttl_seconds
        self._held: OrderedDict[bytes, tuple[bytes, Stamp, float]] = OrderedDict()
        self._bytes = 0

    def get(self, key: bytes) -> bytes | None:
        """Return an answer that still counts."""
        held = self._held.get(key)
        if held is None:
            return None
        if held[2] < time.monotonic() or not self._generations.current(held[1]):
            self._remove(key)
            return None
        self._held.move_to_end(key)
        return held[0]

    def put(self, key: bytes, value: bytes, stamp: Stamp) -> None:
        """Keep an answer."""
        if key in self._held:
            self._remove(key)
        self._held[key] = (value, stamp, time.monotonic() + self._ttl)
        self._bytes += len(key) + len(value)
        while self._bytes > self._max_bytes or len(self._held) > self._max_entries:
            self._remove(next(iter(self._held)))

    def _remove(self, key: bytes) -> None:
        self._bytes -= len(key) + len(self._held.pop(key)[0])


class Gate:
    """A single cached call from bytes to bytes."""

    def __init__(self, generations: Generations, cache: ResultCache) -> None:
        self._generations, self._cache = generations, cache
        self.applications: dict[str, tuple[str, Stamp]] = {}
        self.identities: dict[tuple[bytes, str], tuple[int, float, Stamp]] = {}
        self.cacheable: frozenset[str] = frozenset()

    def key(self, application_id: str, class_id: int, method: str, params: bytes) -> bytes:
        """Return the key of an answer."""
        members = orjson.loads(params)
        members.pop("app", None)
        text = orjson.dumps(members, option=orjson.OPT_SORT_KEYS)
        return b"%d %s %s %s" % (class_id, method.encode(), application_id.encode(), text)

    def answer(self, body: bytes, authorization: str | None, app: str) -> bytes | None:
        """Return the whole response, or None."""
        call = parse_envelope(body, 64, 1)
        if not isinstance(call, Call) or call.error or call.id_json is None or call.method not in self.cacheable:
            return None
        known = self.applications.get(app)
        if known is None or not self._generations.current(known[1]):
            return None
        credential = hashlib.sha256(authorization[7:].encode()).digest() if authorization else b""
        identity = self.identities.get((credential, known[0]))
        if identity is None or identity[1] <= time.time() or not self._generations.current(identity[2]):
            return None
        result = self._cache.get(self.key(known[0], identity[0], call.method, call.params))
        if result is None:
            return None
        return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (call.id_json, result)
