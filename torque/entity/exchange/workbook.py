"""What an Excel workbook says of itself: its sheets, where their texts are, and which cells show dates."""

import os
import posixpath
import tempfile
import weakref
from array import array
from collections.abc import Iterator
from datetime import datetime

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, WINDOWS_EPOCH

from torque.entity.exchange.markup import LONGEST, Event, events, unescaped
from torque.entity.exchange.package import Package
from torque.errors import InvalidParams, ParseError

_LARGEST = 1 << 24
"""Bytes of a part that is kept in memory: the list of sheets, of styles and of relations."""

_CODE = 1_000
_CACHED = 20_000
_SHORT = 1_000
_PLACE = 8
_TOGETHER = 1 << 16


class Workbook:
    """The structure of a workbook.

    Parameters
    ----------
    package
        Its parts. Whatever is not needed for values is not read.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        root = next(iter(_related(package, "", "/officeDocument").values()), "xl/workbook.xml")
        self.epoch: datetime = WINDOWS_EPOCH
        self.sheets: dict[str, str] = {}
        """Part by name of the sheet, in the order of the workbook."""
        worksheets = _related(package, root, "/worksheet")
        for name, attributes, _ in _small(package, root):
            if name == "workbookPr" and attributes and attributes.get("date1904") in ("1", "true"):
                self.epoch = CALENDAR_MAC_1904
            elif name == "sheet" and attributes is not None:
                relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                if relation in worksheets:
                    self.sheets[attributes.get("name", "")] = worksheets[relation]
        self.strings = next(iter(_related(package, root, "/sharedStrings").values()), None)
        self.dates, self.spans = _dates(package, next(iter(_related(package, root, "/styles").values()), None))

    def part(self, name: str | None) -> str:
        """Return the part of a sheet, of the first one where none is named.

        Raises
        ------
        InvalidParams
            When there is no such sheet.
        """
        if not self.sheets:
            raise ParseError("The workbook has no sheets.")
        if name is None:
            return next(iter(self.sheets.values()))
        if name not in self.sheets:
            known = ", ".join(list(self.sheets)[:20])
            raise InvalidParams(f"There is no sheet '{name[:80]}'; there are {known}.", parameter="sheet")
        return self.sheets[name]


class SharedStrings:
    """The texts that cells name by number: kept in files without a name, because there may be any number of them."""

    def __init__(self, package: Package, part: str | None) -> None:
        self._texts = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this
        self._places = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this
        for file in (self._texts, self._places):
            weakref.finalize(self, file.close)
        self._count = 0
        self._known: dict[int, str] = {}
        if part is not None and package.size(part) is not None:
            self._fill(package, part)

    def __getitem__(self, number: int) -> str:
        known = self._known.get(number)
        if known is not None:
            return known
        if not 0 <= number < self._count:
            raise ParseError(f"A cell names text number {number}, and there is none.")
        begin, end = array("Q", os.pread(self._places.fileno(), 2 * _PLACE, number * _PLACE))
        text = os.pread(self._texts.fileno(), end - begin, begin).decode("utf-8", "surrogatepass")
        if end - begin <= _SHORT:
            if len(self._known) >= _CACHED:
                self._known.clear()
            self._known[number] = text
        return text

    def _fill(self, package: Package, part: str) -> None:
        places = array("Q", [0])
        place = 0
        with package.part(part) as file:
            for text in _texts(events(file)):
                place += self._texts.write(unescaped(text).encode("utf-8", "surrogatepass"))
                places.append(place)
                self._count += 1
                if len(places) >= _TOGETHER:
                    self._places.write(places.tobytes())
                    places = array("Q")
        self._places.write(places.tobytes())
        self._places.flush()
        self._texts.flush()


def _texts(found: Iterator[Event]) -> Iterator[str]:
    """Return the text of each entry; how its signs are spoken is no part of it."""
    parts: list[str] = []
    length, spoken = 0, False
    for name, attributes, text in found:
        if name == "si":
            if attributes is None:
                yield "".join(parts)
            parts, length = [], 0
        elif name == "rPh":
            spoken = attributes is not None
        elif name == "t" and attributes is None and not spoken:
            parts.append(text)
            length += len(text)
            if length > LONGEST:
                raise ParseError("The workbook holds a text that is too long.")


def _related(package: Package, part: str, kind: str) -> dict[str, str]:
    """Return the parts that a part names of a kind, by the ids of the relations."""
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, str] = {}
    for event, attributes, _ in _small(package, relations):
        if event == "Relationship" and attributes and attributes.get("Type", "").endswith(kind):
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            found[attributes.get("Id", "")] = target
    return {relation: target for relation, target in found.items() if package.size(target) is not None}


def _small(package: Package, part: str) -> Iterator[Event]:
    """Return the events of a part that is no table; one that is missing has none."""
    size = package.size(part)
    if size is None:
        return
    if size > _LARGEST:
        raise ParseError(f"The workbook's '{part[:80]}' is larger than any spreadsheet writes it.")
    with package.part(part) as file:
        yield from events(file)


def _dates(package: Package, part: str | None) -> tuple[frozenset[str], frozenset[str]]:
    """Return the numbers of the formats that show dates or times, and of those that show how long something takes."""
    codes: dict[str, str] = {str(number): code for number, code in BUILTIN_FORMATS.items()}
    dates, spans, count, inside = set(), set(), 0, False
    for name, attributes, _ in _small(package, part or ""):
        if name == "numFmt" and attributes is not None:
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:_CODE]
        elif name == "cellXfs":
            inside = attributes is not None
        elif name == "xf" and attributes is not None and inside:
            code = codes.get(attributes.get("numFmtId", ""), "")
            if is_date_format(code):
                dates.add(str(count))
            if is_timedelta_format(code):
                spans.add(str(count))
            count += 1
    return frozenset(dates), frozenset(spans)
