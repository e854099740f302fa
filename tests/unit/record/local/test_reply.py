"""What goes back, and how an answer that fails half-way says so."""

from collections.abc import Callable

from sidecar.record.local.answer import Answer, Cost
from sidecar.record.local.body import Message
from sidecar.record.local.failure import Failure
from sidecar.record.local.question import question
from sidecar.record.local.reply import Reply
from tests.unit.record.local.stand_in import Engine, Result, Stream

FAILURE = Failure(395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO", "thrown")


def replying(query: bytes = b"", accepts: str = "", head: bool = False) -> tuple[Reply, Callable[[], "Sent"]]:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    reply = Reply(send, Engine(), head)  # type: ignore[arg-type]
    reply.asked(question("POST", query, {"accept-encoding": accepts}))
    return reply, lambda: Sent(messages)


class Sent:
    def __init__(self, messages: list[Message]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {name.decode().lower(): value.decode() for name, value in messages[0]["headers"]}
        self.body = b"".join(message["body"] for message in messages[1:])
        self.ended = [message.get("more_body", False) for message in messages[1:]] == [True] * (len(messages) - 2) + [
            False
        ]


async def test_a_whole_answer_with_all_that_clients_read() -> None:
    reply, sent = replying(b"query_id=q7")
    await reply.done(Answer("JSON", b"{}", None, Cost(result_rows=1)))
    told = sent()
    assert (told.status, told.body, told.ended) == (200, b"{}", True)
    expected = {
        "content-type": "application/json; charset=UTF-8",
        "content-length": "2",
        "x-clickhouse-format": "JSON",
        "x-clickhouse-query-id": "q7",
        "x-clickhouse-timezone": "UTC",
    }
    assert expected.items() <= told.headers.items()
    assert '"result_rows":"1"' in told.headers["x-clickhouse-summary"]
    assert told.headers["x-clickhouse-server-display-name"]


async def test_what_answers_with_nothing_names_no_format_and_no_coding() -> None:
    reply, sent = replying(accepts="gzip")
    await reply.done(Answer())
    assert not {"x-clickhouse-format", "content-encoding"} & set(sent().headers)


async def test_a_failure_before_the_answer_has_status_and_number() -> None:
    reply, sent = replying()
    await reply.failed(Failure(60, "UNKNOWN_TABLE", "no such table"))
    told = sent()
    assert (told.status, told.headers["x-clickhouse-exception-code"]) == (404, "60")
    assert told.body == b"Code: 60. DB::Exception: no such table (UNKNOWN_TABLE) (version 26.9 (chDB))\n"


async def test_a_failure_half_way_is_marked_with_the_tag_of_the_head() -> None:
    reply, sent = replying()
    await reply.begin(Answer("Native", b"", Stream([Result(b"x")])))
    await reply.piece(b"block")
    await reply.failed(FAILURE)
    told, text = sent(), FAILURE.text("26.9").encode()
    tag = told.headers["x-clickhouse-exception-tag"].encode()
    assert told.status == 200
    end = b"%d %s\r\n__exception__\r\n" % (len(text), tag)
    assert told.body == b"block\r\n__exception__\r\n" + tag + b"\r\n" + text + end
    assert told.ended


async def test_a_head_is_answered_without_a_body() -> None:
    reply, sent = replying(head=True)
    await reply.plain(200, b"Ok.\n")
    assert (sent().body, sent().headers["content-length"]) == (b"", "4")
