"""The section `record` of `gatehouse.yaml`: every setting, its default, its sentence."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sidecar.settings.section import MIB, Section, SourceSection, exactly_one
from sidecar.settings.units import Duration, Name, Size, Text, WebAddress
from sidecar.settings.values import Durability


class CheckpointsSection(Section):
    every: Annotated[Duration, Field(gt=0, description="Longest time between a fact and a checkpoint over it.")] = 60.0
    events: Annotated[int, Field(ge=1, description="Most facts between two checkpoints.")] = 1_000


class BucketSection(Section):
    """Who may write there is found as boto finds it: environment, files, the machine's role."""

    bucket: Annotated[Text, Field(description="Name of the bucket.")]
    prefix: Annotated[str, Field(description="What the names of its objects begin with.")] = ""
    endpoint: Annotated[
        WebAddress | None, Field(description="Address of a service that speaks S3; Amazon's if not set.")
    ] = None
    region: Annotated[Text | None, Field(description="Region of the bucket; boto's own if not set.")] = None


class AnchorSection(Section):
    file: Annotated[Text | None, Field(description="File that gets a line for each; best on another volume.")] = None
    stdout: Annotated[
        Literal[True] | None, Field(description="A line for each on standard output, for a log collector.")
    ] = None
    s3: Annotated[BucketSection | None, Field(description="An object for each in a bucket; needs gatehouse[s3].")] = (
        None
    )
    control: Annotated[
        Literal[True] | None, Field(description="The control plane's store; this gate's link key is the token.")
    ] = None

    @model_validator(mode="after")
    def _one(self) -> "AnchorSection":
        set_ = {"stdout": self.stdout, "s3": self.s3, "control": self.control}
        exactly_one(file=self.file, **{name: name if value else None for name, value in set_.items()})
        return self


class SealedSection(Section):
    auditor_key: Annotated[
        Text, Field(description="File with the auditor's X25519 public key; only its private half opens the originals.")
    ]


class PriceSection(Section):
    """In the currency that reports show, for a million tokens."""

    input: Annotated[float, Field(ge=0, description="A million tokens that the model read.")]
    output: Annotated[float, Field(ge=0, description="A million tokens that it wrote.")]
    cache_read: Annotated[float, Field(ge=0, description="A million tokens that it read from its cache.")] = 0.0
    cache_write: Annotated[float, Field(ge=0, description="A million tokens that it put there.")] = 0.0


class RetentionSection(Section):
    """In days; what is under legal hold stays. Not set: for ever."""

    evidence: Annotated[int | None, Field(ge=1, description="The chained facts themselves.")] = None
    texts: Annotated[int | None, Field(ge=1, description="Masked texts of requests and answers.")] = None
    shaped: Annotated[int | None, Field(ge=1, description="What questions and reports are answered from.")] = None


class RecordSection(Section):
    spool: Annotated[Text | None, Field(description="Folder of the first record; <state>/spool if not set.")] = None
    clickhouse: Annotated[WebAddress | None, Field(description="ClickHouse, its path naming the database.")] = None
    durability: Annotated[
        Durability, Field(description="strict: a call waits for its record to be on disk; relaxed: it does not.")
    ] = Durability.STRICT
    # At 20 KB a turn about 100,000 turns that the database did not get yet: days of a team, or hours of a company.
    limit: Annotated[
        Size, Field(description="Most that waits to be delivered to ClickHouse; above it calls are refused.")
    ] = 2048 * MIB
    checkpoints: Annotated[CheckpointsSection, Field(description="How often the record is signed.")] = (
        CheckpointsSection()
    )
    anchors: Annotated[
        tuple[AnchorSection, ...],
        Field(description="Where signed checkpoints are also kept; <state>/anchor/checkpoints.jsonl if not set."),
    ] = ()
    user: Annotated[Text, Field(description="User of ClickHouse.")] = "default"
    password: Annotated[SourceSection | None, Field(description="Where that user's password comes from.")] = None
    ca: Annotated[
        Text | None, Field(description="PEM file that an https ClickHouse is checked against; the system's if not set.")
    ] = None
    cluster: Annotated[Name | None, Field(description="Cluster of ClickHouse: tables are replicated and sharded.")] = (
        None
    )
    prices: Annotated[
        dict[Text, PriceSection],
        Field(description="What models cost, by name or by a pattern with `*`; first fit."),
    ] = {}  # noqa: RUF012  (pydantic copies it)
    retention: Annotated[RetentionSection, Field(description="For how long ClickHouse keeps what.")] = (
        RetentionSection()
    )
    readers: Annotated[
        dict[Name, tuple[Text, ...]],
        Field(
            description="Roles in ClickHouse that read the record of these groups; of everyone if none is named.",
        ),
    ] = {}  # noqa: RUF012  (pydantic copies it)
    sealed: Annotated[
        SealedSection | None, Field(description="Keep what came, unmasked, encrypted to an auditor; off if not set.")
    ] = None
