"""What an answer says, or that it was no. Light to import: a token in the cache needs nothing else."""

from collections.abc import Mapping

from sidecar.core.errors import GatehouseError


class NoToken(GatehouseError):  # noqa: N818  (the answer is no)
    """`error`: the code that the other side gave."""

    def __init__(self, sentence: str, error: str = "") -> None:
        super().__init__(sentence)
        self.error = error


def text(said: Mapping[str, object], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise NoToken(f"The answer has no {name}.")
    return value


def seconds(said: Mapping[str, object], name: str, standard: float) -> float:
    value = said.get(name, standard)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else standard
