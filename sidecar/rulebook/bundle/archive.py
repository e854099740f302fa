"""The archive that a bundle travels as: a tar with one form for given files, and no other.

Strategy: every header is made anew from the name and the size it states, and must be the same bytes. So a link, a
device, an owner, a time, an extended header or a flag of some tar cannot be in it, and whoever changes any byte of a
bundle has changed a file in it or made it unreadable.

Rules:
- Not compressed. Compressed text has many forms (unused bits, headers, levels), and has to be unpacked before its
  signature can be looked at; policies are small, and a server may compress on its way if it likes.
- Flat: the envelope first, then policy files in the order of their names.
"""

import re
import tarfile
from collections.abc import Iterator, Mapping

from sidecar.rulebook.bundle.trouble import BundleRefused

ENVELOPE = "manifest.dsse.json"
# The name becomes part of messages and of a path in a temporary folder.
POLICY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,90}\.ya?ml")
# A thousand rules are some 200 KiB. What a gate holds in memory twice while it looks at it has to stay small.
LARGEST = 8 << 20
LARGEST_FILE = 1 << 20
MOST_FILES = 1_000
BLOCK = tarfile.BLOCKSIZE
END = bytes(2 * BLOCK)
_KINDS = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a device",
    b"4": "a device",
    b"5": "a folder",
    b"6": "a pipe",
    b"L": "a name too long for a bundle",
    b"g": "an extended header",
    b"x": "an extended header",
}
_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZ": "bzip2", b"\xfd7": "xz", b"\x28\xb5": "zstd", b"PK": "zip"}


def packed(envelope: bytes, files: Mapping[str, bytes]) -> bytes:
    """The one archive of these files."""
    entries = [(ENVELOPE, envelope), *sorted(files.items())]
    return b"".join((*(_header(name, len(body)) + body + bytes(-len(body) % BLOCK) for name, body in entries), END))


def unpacked(raw: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The envelope and the files, or `BundleRefused`. Nothing is said yet about who wrote them."""
    if len(raw) > LARGEST:
        raise BundleRefused(f"is larger than {LARGEST >> 20} MiB")
    if kind := _COMPRESSED.get(raw[:2]):
        raise BundleRefused(
            f"is compressed ({kind}): a bundle is a plain tar, as `gatehouse policy bundle build` made it"
        )
    entries = dict[str, bytes]()
    for name, body in _entries(raw):
        _placed(name, tuple(entries))
        entries[name] = body
    if ENVELOPE not in entries:
        raise BundleRefused(f"holds no {ENVELOPE}: it is not signed")
    return entries.pop(ENVELOPE), entries


def _entries(raw: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while raw[at : at + BLOCK] != bytes(BLOCK):
        name, size = _stated(raw[at : at + BLOCK], first=at == 0)
        body = raw[at + BLOCK : at + BLOCK + size]
        at += BLOCK + size + -size % BLOCK
        if len(raw) < at + len(END):
            raise BundleRefused(f"ends in the middle of {name!r}: half of it is missing")
        if any(raw[at - (-size % BLOCK) : at]):
            raise BundleRefused(f"holds something between {name!r} and what follows")
        yield name, body
    if raw[at:] != END:
        raise BundleRefused("ends early, or holds something after its end")


def _stated(header: bytes, *, first: bool) -> tuple[str, int]:
    """Name and size of an entry, if its header states nothing else."""
    if len(header) < BLOCK or header[257:262] != b"ustar":
        raise BundleRefused("is no tar archive" if first else "ends early, or is damaged")
    name = header[:100].rstrip(b"\0").decode("latin-1")
    if kind := _KINDS.get(header[156:157]):
        raise BundleRefused(f"holds {kind}, {name!r}: only files may be in it")
    _allowed(name)
    size = _size(header[124:135], name)
    if _header(name, size) != header:
        raise BundleRefused(
            f"says more of {name!r} than a name and a size: another program packed it, or it was changed"
        )
    return name, size


def _allowed(name: str) -> None:
    if name == ENVELOPE or POLICY_NAME.fullmatch(name):
        return
    if name.startswith("/") or "/" in name or "\\" in name or name in ("", ".", ".."):
        raise BundleRefused(f"holds {name!r}: a name with a path in it could be written anywhere")
    raise BundleRefused(
        f"holds {name!r}: only policy files are in a bundle (letters, digits, '.', '_', '-', then .yaml)"
    )


def _size(digits: bytes, name: str) -> int:
    if re.fullmatch(b"[0-7]{11}", digits) is None:
        raise BundleRefused(f"states no size for {name!r}")
    size = int(digits, 8)
    if size > LARGEST_FILE:
        raise BundleRefused(f"holds {name!r} with {size} bytes; {LARGEST_FILE} are the most")
    return size


def _placed(name: str, before: tuple[str, ...]) -> None:
    if len(before) > MOST_FILES:
        raise BundleRefused(f"holds more than {MOST_FILES} files")
    if name in before:
        raise BundleRefused(f"holds {name!r} twice")
    if (name == ENVELOPE) != (not before):
        raise BundleRefused(f"does not begin with {ENVELOPE}")
    if len(before) > 1 and name < before[-1]:
        raise BundleRefused(f"holds {name!r} after {before[-1]!r}: its files are not in order")


def _header(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o644, 0
    return entry.tobuf(tarfile.USTAR_FORMAT)
