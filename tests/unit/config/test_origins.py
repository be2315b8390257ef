"""The origin of applications: which values keep the session out of its reach."""

import pytest

from torque.config.origins import wrong_apps_origin


@pytest.mark.parametrize(
    "origin", ["https://apps.example.com", "http://apps.localhost:8080", "http://10.1.2.3:99", "http://[fe80::2]:9000"]
)
def test_a_host_of_its_own_is_taken(origin: str) -> None:
    assert wrong_apps_origin({"server.apps_origin": origin, "server.public_url": "https://example.com"}) is None


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        ("apps.example.com", "without a path"),
        ("https://apps.example.com/", "without a path"),
        ("https://apps.example.com/x?y", "without a path"),
        ("https://a@apps.example.com", "without a path"),
        ("https://[", "without a path"),
        ("ftp://apps.example.com", "http"),
        ("http://localhost:9090", "name of the server itself"),
        ("http://127.0.0.1:9090", "name of the server itself"),
        ("https://EXAMPLE.com:444", "name of the server itself"),
        ("https://other.example:1", "name of the server itself"),
        ("http://10.0.0.5", "name of the server itself"),
        ("https://friend.example", "allowed_origins"),
    ],
)
@pytest.mark.covers("config:server.apps_origin")
def test_what_would_bring_the_session_within_reach_is_refused(origin: str, said: str) -> None:
    values = {
        "server.apps_origin": origin, "server.public_url": "https://example.com", "server.bind": "10.0.0.5:8080",
        "server.allowed_hosts": ("other.example",), "server.allowed_origins": ("https://friend.example",),
    }  # fmt: skip
    assert said in (wrong_apps_origin(values) or "")
