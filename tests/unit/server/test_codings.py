"""Which coding an answer has: the one that the client likes best of those it takes, or none."""

import gzip

import brotli
import pytest

from torque.server.http import codings, compress


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip, deflate, br, zstd", ("br", "gzip")), ("br", ("br",)), ("GZIP", ("gzip",)), ("*", ("br", "gzip")),
        ("", ()), ("identity", ()), ("deflate", ()), ("brotli", ()), ("br;q=0, gzip", ("gzip",)),
        ("br;q=0, gzip;q=0", ()), ("br;q=0.000,*", ("gzip",)), ("*;q=0", ()), ("gzip;q=0.5, *;q=0", ("gzip",)),
        ("br;q=0.2, gzip;q=0.8", ("gzip", "br")), ("gzip ; q=1.0 , br ; q=0.9", ("gzip", "br")),
        ("br;q=x", ("br",)), ("br, " + "x" * 200, ()),
    ],
)  # fmt: skip
def test_a_coding_is_one_that_is_taken_and_liked(accepted: str, expected: tuple[str, ...]) -> None:
    assert codings(accepted) == expected


def test_an_answer_is_in_the_coding_that_its_headers_say() -> None:
    body = b"text " * 1000
    for accepted, name, read in (("br", "br", brotli.decompress), ("gzip, br;q=0", "gzip", gzip.decompress)):
        packed, headers = compress(body, accepted)
        assert (dict(headers)["content-encoding"], read(packed)) == (name, body)
    plain, headers = compress(body, "br;q=0")
    assert (plain, dict(headers)) == (body, {"vary": "accept-encoding"})
