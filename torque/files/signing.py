"""Requests to S3-compatible stores, signed as AWS Signature Version 4 says. Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

import msgspec

_ALGORITHM = "AWS4-HMAC-SHA256"


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs, and for which region."""

    access_key: str
    secret_key: str
    region: str


def signed(
    credentials: Credentials, method: str, host: str, path: str, headers: Mapping[str, str], payload: str, now: datetime
) -> dict[str, str]:
    """Return the headers of a request, its signature among them.

    Parameters
    ----------
    path
        As it goes over the wire, percent-encoded; there is no query.
    headers
        Names in lower case; all of them are signed.
    payload
        SHA-256 of the body, in hexadecimal.
    now
        In UTC.
    """
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{credentials.region}/s3/aws4_request"
    all_headers = {**headers, "host": host, "x-amz-content-sha256": payload, "x-amz-date": stamp}
    names = sorted(all_headers)
    listed = ";".join(names)
    lines = "".join(f"{name}:{' '.join(all_headers[name].split())}\n" for name in names)
    canonical = "\n".join((method, path, "", lines, listed, payload))
    text = "\n".join((_ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    signature = hmac.new(_key(credentials, stamp[:8]), text.encode(), hashlib.sha256).hexdigest()
    all_headers["authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={listed}, Signature={signature}"
    )
    return all_headers


def encoded(path: str) -> str:
    """Return a path as it is signed and sent."""
    return quote(path, safe="/-_.~")


def _key(credentials: Credentials, day: str) -> bytes:
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (day, credentials.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
