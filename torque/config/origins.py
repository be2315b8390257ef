"""The origin of what models bring along: what it has to be so that no session is within its reach. Pure."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def host_of(origin: str) -> str:
    """Return the host name of an origin, without its port; empty when there is none."""
    try:
        return (urlsplit(origin).hostname or "").lower()
    except ValueError:
        return ""


def wrong_apps_origin(values: Mapping[str, object]) -> str | None:
    """Return what is wrong with `server.apps_origin` beside the other settings; None when nothing is.

    Cookies know no ports: a host name that the server answers to anyway would get the session with every request.
    """
    origin = str(values.get("server.apps_origin") or "")
    if not origin:
        return None
    host = host_of(origin)
    if not host or urlsplit(origin)._replace(path="", query="", fragment="").geturl() != origin or "@" in origin:
        return "it is an origin without a path, as in https://apps.example.com."
    if urlsplit(origin).scheme not in ("http", "https"):
        return "it begins with http:// or https://."
    if host in _own_hosts(values):
        return f"{host} is a name of the server itself; take a host name of its own, so that no cookie reaches it."
    if origin.lower() in (str(one).rstrip("/").lower() for one in _texts(values.get("server.allowed_origins"))):
        return "it is in server.allowed_origins, too; what runs there may not use the server."
    return None


def _own_hosts(values: Mapping[str, object]) -> set[str]:
    bind = str(values.get("server.bind") or "").rpartition(":")[0].strip("[]").lower()
    allowed = (host_of(f"//{name}") for name in _texts(values.get("server.allowed_hosts")))
    return {*_LOOPBACK, bind, host_of(str(values.get("server.public_url") or "")), *allowed}


def _texts(value: object) -> Iterable[object]:
    return value if isinstance(value, tuple | list) else ()
