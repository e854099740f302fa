"""Questions to a port or a health page on this machine."""

import errno
import socket
import ssl
import urllib.error
import urllib.request


def occupied(address: str, port: int) -> str | None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except PermissionError:
            return "needs more rights than this user has"
        except OSError as error:
            return "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
    return None


def yes(url: str) -> bool:
    """Whether one of our own programs says so; its certificate is for others to judge."""
    trusting = ssl._create_unverified_context() if url.startswith("https:") else None  # noqa: S323
    try:
        with urllib.request.urlopen(url, timeout=2, context=trusting) as answer:  # noqa: S310  (from our settings)
            return bool(answer.status == 200)
    except OSError:
        return False


def unreachable(url: str) -> str | None:
    """Why a page cannot be fetched, or nothing if it can."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  (named by the operator)
            return None if answer.status == 200 else f"status {answer.status}"
    except urllib.error.URLError as error:
        return str(error.reason)
    except (OSError, ValueError) as error:
        return str(error)
