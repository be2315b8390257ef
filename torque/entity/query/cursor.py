"""Cursors: a place in an ordered list, opaque and signed, bound to the filter and the order it was made for."""

import base64
import binascii
import hashlib
import hmac

import msgspec

from torque.entity.types import Seek
from torque.errors import InvalidParams

_SIGNATURE = 16
_MESSAGE = "This cursor does not belong to this list. Start again without one."


class _Place(msgspec.Struct, array_like=True):
    values: tuple[str | None, ...]
    id: str
    backward: bool


_DECODER = msgspec.msgpack.Decoder(_Place)


def encode(seek: Seek, fingerprint: bytes, secret: bytes) -> str:
    """Return the cursor of a place."""
    payload = msgspec.msgpack.encode(_Place(seek.values, seek.id, seek.backward))
    return base64.urlsafe_b64encode(_sign(payload, fingerprint, secret) + payload).rstrip(b"=").decode()


def decode(cursor: str, fingerprint: bytes, secret: bytes, keys: int) -> Seek:
    """Return the place of a cursor.

    Raises
    ------
    InvalidParams
        When it was not made by this server for this very list.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidParams(_MESSAGE, parameter="cursor") from None
    signature, payload = raw[:_SIGNATURE], raw[_SIGNATURE:]
    if not hmac.compare_digest(signature, _sign(payload, fingerprint, secret)):
        raise InvalidParams(_MESSAGE, parameter="cursor")
    place = _DECODER.decode(payload)
    if len(place.values) != keys:
        raise InvalidParams(_MESSAGE, parameter="cursor")
    return Seek(place.values, place.id, place.backward)


def fingerprint(*parts: object) -> bytes:
    """Return what a cursor is bound to, from frozen parts whose encoding is stable."""
    return hashlib.blake2b(msgspec.msgpack.encode([_plain(part) for part in parts]), digest_size=16).digest()


def _plain(part: object) -> object:
    """Name the type of every struct, so that conditions of equal members and other meaning differ."""
    if isinstance(part, msgspec.Struct):
        return [type(part).__name__, *(_plain(getattr(part, field)) for field in part.__struct_fields__)]
    if isinstance(part, list | tuple):
        return [_plain(item) for item in part]
    return part


def _sign(payload: bytes, bound: bytes, secret: bytes) -> bytes:
    return hashlib.blake2b(bound + payload, key=secret, digest_size=_SIGNATURE).digest()
