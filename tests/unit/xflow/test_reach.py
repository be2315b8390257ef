"""Which hosts and addresses workflows may reach."""

import pytest

from torque.xflow.reach import Reach, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
        "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "not an address", "",
    ],
)  # fmt: skip
def test_no_address_of_this_machine_or_its_network_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.covers("config:xflow.fetch_hosts", "config:xflow.fetch_denied_hosts")
def test_hosts_are_admitted_by_name_pattern_or_all_and_denied_whatever_else_is_said() -> None:
    some = Reach(["api.example.com", "*.partner.example"], ["secret.partner.example"])
    assert some.admits("api.example.com")
    assert some.admits("API.Example.com.")
    assert some.admits("a.b.partner.example")
    for host in (
        "example.com",
        "x.api.example.com",
        "partner.example",
        "evilpartner.example",
        "secret.partner.example",
    ):
        assert not some.admits(host), host
    assert Reach(["*"], ["*.internal"]).admits("anything.example")
    assert not Reach(["*"], ["*.internal"]).admits("db.internal")
    assert Reach([]).is_nothing


@pytest.mark.covers("config:xflow.fetch_private_hosts")
def test_a_private_address_is_reached_only_by_a_name_that_is_allowed_to() -> None:
    reach = Reach(["*"], private=["printer.lan"])
    assert reach.admits_address("printer.lan", "192.168.1.9")
    assert reach.admits_address("example.com", "1.1.1.1")
    assert not reach.admits_address("example.com", "192.168.1.9")
    assert not Reach(["*"], private=["*"]).admits_address("example.com", "192.168.1.9"), "a pattern is no name"
