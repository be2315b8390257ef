"""Requests to object stores are signed as the examples in the documentation of Amazon S3 are."""

import hashlib
from datetime import UTC, datetime

from torque.files.signing import Credentials, encoded, signed

EXAMPLE = Credentials(
    access_key="AKIAIOSFODNN7EXAMPLE", secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region="us-east-1"
)
HOST = "examplebucket.s3.amazonaws.com"
THEN = datetime(2013, 5, 24, tzinfo=UTC)
NOTHING = hashlib.sha256(b"").hexdigest()


def signature(headers: dict[str, str]) -> tuple[str, str]:
    """Return what a request is signed over, and its signature."""
    parts = dict(part.strip().split("=", 1) for part in headers["authorization"].split(",")[1:])
    return parts["SignedHeaders"], parts["Signature"]


def test_a_part_of_an_object_is_asked_for_as_in_the_example() -> None:
    headers = signed(EXAMPLE, "GET", HOST, "/test.txt", {"range": "bytes=0-9"}, NOTHING, THEN)
    assert headers["authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
    )
    assert signature(headers) == (
        "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    )


def test_an_object_whose_name_has_to_be_encoded_is_sent_as_in_the_example() -> None:
    more = {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}
    payload = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()
    headers = signed(EXAMPLE, "PUT", HOST, encoded("/test$file.text"), more, payload, THEN)
    assert signature(headers) == (
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    )
