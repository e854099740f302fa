"""What is gathered from code."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.found import Collected, Found


def test_nothing_gathered_is_nothing_found() -> None:
    assert Collected().done() == Found()


def test_a_literal_that_names_a_secret_is_read_once() -> None:
    gathered = Collected()
    for text in ("/home/me/.ssh/id_rsa", "/home/me/.ssh/id_rsa", "hello", "a\n.env"):
        gathered.literal(text)
    assert [deed.effect for deed in gathered.done().deeds] == [Effect.READS_SECRET]
