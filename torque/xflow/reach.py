"""Which hosts workflows may ask, and which addresses they may reach. Pure."""

import ipaddress
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Reach:
    """What the operator allows.

    Parameters
    ----------
    allowed
        Hosts that may be asked: a name, `*.example.com` for every name below it, or `*` for all.
    denied
        Hosts that may not, whatever the first list says.
    private
        Names or addresses, without patterns, that may be reached although they lie in this machine or its network.
    """

    def __init__(self, allowed: Sequence[str], denied: Sequence[str] = (), private: Sequence[str] = ()) -> None:
        self._allowed = [_plain(entry) for entry in allowed]
        self._denied = [_plain(entry) for entry in denied]
        self._private = {_plain(entry) for entry in private}

    @property
    def is_nothing(self) -> bool:
        """True when no host may be asked."""
        return not self._allowed

    def admits(self, host: str) -> bool:
        """Tell whether a host may be asked by that name."""
        name = _plain(host)
        return any(_fits(name, entry) for entry in self._allowed) and not any(
            _fits(name, entry) for entry in self._denied
        )

    def admits_address(self, host: str, address: str) -> bool:
        """Tell whether a host may be reached at an address that its name was resolved to."""
        return is_public(address) or _plain(host) in self._private


def is_public(address: str) -> bool:
    """Tell whether an address lies in the public internet: not this machine, its network, or the cloud's metadata."""
    try:
        found: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _is_public(found)


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _plain(host: str) -> str:
    return host.strip().strip("[]").rstrip(".").lower()


def _fits(name: str, entry: str) -> bool:
    if entry.startswith("*."):
        return name.endswith(entry[1:])
    return entry in ("*", name)
