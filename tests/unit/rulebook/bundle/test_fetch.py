"""Bytes from a file, an address and a registry; what is there still does not come again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sidecar.rulebook.bundle.artifact import described
from sidecar.rulebook.bundle.fetch import Access, Fetched, fetched, pushed
from sidecar.rulebook.bundle.trouble import BundleAway
from sidecar.settings.bundle import FilePlace, RegistryPlace, WebPlace
from tests.bundle_server import Registry, Reply, Shelf, served
from tests.bundles import bundle, manifest


def word() -> str:
    return "-".join(("open", "sesame"))


async def test_a_file(tmp_path: Path) -> None:
    place = FilePlace(tmp_path / "b.tar")
    with pytest.raises(BundleAway, match=r"b\.tar cannot be read: No such file"):
        await fetched(place, Access(), None)
    place.path.write_bytes(b"one")
    first = await fetched(place, Access(), None)
    assert first is not None
    assert first.raw == b"one"
    assert await fetched(place, Access(), first.mark) is None
    place.path.write_bytes(b"three")
    again = await fetched(place, Access(), first.mark)
    assert again is not None
    assert again.raw == b"three"


async def test_an_address() -> None:
    with served(Shelf()) as shelf:
        place = WebPlace(f"{shelf.url}/b.tar")
        with pytest.raises(BundleAway, match=r"/b\.tar does not exist there .answered 404."):
            await fetched(place, Access(), None)
        shelf.files["/b.tar"] = b"one"
        first = await fetched(place, Access(), None)
        assert first is not None
        assert first.raw == b"one"
        assert await fetched(place, Access(), first.mark) is None
        shelf.files["/b.tar"] = b"two"
        again = await fetched(place, Access(), first.mark)
        assert again is not None
        assert again.raw == b"two"


@pytest.mark.parametrize(("user", "header"), [(None, "Bearer open-sesame"), ("ada", "Basic YWRhOm9wZW4tc2VzYW1l")])
async def test_an_address_that_wants_a_credential(user: str | None, header: str) -> None:
    with served(Shelf()) as shelf:
        shelf.files["/b.tar"] = b"one"
        await fetched(WebPlace(f"{shelf.url}/b.tar"), Access(user=user, secret=word), None)
    assert shelf.seen[0].headers["authorization"] == header


async def test_a_server_that_says_not_changed_to_a_first_question() -> None:
    with served(Shelf()) as shelf:
        shelf.replies["/b.tar"] = Reply(304)
        with pytest.raises(BundleAway, match="answered 304"):
            await fetched(WebPlace(f"{shelf.url}/b.tar"), Access(), None)


async def test_a_registry() -> None:
    with served(Registry()) as hall:
        place = RegistryPlace(hall.url.removeprefix("http://"), "rules", "latest", plain=True)
        digest = Registry.put(hall, described(bundle(), manifest()), bundle())  # type: ignore[arg-type]
        assert await fetched(place, Access(), None) == Fetched(bundle(), digest)
        assert await fetched(place, Access(), digest) is None


def nothing() -> str:
    raise BundleAway("the credential is not set")


@pytest.mark.parametrize("place", [WebPlace("http://127.0.0.1:1/"), RegistryPlace("127.0.0.1:1", "a", "b", True)])
async def test_without_its_credential_nobody_is_asked(place: WebPlace | RegistryPlace) -> None:
    secret: Callable[[], str] = nothing
    with pytest.raises(BundleAway, match="the credential is not set"):
        await fetched(place, Access(secret=secret), None)


async def test_a_visit_has_its_time() -> None:
    with served(Shelf()) as shelf:
        shelf.files["/b.tar"] = b"one"
        with pytest.raises(BundleAway, match="did not come within 0 s"):
            await fetched(WebPlace(f"{shelf.url}/b.tar"), Access(), None, within=0)


async def test_what_is_pushed_is_fetched() -> None:
    with served(Registry()) as hall:
        place = RegistryPlace(hall.url.removeprefix("http://"), "rules", "stable", plain=True)
        digest = await pushed(bundle(), manifest(), place, Access())
        assert await fetched(place, Access(), None) == Fetched(bundle(), digest)
        with pytest.raises(BundleAway, match="did not take it within 0 s"):
            await pushed(bundle(), manifest(), place, Access(), within=0)
