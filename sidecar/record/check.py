"""A check of a record from start to end: keys, anchors, events, parts."""

from collections.abc import Callable, Iterable

from sidecar.core.evidence.anchored import Anchored
from sidecar.core.evidence.checkpoint import PublicKeys
from sidecar.core.evidence.expiry import NEVER
from sidecar.core.evidence.verdict import Verdict
from sidecar.core.evidence.verify import Verify
from sidecar.record.sources import Source


def checked(
    source: Source,
    keys: PublicKeys,
    anchors: Iterable[Anchored] = (),
    progress: Callable[[int], None] | None = None,
    now: str = NEVER,
) -> Verdict:
    """`progress` is told how many events went by. `now`: RFC 3339 in UTC, for what may be gone by now."""
    known = [*anchors, *source.own()]
    verify = Verify(keys, begins=source.begins, whole=source.whole, absent=source.absent, fetch=source.fetch, now=now)
    done = 0
    for batch in source.events():
        verify.feed(batch)
        done += len(batch)
        if progress is not None:
            progress(done)
    for digest, data in source.parts():
        verify.part(digest, data)
    return verify.end(known)
