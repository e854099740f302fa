"""Addresses of machines and mailboxes.

Rules: loopback, unspecified and broadcast addresses and net masks say nothing about anybody and are let through;
private addresses are not, they describe a company's inside. Four numbers below ten are taken for a version.
"""

from ipaddress import AddressValueError, IPv4Address, IPv6Address

_FILES = frozenset(
    b"png jpg jpeg gif svg webp ico css js mjs ts tsx jsx json html htm xml py pyc rb go rs ja"
    b"va class c h cpp md txt yml yaml "
    b"toml ini cfg conf lock map woff ttf so dll exe zip gz tar pdf sh local localhost internal invalid test".split()
)
_NOBODY = frozenset(b"git noreply no-reply donotreply example".split())


def email(value: bytes) -> bool:
    local, _, domain = value.rpartition(b"@")
    ending = domain.rpartition(b".")[2].lower()
    return ending not in _FILES and local.lower() not in _NOBODY and not local.endswith(b".") and b".." not in value


def ipv4(value: bytes) -> bool:
    numbers = [int(part) for part in value.split(b".")]
    if len(numbers) != 4:  # an object identifier or a longer version
        return False
    if any(len(part) > 1 and part.startswith(b"0") for part in value.split(b".")) or max(numbers) < 10:
        return False
    try:
        address = IPv4Address(value.decode())
    except AddressValueError:
        return False
    return not (address.is_loopback or numbers[0] in (0, 255) or numbers[1:] == [0, 0, 0])


def ipv6(value: bytes) -> bool:
    text = value.decode().partition("%")[0]
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return False
    groups = [group for group in text.split(":") if group]
    if address.is_loopback or address.is_unspecified or not any(character.isdigit() for character in text):
        return False
    return len(groups) >= 3 or "." in text or (len(groups) == 2 and len(groups[0]) == 4)


def mac(value: bytes) -> bool:
    return len(set(value) - set(b":-.")) > 1
