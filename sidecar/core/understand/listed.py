"""Many short words of a table, written as one text."""


def listed(text: str) -> tuple[str, ...]:
    """The words between white space."""
    return tuple(text.split())
