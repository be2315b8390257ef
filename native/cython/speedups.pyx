# cython: language_level=3, wraparound=False, cdivision=True
"""Loops over Python objects that are worth compiling: database rows into the bytes of records on the wire.

Rows are read by position (id, data, version, created_at, updated_at). `data` is the stored JSON object as Postgres
wrote it and is copied as it is, or passes a RowMap (an allow-list) first. Id, times and the type are written between
quotes unescaped: they are uuids, our own time stamps and identifiers, which hold nothing to escape.

A packed row is what `record_send` makes of (id uuid, data jsonb, version int, created_at timestamptz, updated_at
timestamptz, entity_type text): the number of columns, then of each its type, its length and its binary form, all
numbers with the highest byte first.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_AsUTF8AndSize, PyUnicode_DecodeASCII, PyUnicode_DecodeUTF8
from libc.stdint cimport int64_t, uint32_t, uint64_t
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


cdef enum:
    _COLUMNS = 6
    _DAYS_TO_2000 = 730425  # from 0000-03-01
    _ID_TEXT = 36
    _TIME_TEXT = 27

cdef const char* _HEX = b"0123456789abcdef"


cdef uint64_t _number(const unsigned char* at, Py_ssize_t size) noexcept:
    cdef uint64_t value = 0
    cdef Py_ssize_t i
    for i in range(size):
        value = value << 8 | at[i]
    return value


cdef const unsigned char* _column(
    const unsigned char** at, const unsigned char* end, Py_ssize_t wanted, Py_ssize_t* size
) except NULL:
    """Step over one column, of so many bytes if any are wanted; return where its value begins."""
    cdef const unsigned char* value = at[0] + 8
    if value > end:
        raise ValueError("a packed row ends too early")
    size[0] = <Py_ssize_t>_number(at[0] + 4, 4)
    if size[0] > end - value or (wanted and size[0] != wanted):  # also NULL, whose length is the highest number
        raise ValueError("a column of a packed row has another size")
    at[0] = value + size[0]
    return value


cdef object _id_text(const unsigned char* value):
    cdef char text[_ID_TEXT]
    cdef int i, at = 0
    for i in range(16):
        if i == 4 or i == 6 or i == 8 or i == 10:
            text[at] = b'-'
            at += 1
        text[at] = _HEX[value[i] >> 4]
        text[at + 1] = _HEX[value[i] & 15]
        at += 2
    return PyUnicode_DecodeASCII(text, _ID_TEXT, NULL)


cdef void _digits(char* at, int count, int64_t value, char after) noexcept:
    cdef int i
    for i in range(count):
        at[count - 1 - i] = <char>(48 + value % 10)
        value //= 10
    at[count] = after


cdef object _time_text(int64_t since_2000):
    """Microseconds since 2000 as a time stamp of ours."""
    cdef char text[_TIME_TEXT]
    cdef int64_t a_day = <int64_t>86400 * 1000000
    cdef int64_t micros = since_2000 % a_day
    if micros < 0:
        micros += a_day
    cdef int64_t days = (since_2000 - micros) // a_day + _DAYS_TO_2000
    # Years begin in March here, so that a leap day is the last of its year; the calendar repeats every 400 years.
    cdef int64_t era = (days if days >= 0 else days - 146096) // 146097
    cdef int64_t day = days - era * 146097
    cdef int64_t year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    cdef int64_t month
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5
    month = month + 3 if month < 10 else month - 9
    year += era * 400 + (month <= 2)
    if year < 0 or year > 9999:
        raise ValueError("a time of a packed row is in no year of four digits")
    cdef int64_t seconds = micros // 1000000
    _digits(text, 4, year, b'-')
    _digits(text + 5, 2, month, b'-')
    _digits(text + 8, 2, day + 1, b'T')
    _digits(text + 11, 2, seconds // 3600, b':')
    _digits(text + 14, 2, seconds // 60 % 60, b':')
    _digits(text + 17, 2, seconds % 60, b'.')
    _digits(text + 20, 6, micros % 1000000, b'Z')
    return PyUnicode_DecodeASCII(text, _TIME_TEXT, NULL)


cdef tuple _unpacked(bytes packed):
    cdef const unsigned char* at = <const unsigned char*>PyBytes_AS_STRING(packed)
    cdef const unsigned char* end = at + PyBytes_GET_SIZE(packed)
    cdef const unsigned char* value
    cdef Py_ssize_t size
    if end - at < 4 or _number(at, 4) != _COLUMNS:
        raise ValueError("a packed row has other columns")
    at += 4
    cdef object record_id = _id_text(_column(&at, end, 16, &size))
    value = _column(&at, end, 0, &size)
    if size < 1 or value[0] != 1:
        raise ValueError("the data of a packed row is of an unknown version")
    cdef bytes data = PyBytes_FromStringAndSize(<const char*>value + 1, size - 1)
    cdef int version = <int><uint32_t>_number(_column(&at, end, 4, &size), 4)
    cdef object created_at = _time_text(<int64_t>_number(_column(&at, end, 8, &size), 8))
    cdef object updated_at = _time_text(<int64_t>_number(_column(&at, end, 8, &size), 8))
    value = _column(&at, end, 0, &size)
    return (record_id, data, version, created_at, updated_at, PyUnicode_DecodeUTF8(<const char*>value, size, NULL))


def unpack_rows(rows):
    """The rows of a statement whose only column is a packed row, by their ids."""
    cdef dict found = {}
    cdef tuple row
    for packed in rows:
        row = _unpacked(packed[0])
        found[row[0]] = row
    return found
