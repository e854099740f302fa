"""Whether an address is this machine's own. Apart, because whoever only asks this needs no schema library."""

import ipaddress


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach a listener on this address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False
