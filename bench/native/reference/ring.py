"""A ring of events in Python: an mmap, a lock of the file, struct."""

import fcntl
import mmap
import os
import struct

_HEAD = struct.Struct("<QQQQ")
_EVENT = struct.Struct("<II")
_DATA = 64


class EventRing:
    """Events of at most the ring's size, numbered from 1."""

    def __init__(self, size: int) -> None:
        self._fd = os.memfd_create("ring")
        os.ftruncate(self._fd, _DATA + size)
        self._map = mmap.mmap(self._fd, _DATA + size)
        self._size = size
        self._read = (0, 0)
        _HEAD.pack_into(self._map, 0, 0, 0, 0, 1)

    def append(self, topic: str, payload: bytes) -> int:
        """Append an event and return its number."""
        name = topic.encode()
        event = _EVENT.pack(_EVENT.size + len(name) + len(payload), len(name)) + name + payload
        fcntl.lockf(self._fd, fcntl.LOCK_EX)
        try:
            head, end, start, first = _HEAD.unpack_from(self._map)
            while end + len(event) - start > self._size:
                start += _EVENT.unpack(self._take(start, _EVENT.size))[0]
                first += 1
            at = end % self._size
            cut = min(len(event), self._size - at)
            self._map[_DATA + at : _DATA + at + cut] = event[:cut]
            self._map[_DATA : _DATA + len(event) - cut] = event[cut:]
            _HEAD.pack_into(self._map, 0, head + 1, end + len(event), start, first)
            return int(head) + 1
        finally:
            fcntl.lockf(self._fd, fcntl.LOCK_UN)

    def read(self, after: int) -> tuple[list[tuple[int, str, bytes]], bool]:
        """Return the events after that number, and whether some are gone."""
        fcntl.lockf(self._fd, fcntl.LOCK_EX)
        try:
            head, _, start, first = _HEAD.unpack_from(self._map)
            events = []
            last, behind = self._read
            known = last == after and behind >= start
            at = behind if known else start
            for seq in range(after + 1 if known else first, head + 1):
                size, named = _EVENT.unpack(self._take(at, _EVENT.size))
                if seq > after:
                    body = self._take(at + _EVENT.size, size - _EVENT.size)
                    events.append((seq, body[:named].decode(), body[named:]))
                at += size
            self._read = (head, at)
            return events, after + 1 < first
        finally:
            fcntl.lockf(self._fd, fcntl.LOCK_UN)

    def _take(self, at: int, size: int) -> bytes:
        at %= self._size
        cut = min(size, self._size - at)
        return self._map[_DATA + at : _DATA + at + cut] + self._map[_DATA : _DATA + size - cut]
