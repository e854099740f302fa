"""Pushing to and pulling from a registry of the test's own, with every way it may ask for a credential."""

import json

import pytest

from sidecar.rulebook.bundle.artifact import described, digest_of
from sidecar.rulebook.bundle.challenge import Credential
from sidecar.rulebook.bundle.registry import Registry
from sidecar.rulebook.bundle.trouble import BundleAway, BundleRefused
from sidecar.rulebook.bundle.web import Web
from sidecar.settings.bundle import RegistryPlace
from tests.bundle_server import Registry as Hall
from tests.bundle_server import Reply, Shelf, served
from tests.bundles import bundle, manifest

RAW, DESCRIBED = bundle(), described(bundle(), manifest())
WORD = Credential("user", "-".join(("open", "sesame")))


def place(hall: Shelf, reference: str = "v1") -> RegistryPlace:
    return RegistryPlace(hall.url.removeprefix("http://"), "rules", reference, plain=True)


async def pulled(
    hall: Shelf, credential: Credential | None = None, reference: str = "v1", known: str | None = None
) -> tuple[bytes, str] | None:
    async with Web(None) as web:
        return await Registry(web, place(hall, reference), credential).pulled(known)


@pytest.mark.parametrize(
    ("hall", "credential"),
    [
        (Hall(), None),
        (Hall(WORD.secret), WORD),
        (Hall(WORD.secret, "basic"), WORD),
        (Hall(WORD.secret), Credential(None, f"pass-{WORD.secret}")),
    ],
)
async def test_what_was_pushed_is_pulled(hall: Hall, credential: Credential | None) -> None:
    with served(hall):
        async with Web(None) as web:
            digest = await Registry(web, place(hall), credential, "pull,push").push(RAW, manifest())
        assert digest == digest_of(DESCRIBED)
        assert await pulled(hall, credential) == (RAW, digest)
        assert await pulled(hall, credential, digest) == (RAW, digest)
        assert await pulled(hall, credential, known=digest) is None
        assert await pulled(hall, credential, known="sha256:0") == (RAW, digest)


async def test_what_is_there_is_not_sent_again() -> None:
    with served(Hall()) as hall:
        for _ in range(2):
            async with Web(None) as web:
                await Registry(web, place(hall), None).push(RAW, manifest())
    assert [one.method for one in hall.seen].count("POST") == 2


@pytest.mark.parametrize("credential", [None, Credential("user", "wrong"), Credential(None, "wrong")])
async def test_the_wrong_credential(credential: Credential | None) -> None:
    with served(Hall(WORD.secret)) as hall, pytest.raises(BundleAway, match=r"gives no token .it answered 401"):
        await pulled(hall, credential)
    with served(Hall(WORD.secret, "basic")) as hall, pytest.raises(BundleAway, match="wants another credential"):
        await pulled(hall, credential)


async def test_blobs_may_lie_elsewhere_and_are_fetched_without_a_credential() -> None:
    with served(Hall(WORD.secret)) as hall, served(Shelf()) as other:
        hall.put(DESCRIBED, RAW, tag="v1")
        hall.blobs_at = other.url
        other.files[f"/{digest_of(RAW)}"] = RAW
        assert await pulled(hall, WORD) == (RAW, digest_of(DESCRIBED))
        assert "authorization" not in other.seen[0].headers
        other.files[f"/{digest_of(RAW)}"] = RAW[:-1]
        with pytest.raises(BundleRefused, match="bytes that are not those of sha256:"):
            await pulled(hall, WORD)


async def test_a_digest_in_the_settings_is_what_has_to_come() -> None:
    with served(Hall()) as hall:
        wanted = hall.put(DESCRIBED, RAW)
        hall.manifests[wanted] = described(bundle(2), manifest(2))
        with pytest.raises(BundleRefused, match=f"has another OCI manifest than {wanted}"):
            await pulled(hall, reference=wanted)


async def test_what_is_not_there() -> None:
    with served(Hall()) as hall:
        with pytest.raises(BundleAway, match=r"oci\+http://.*/rules:v1 does not exist there .answered 404"):
            await pulled(hall)
        hall.put(DESCRIBED, tag="v1")
        with pytest.raises(BundleAway, match="does not exist there"):
            await pulled(hall)


@pytest.mark.parametrize("token", [b"", b"[]", b'{"token":7}', b'{"token":"a\\r\\nb"}', b"{"])
async def test_a_token_that_is_none(token: bytes) -> None:
    with served(Hall(WORD.secret)) as hall:
        hall.token = token
        with pytest.raises(BundleAway, match="gives no token"):
            await pulled(hall, WORD)


async def test_an_upload_is_not_taken_to_another_host() -> None:
    with served(Hall()) as hall:
        hall.replies["/v2/rules/blobs/uploads/"] = Reply(202, headers={"Location": "http://elsewhere.example/x"})
        with pytest.raises(BundleAway, match=r"wants the upload at elsewhere\.example"):
            async with Web(None) as web:
                await Registry(web, place(hall), None).push(RAW, manifest())


def test_the_manifest_is_one_that_other_programs_take() -> None:
    said = json.loads(DESCRIBED)
    assert (said["schemaVersion"], said["config"]["size"], said["layers"][0]["size"]) == (2, 2, len(RAW))
