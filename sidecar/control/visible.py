"""Text of unknown origin, made harmless to look at: what cannot be seen, or drives a terminal, is shown.

Rules:
- Newline and tab stay. Every other control character is shown as `\\x1b`: pictures of them are missing in many fonts.
- What turns the direction of writing around (Trojan Source, CVE-2021-42574), what has no width, and tag characters that
  spell hidden text are shown as `U+202E`: else a reviewer approves other words than the ones that run.
"""

import unicodedata
from collections.abc import Iterator

KEPT = "\n\t"
# Shown as blank or nothing although they are letters or symbols to Unicode.
BLANK = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, as (text, odd): odd ones stand for one character that could not be seen."""
    plain: list[str] = []
    for letter in text:
        if _ordinary(letter):
            plain.append(letter)
            continue
        if plain:
            yield "".join(plain), False
            plain.clear()
        yield _shown(letter), True
    if plain:
        yield "".join(plain), False


def plain(text: str) -> str:
    """For a terminal."""
    return text if text.isascii() and text.isprintable() else "".join(shown for shown, _ in pieces(text))


def line(text: str) -> str:
    """For one line of a terminal: also newlines and tabs are shown."""
    return plain(text).replace("\n", "\\n").replace("\t", "\\t")


def _ordinary(letter: str) -> bool:
    if " " <= letter <= "~" or letter in KEPT:
        return True
    category = unicodedata.category(letter)
    # Cf: format (bidi, zero width, tags); Cs: half of a pair; Zl, Zp: line breaks that only some obey.
    return letter not in BLANK and category not in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp") and not _selector(letter)


def _selector(letter: str) -> bool:
    """Variation selectors carry hidden bytes; the first sixteen choose a picture and are harmless."""
    return "\U000e0100" <= letter <= "\U000e01ef"


def _shown(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code <= 0x9F else f"U+{code:04X}"
