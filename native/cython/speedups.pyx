# cython: language_level=3, wraparound=False
"""Loops over Python objects that are worth compiling: database rows into the bytes of records on the wire.

Rows are read by position (id, data, version, created_at, updated_at). `data` is the stored JSON object as Postgres
wrote it and is copied as it is, or passes a RowMap (an allow-list) first. Id, times and the type are written between
quotes unescaped: they are uuids, our own time stamps and identifiers, which hold nothing to escape.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_AsUTF8AndSize
from libc.stdio cimport snprintf
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy


cdef class _Buffer:
    """Bytes that grow; freed with the object, also when a row raises half-way."""

    cdef char* start
    cdef Py_ssize_t size
    cdef Py_ssize_t room

    def __cinit__(self, Py_ssize_t room):
        self.start = <char*>malloc(room)
        if self.start == NULL:
            raise MemoryError
        self.size = 0
        self.room = room

    def __dealloc__(self):
        free(self.start)

    cdef int reserve(self, Py_ssize_t more) except -1:
        cdef Py_ssize_t room = self.room
        cdef char* moved
        if self.size + more <= room:
            return 0
        while room < self.size + more:
            room *= 2
        moved = <char*>realloc(self.start, room)
        if moved == NULL:
            raise MemoryError
        self.start = moved
        self.room = room
        return 0

    cdef inline void put(self, const char* text, Py_ssize_t size) noexcept:
        memcpy(self.start + self.size, text, size)
        self.size += size

    cdef inline void byte(self, char value) noexcept:
        self.start[self.size] = value
        self.size += 1


cdef bint _is_space(char c) noexcept:
    return c == b' ' or c == b'\n' or c == b'\t' or c == b'\r'


cdef int _put_row(_Buffer out, bytes entity_type, row, row_map) except -1:
    cdef bytes data = row[1] if row_map is None else row_map.map(row[1])
    cdef Py_ssize_t id_size, created_size, updated_size, first, last
    # The texts belong to these objects, so they are held until everything is copied.
    cdef object record_id = row[0]
    cdef object created_at = row[3]
    cdef object updated_at = row[4]
    cdef const char* id_text = PyUnicode_AsUTF8AndSize(record_id, &id_size)
    cdef const char* created = PyUnicode_AsUTF8AndSize(created_at, &created_size)
    cdef const char* updated = PyUnicode_AsUTF8AndSize(updated_at, &updated_size)
    cdef long long version = row[2]
    cdef const char* body = PyBytes_AS_STRING(data)
    cdef int digits
    first = 0
    last = PyBytes_GET_SIZE(data)
    while first < last and _is_space(body[first]):
        first += 1
    while last > first and _is_space(body[last - 1]):
        last -= 1
    if last - first < 2 or body[first] != b'{' or body[last - 1] != b'}':
        raise ValueError("the data of a row is not a JSON object")
    first += 1
    last -= 1
    while first < last and _is_space(body[first]):
        first += 1
    # 128 covers the names of the members, quotes and a version of 20 digits.
    out.reserve(id_size + created_size + updated_size + PyBytes_GET_SIZE(entity_type) + last - first + 128)
    out.put(b'{"id":"', 7)
    out.put(id_text, id_size)
    out.put(b'",', 2)
    if last > first:
        out.put(body + first, last - first)
        out.byte(b',')
    out.put(b'"created_at":"', 14)
    out.put(created, created_size)
    out.put(b'","updated_at":"', 16)
    out.put(updated, updated_size)
    out.put(b'","entity_type":"', 17)
    out.put(PyBytes_AS_STRING(entity_type), PyBytes_GET_SIZE(entity_type))
    out.put(b'","version":', 12)
    digits = snprintf(out.start + out.size, 24, b"%lld", version)
    out.size += digits
    out.byte(b'}')
    return 0


def splice_row(bytes entity_type not None, row, row_map=None):
    """The record on the wire."""
    cdef _Buffer out = _Buffer(512)
    _put_row(out, entity_type, row, row_map)
    return PyBytes_FromStringAndSize(out.start, out.size)


def splice_rows(bytes entity_type not None, rows, row_map=None):
    """The JSON array of the records."""
    cdef _Buffer out = _Buffer(16384)
    cdef bint first = True
    out.byte(b'[')
    for row in rows:
        out.reserve(1)
        if not first:
            out.byte(b',')
        first = False
        _put_row(out, entity_type, row, row_map)
    out.reserve(1)
    out.byte(b']')
    return PyBytes_FromStringAndSize(out.start, out.size)
