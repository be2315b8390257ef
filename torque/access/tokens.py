"""Secrets: how they are made, read from a request, and turned into the credential that is stored."""

import hashlib
import secrets

from torque.errors import Unauthenticated

PREFIX = "tq_"
COOKIE = "torque_session"
LINK_SECONDS = 600
SESSION_SECONDS = 30 * 24 * 3600

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH = 43  # base62 digits of 256 bits


def new_secret(prefix: str = "") -> str:
    """Return 256 random bits in base62."""
    value = secrets.randbits(256)
    digits = []
    for _ in range(_LENGTH):
        value, digit = divmod(value, 62)
        digits.append(_DIGITS[digit])
    return prefix + "".join(digits)


def credential(secret: str) -> bytes:
    """Return what the database knows of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def from_request(authorization: str | None, cookie: str | None) -> bytes | None:
    """Return the credential a request shows, or None when it shows none.

    A bearer token counts before a cookie.

    Raises
    ------
    Unauthenticated
        When the Authorization header is of another scheme.
    """
    if authorization:
        if authorization.startswith("Bearer tq_") and not authorization[-1].isspace():
            return credential(authorization[7:])
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise Unauthenticated("Send the token as 'Authorization: Bearer tq_...'.")
        return credential(secret.strip())
    if cookie:
        for part in cookie.split(";"):
            name, _, value = part.strip().partition("=")
            if name == COOKIE and value:
                return credential(value)
    return None
