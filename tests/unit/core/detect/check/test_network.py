"""Addresses, and what only looks like one."""

import pytest

from sidecar.core.detect.check.network import email, ipv4, ipv6, mac


@pytest.mark.parametrize(
    ("check", "value", "good", "note"),
    [
        (email, "jane.doe@example.org", True, ""),
        (email, "logo@2x.png", False, "a file"),
        (email, "git@github.com", False, "nobody"),
        (email, "a..b@example.org", False, "two dots"),
        (ipv4, "192.168.1.17", True, "private, but it tells something"),
        (ipv4, "127.0.0.1", False, "loopback"),
        (ipv4, "255.255.255.0", False, "a mask"),
        (ipv4, "10.0.0.0", False, "a net"),
        (ipv4, "1.2.3.4", False, "a version"),
        (ipv4, "1.3.36.3.3.2", False, "an object identifier"),
        (ipv4, "192.168.01.1", False, "a leading zero"),
        (ipv6, "2001:db8::1f", True, ""),
        (ipv6, "fe80::1%eth0", True, "with a zone"),
        (ipv6, "::ffff:192.0.2.1", True, ""),
        (ipv6, "::1", False, "loopback"),
        (ipv6, "12:34:56", False, "a time"),
        (ipv6, "1::2", False, "a slice"),
        (ipv6, "dead::beef", False, "words"),
        (mac, "00:1a:2b:3c:4d:5e", True, ""),
        (mac, "00:00:00:00:00:00", False, "nothing"),
    ],
)
def test_addresses(check: object, value: str, good: bool, note: str) -> None:
    assert check(value.encode()) == good, note
