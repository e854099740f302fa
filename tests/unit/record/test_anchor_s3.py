"""Checkpoints in a bucket: one object each, never overwritten, read back; against a server that speaks S3."""

import json
import sys
from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from sidecar.core.errors import ConfigurationError
from sidecar.record.anchor_s3 import BucketAnchor, named
from sidecar.record.anchors import AnchoringFailed
from sidecar.settings.values import AnchorBucket

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> AnchorBucket:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    made = AnchorBucket(request.node.name.replace("_", "-")[:60].rstrip("-"), "gates/one", endpoint, None)
    _client(endpoint).create_bucket(Bucket=made.name)
    return made


def _client(endpoint: str) -> object:
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")


def line(chain: str, count: int, say: str = "") -> bytes:
    return json.dumps({"chain": chain, "count": count, "say": say}).encode()


def test_an_object_for_each_read_back_by_chain_and_whole(bucket: AnchorBucket) -> None:
    anchor = BucketAnchor(bucket)
    lines = [line(chain, count) for chain in ("gc_1", "gc_2") for count in (2, 10)]
    for one in lines:
        anchor.keep(one)
    held = _client(bucket.endpoint).list_objects_v2(Bucket=bucket.name)["Contents"]
    assert [one["Key"] for one in held] == [f"gates/one/gc_{c}/{n}.json" for c in (1, 2) for n in (10, 2)]
    assert sorted(anchor.lines()) == sorted(lines)
    assert sorted(anchor.lines(["gc_2"])) == sorted(lines[2:])
    assert anchor.lines([]) == []


def test_the_same_again_is_fine_and_another_is_trouble(bucket: AnchorBucket) -> None:
    anchor = BucketAnchor(bucket)
    anchor.keep(line("gc_1", 2))
    anchor.keep(line("gc_1", 2))
    with pytest.raises(AnchoringFailed, match="another checkpoint stands at gates/one/gc_1/2"):
        anchor.keep(line("gc_1", 2, "forged"))
    assert anchor.lines() == [line("gc_1", 2)]


def test_more_objects_than_one_page_lists(bucket: AnchorBucket) -> None:
    client = _client(bucket.endpoint)
    for number in range(7):
        client.put_object(Bucket=bucket.name, Key=f"gates/one/gc_1/{number}.json", Body=line("gc_1", number))
    client.put_object(Bucket=bucket.name, Key="gates/one/readme.txt", Body=b"hello")
    assert len(BucketAnchor(bucket, page=3).lines()) == 7


def test_a_bucket_that_is_not_there_and_a_service_that_is_away(bucket: AnchorBucket) -> None:
    none = AnchorBucket("nobody-made-this-one", "", bucket.endpoint, None)
    for work in (lambda one: one.keep(line("gc_1", 2)), lambda one: one.lines()):
        with pytest.raises(AnchoringFailed, match="NoSuchBucket"):
            work(BucketAnchor(none))
        with pytest.raises(AnchoringFailed, match="Could not connect"):
            work(BucketAnchor(AnchorBucket("any", "", "http://127.0.0.1:9", None)))


def test_without_the_extra_it_says_what_to_install(bucket: AnchorBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'gatehouse\[s3\]'"):
        BucketAnchor(bucket)


@pytest.mark.parametrize(
    ("bucket_", "name"),
    [
        (AnchorBucket("b", "", None, None), "s3:b"),
        (AnchorBucket("b", "/a/c/", None, "eu-central-1"), "s3:b/a/c"),
        (AnchorBucket("b", "a", "https://minio.example:9000/", None), "s3:minio.example:9000/b/a"),
    ],
)
def test_its_name_says_where_it_is(bucket_: AnchorBucket, name: str) -> None:
    assert named(bucket_) == name
