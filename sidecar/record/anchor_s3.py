"""Checkpoints in a bucket that speaks S3: an object for each, written once.

    <prefix>/<chain>/<count>.json

Rules:
- An object is never overwritten: it is put only where none is (`If-None-Match: *`). One that stands there already is
  fine if it says the same, and trouble if it does not.
- Who we are is boto's business: environment, files, roles. Nothing of that is in the configuration.
- One try at a time, with short waits: trying again is the caller's, who does so ever more slowly.
"""

import importlib
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from sidecar.core.errors import ConfigurationError
from sidecar.record.anchors import AnchoringFailed
from sidecar.settings.values import AnchorBucket

CONNECT, ANSWER = 5, 10  # seconds
PAGE = 1_000  # names that one answer lists; S3 gives no more
READ_AT_ONCE = 8  # objects; each is a request of its own
TAKEN = frozenset(("PreconditionFailed", "ConditionalRequestConflict", "412", "409"))
LACKING = "an anchor in S3 needs boto3: pip install 'gatehouse[s3]'"


def named(bucket: AnchorBucket) -> str:
    """How the record names this anchor."""
    at = bucket.endpoint.partition("://")[2].rstrip("/") + "/" if bucket.endpoint else ""
    return f"s3:{at}{'/'.join(part for part in (bucket.name, bucket.prefix.strip('/')) if part)}"


class BucketAnchor:
    """Raises `ConfigurationError` if boto is not there."""

    def __init__(self, bucket: AnchorBucket, page: int = PAGE) -> None:
        self._page = page
        self.name = named(bucket)
        self._bucket = bucket
        self._prefix = f"{bucket.prefix.strip('/')}/" if bucket.prefix.strip("/") else ""
        self._errors, self._client = _client(bucket)

    def keep(self, line: bytes) -> None:
        said = json.loads(line)
        key = f"{self._prefix}{said['chain']}/{said['count']}.json"
        given = {"Bucket": self._bucket.name, "Key": key, "Body": line, "ContentType": "application/json"}
        try:
            self._client.put_object(**given, IfNoneMatch="*")
        except self._errors.ClientError as error:
            if error.response["Error"]["Code"] not in TAKEN:
                raise AnchoringFailed(_told(error)) from error
            if self._get(key) != line:
                raise AnchoringFailed(f"another checkpoint stands at {key}") from error
        except self._errors.BotoCoreError as error:
            raise AnchoringFailed(_told(error)) from error

    def lines(self, chains: Iterable[str] | None = None) -> list[bytes]:
        """What the bucket keeps, of these chains or of all. Raises `AnchoringFailed`."""
        prefixes = [self._prefix] if chains is None else [f"{self._prefix}{chain}/" for chain in chains]
        with self._told():
            keys = [key for prefix in prefixes for key in self._keys(prefix)]
            with ThreadPoolExecutor(READ_AT_ONCE) as readers:
                return list(readers.map(self._get, keys))

    def _keys(self, prefix: str) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket.name, Prefix=prefix, PaginationConfig={"PageSize": self._page}
        )
        for page in pages:
            yield from (one["Key"] for one in page.get("Contents", ()) if one["Key"].endswith(".json"))

    def _get(self, key: str) -> bytes:
        with self._told():
            return bytes(self._client.get_object(Bucket=self._bucket.name, Key=key)["Body"].read())

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (self._errors.ClientError, self._errors.BotoCoreError) as error:
            raise AnchoringFailed(_told(error)) from error


def _client(bucket: AnchorBucket) -> tuple[Any, Any]:
    try:
        boto3 = importlib.import_module("boto3")
        errors = importlib.import_module("botocore.exceptions")
        config = importlib.import_module("botocore.config").Config
    except ImportError as error:
        raise ConfigurationError.single("record.anchors", LACKING) from error
    waits = config(connect_timeout=CONNECT, read_timeout=ANSWER, retries={"total_max_attempts": 1})
    session = boto3.session.Session(region_name=bucket.region)
    # A service of one's own does not look at the region, and boto asks for one.
    region = session.region_name or ("us-east-1" if bucket.endpoint else None)
    try:
        return errors, session.client("s3", region_name=region, endpoint_url=bucket.endpoint, config=waits)
    except (errors.BotoCoreError, ValueError) as error:
        raise ConfigurationError.single("record.anchors", f"{named(bucket)} cannot be asked: {_told(error)}") from error


def _told(error: Exception) -> str:
    """One line, without what was sent."""
    return (str(error) or type(error).__name__).splitlines()[0][:300]
