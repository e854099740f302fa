"""Answers have a size, an end and a host; everything else is a sentence."""

import socket
from pathlib import Path

import pytest

from sidecar.rulebook.bundle.trouble import BundleAway
from sidecar.rulebook.bundle.web import Answer, Web, refusal
from tests.bundle_server import Reply, Shelf, served
from tests.certificates import Authority


async def asked(url: str, *, ca: Path | None = None, largest: int = 100, elsewhere: bool = False) -> Answer:
    async with Web(ca) as web:
        return await web.ask("GET", url, {"authorization": "Bearer word"}, largest=largest, elsewhere=elsewhere)


async def test_an_answer() -> None:
    with served(Shelf()) as shelf:
        shelf.files["/a"] = b"text"
        answer = await asked(shelf.url + "/a")
    assert (answer.status, answer.body, answer.url) == (200, b"text", shelf.url + "/a")
    assert shelf.seen[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(200, b"x" * 101), "answers with more than 100 bytes"),
        (Reply(200, b"x" * 50, cut=25), "broke off in the middle"),
        (Reply(200, b"x", {"Content-Encoding": "gzip"}), "compresses its answer"),
        (Reply(302, headers={"Location": "/a"}), "sends us on again and again"),
        (
            Reply(302, headers={"Location": "https://other.example/b"}),
            "sends us on to https://other.example: if",
        ),
        (Reply(302, headers={"Location": "http://a:b/"}), "Invalid URL in location header"),
    ],
)
async def test_what_is_no_good_answer(reply: Reply, said: str) -> None:
    with served(Shelf()) as shelf:
        shelf.replies["/a"] = reply
        with pytest.raises(BundleAway) as away:
            await asked(shelf.url + "/a")
    assert said in str(away.value)


async def test_a_redirect_on_the_same_host_is_followed() -> None:
    with served(Shelf()) as shelf:
        shelf.replies["/a"] = Reply(302, headers={"Location": "/b"})
        shelf.files["/b"] = b"text"
        assert (await asked(shelf.url + "/a")).body == b"text"
    assert shelf.seen[1].headers["authorization"] == "Bearer word"


async def test_another_host_sees_no_credential() -> None:
    with served(Shelf()) as shelf, served(Shelf()) as other:
        shelf.replies["/a"] = Reply(307, headers={"Location": f"{other.url}/b"})
        other.files["/b"] = b"text"
        assert (await asked(shelf.url + "/a", elsewhere=True)).body == b"text"
    assert "authorization" not in other.seen[0].headers


async def test_from_tls_to_plain_is_not_followed(tmp_path: Path) -> None:
    authority = Authority(str(tmp_path / "ca"))
    with served(Shelf(), authority.issue("127.0.0.1")) as shelf:
        shelf.replies["/a"] = Reply(307, headers={"Location": "http://127.0.0.1/b"})
        with pytest.raises(BundleAway, match="which is not safe"):
            await asked(shelf.url + "/a", ca=authority.certificate, elsewhere=True)


async def test_the_authority_is_the_one_in_the_settings(tmp_path: Path) -> None:
    authority = Authority(str(tmp_path / "ca"))
    with served(Shelf(), authority.issue("127.0.0.1")) as shelf:
        shelf.files["/a"] = b"text"
        assert (await asked(shelf.url + "/a", ca=authority.certificate)).body == b"text"
        with pytest.raises(BundleAway, match=r"could not be reached .*certificate verify failed"):
            await asked(shelf.url + "/a")


async def test_without_authorities_nobody_is_asked(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    for name in ("none.pem", "empty.pem"):
        with pytest.raises(BundleAway, match=f"the authorities in .*{name} cannot be read"):
            await asked("https://127.0.0.1:1/", ca=tmp_path / name)


async def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(BundleAway, match=f"http://127.0.0.1:{port} could not be reached"):
            await asked(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(("status", "said"), [(401, "wants another credential"), (404, "not exist"), (500, "be had")])
def test_a_status_is_a_sentence(status: int, said: str) -> None:
    assert said in str(refusal("https://a/b", status))
    assert f"(answered {status})" in str(refusal("https://a/b", status))
