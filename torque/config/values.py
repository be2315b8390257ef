"""From what a person wrote to the type a setting has: sizes, numbers in text, secrets kept elsewhere."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import msgspec

_UNITS = {"": 1, "B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMG]?B|)", re.IGNORECASE)
_TRUE, _FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}


def parse_size(text: str) -> int:
    """Return the bytes that "10MB" or "4096" mean.

    Raises
    ------
    ValueError
        When it is neither.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a size; write a number with KB, MB or GB, as in 10MB.")
    return int(float(match[1]) * _UNITS[match[2].upper()])


def wrong_address(url: str) -> str | None:
    """Return what is wrong with the address of a database, without repeating it: it may hold a password."""
    scheme, found, rest = url.partition("://")
    if not found or scheme not in ("postgresql", "postgres"):
        return "write the address of a PostgreSQL server, as in postgresql://user:password@host:5432/name."
    hosts = rest.partition("?")[0].partition("/")[0].rpartition("@")[2].split(",")
    ports = [host.rpartition(":")[2] for host in hosts if ":" in host.rpartition("]")[2]]
    if any(port and not port.isdecimal() for port in ports):
        return "its port is no number; write postgresql://user:password@host:5432/name, an @ in a password as %40."
    return None


def read_secret(value: str, environ: Mapping[str, str], folder: Path) -> str:
    """Return what `env:NAME` or `file:PATH` stands for; any other text as it is.

    Raises
    ------
    ValueError
        When the variable or the file does not exist, or the file is no text.
    """
    kind, _, rest = value.partition(":")
    if kind == "env" and rest:
        if rest not in environ:
            raise ValueError(f"it reads the environment variable {rest}, which is not set.")
        return environ[rest]
    if kind == "file" and rest:
        try:
            return (folder / rest).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ValueError(f"it reads the file {rest}, which cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise ValueError(f"it reads the file {rest}, which is not UTF-8.") from error
    return value


def coerce(value: object, kind: object) -> object:
    """Turn text (of an environment variable, or a size in the file) into what the setting's type takes.

    Raises
    ------
    ValueError
        When the text cannot mean a value of that type.
    """
    base, is_size = _base(kind)
    if isinstance(value, str):
        if is_size:
            return parse_size(value)
        return _from_text(value, base)
    return value


def check(value: object, kind: object) -> object:
    """Return the value as its setting's type.

    Raises
    ------
    ValueError
        When it does not fit, saying what would.
    """
    info, _ = _base(kind)
    if isinstance(info, msgspec.inspect.LiteralType) and value not in info.values:
        raise ValueError(f"{value!r} is none of {', '.join(map(str, get_args(kind)))}.")
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"{error}.") from error


def _base(kind: object) -> tuple[object, bool]:
    info = msgspec.inspect.type_info(kind)
    size = False
    if isinstance(info, msgspec.inspect.Metadata):
        size = bool((info.extra or {}).get("size"))
        info = info.type
    return info, size


def _from_text(text: str, info: object) -> object:
    if isinstance(info, msgspec.inspect.BoolType):
        if text.lower() in _TRUE | _FALSE:
            return text.lower() in _TRUE
        raise ValueError(f"{text!r} is neither true nor false.")
    if isinstance(info, msgspec.inspect.IntType | msgspec.inspect.FloatType):
        number = int if isinstance(info, msgspec.inspect.IntType) else float
        try:
            return number(text)
        except ValueError:
            raise ValueError(f"{text!r} is not a number.") from None
    if isinstance(info, msgspec.inspect.VarTupleType):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text
