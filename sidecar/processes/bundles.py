"""The signed bundle of a data plane: where it comes from, what opens that place, what is looked at before it is used.

Strategy: rules are compiled and their tests run in a process of their own, so that calls go on meanwhile and nothing of
it stays in memory.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

from sidecar.core.detect.compiled import Compiled
from sidecar.core.errors import ConfigurationError
from sidecar.core.policy.book import PolicySource
from sidecar.credentials.source import FromEnvironment, FromFile, Missing
from sidecar.processes.policy_check import BROKEN, SLOW, PolicyCheck
from sidecar.rulebook.book import book_of
from sidecar.rulebook.bundle.accept import Terms
from sidecar.rulebook.bundle.bundle import Bundle
from sidecar.rulebook.bundle.fetch import NEEDS, Access
from sidecar.rulebook.bundle.follower import Follower, Follows
from sidecar.rulebook.bundle.kept import Kept
from sidecar.rulebook.bundle.keys import trusted
from sidecar.rulebook.bundle.trouble import BundleAway
from sidecar.rulebook.sources import read_sources
from sidecar.settings.bundle import BundleCredential, BundleSettings, FilePlace
from sidecar.settings.values import Settings
from sidecar.telemetry.metrics import Metrics

CHECK_WITHIN = 60.0  # seconds; calls go on meanwhile


def kept(settings: Settings) -> Kept | None:
    """Where the last good bundle lies; nothing where none is configured."""
    if settings.bundle is None:
        return None
    return Kept(settings.state / "bundle" / "current.tar", trusted(settings.bundle.public_keys))


def sources(settings: Settings) -> tuple[PolicySource, ...]:
    """Every policy text of this machine: those of files, and of the bundle that is kept."""
    held, files = kept(settings), read_sources(settings.policies)
    if held is None:
        return files
    if not held.file.exists():
        said = "no gate has fetched the bundle of policies.bundle here yet"
        raise ConfigurationError.single(str(held.file), said)
    return (*files, *held.read().sources)


def follower(
    settings: Settings, metrics: Metrics, clock: Callable[[], float], environ: Mapping[str, str]
) -> Follower | None:
    """Nothing where no bundle is configured."""
    held = kept(settings)
    if settings.bundle is None or held is None:
        return None
    _refuse_without_httpx(settings.bundle)
    follows = Follows(
        settings.bundle.place,
        settings.bundle.every,
        access(settings.bundle, clock, environ),
        terms(settings.bundle),
        held,
        Check(settings.policies),
    )
    return Follower(follows, metrics, clock=clock)


def begun(following: Follower) -> None:
    """Before anything is served, and from wherever: in a thread of its own, as a loop may be running here."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(following.begin())).result()


def terms(bundle: BundleSettings) -> Terms:
    return Terms(version("gatehouse"), bundle.name, bundle.at_least, bundle.allow_rollback)


class Check:
    """`patterns`: the policy files that it will stand beside."""

    def __init__(self, patterns: Sequence[str], within: float = CHECK_WITHIN) -> None:
        self._patterns = patterns
        self._within = within

    async def __call__(self, bundle: Bundle) -> Sequence[str]:
        check = PolicyCheck(self._within)
        try:
            lines = await check(bundle.files)
        finally:
            await check.close()
        if tuple(lines) in (SLOW, BROKEN):
            raise BundleAway(f"{bundle.title} could not be looked at within {self._within:.0f} s")
        return lines or await asyncio.to_thread(self.beside, bundle)

    def beside(self, bundle: Bundle) -> Sequence[str]:
        """What is wrong only together with the files; what is wrong with these alone is not the bundle's fault."""
        try:
            book = book_of([*read_sources(self._patterns), *bundle.sources])
            Compiled([detector for detector in book.detectors if detector.id.startswith("rule/")])
        except ValueError as error:
            return [f"together with the files: {error}"]
        except ConfigurationError as error:
            ours = {source.file for source in bundle.sources}
            return [str(one).removeprefix(f"{bundle.title}/") for one in error.mistakes if one.file in ours]
        return ()


def access(bundle: BundleSettings, clock: Callable[[], float], environ: Mapping[str, str]) -> Access:
    if bundle.credential is None:
        return Access(bundle.ca)
    return Access(bundle.ca, bundle.credential.user, _secret(bundle.credential, clock, environ))


def _secret(credential: BundleCredential, clock: Callable[[], float], environ: Mapping[str, str]) -> Callable[[], str]:
    place = credential.source
    source = FromFile(place.file, clock) if place.file else FromEnvironment(str(place.env), environ)

    def read() -> str:
        try:
            return source.read().reveal()
        except Missing as missing:
            raise BundleAway(f"the credential for the bundle is not there: {missing}; {source.advice}") from missing

    return read


def _refuse_without_httpx(bundle: BundleSettings) -> None:
    if isinstance(bundle.place, FilePlace):
        return
    try:
        import httpx  # noqa: F401, PLC0415  (an extra: a gate that reads files needs none)
    except ModuleNotFoundError as error:
        raise ConfigurationError.single("policies.bundle.url", NEEDS.format(error.name)) from error
