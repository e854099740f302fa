"""What becomes of the matches in a text: the edits to make. One answer for whole texts and for streams.

Rules:
- A placeholder is decided first, as one thing: where `decide` has a text for it, nothing inside it is looked at again,
  so that a rule that would match a label (`zephyr` in `[NO_ZEPHYR_K7Q2M9XA]`) does not mask the mask. To leave a
  placeholder as it stands, `decide` returns the placeholder.
- Where something to mask reaches beyond a placeholder, the mask takes all of it, the placeholder too.
- `decide` is asked once for each span that will be edited, with the whole span and the detector that won it.
"""

from collections.abc import Callable, Sequence

from sidecar.core.mask.choose import Treated, chosen, overlapping
from sidecar.core.mask.edit import Edit
from sidecar.core.mask.placeholder import PLACEHOLDER
from sidecar.core.model.action import Action, How
from sidecar.core.model.detector import Match
from sidecar.core.model.treatment import Treatment

Decide = Callable[[Match, str], str | None]
Treat = Callable[[Match], Treatment | None]

# Stands for "to be masked" where the one who decides knows no treatments.
_MASKED = Treatment(Action.MASK, "", "", "", How.REDACT)


def settled(
    matches: Sequence[Match], text_of: Callable[[Match], str], decide: Decide, treat: Treat | None = None
) -> list[Edit]:
    """Edits that do not overlap, in order. `matches` hold everything that overlaps any of them.

    `treat` says which matches are to be masked and how strictly; without it `decide` is asked about each match, and a
    span of several is decided once more as a whole.
    """
    edits: list[Edit] = []
    for group in overlapping([match for match in matches if match.start < match.end], lambda match: match):
        edits += _alone(group[0], text_of, decide, treat) if len(group) == 1 else _many(group, text_of, decide, treat)
    return edits


def edits_of(data: bytes, matches: Sequence[Match], decide: Decide, treat: Treat | None = None) -> list[Edit]:
    """The edits of a whole text, given as UTF-8, and of all matches in it."""
    whole = [whole_characters(match, data) for match in matches]
    return settled(whole, lambda match: text_at(match, data), decide, treat)


def text_at(match: Match, data: bytes, first: int = 0) -> str:
    """What a match covers; `data` begins at byte `first` of the text."""
    return data[match.start - first : match.end - first].decode("utf-8", "surrogatepass")


def whole_characters(match: Match, data: bytes, first: int = 0) -> Match:
    """The match, widened to whole characters: an expression of a policy's own may begin or end inside one."""
    start, end = match.start - first, match.end - first
    while start > 0 and _inside_character(data, start):
        start -= 1
    while _inside_character(data, end):
        end += 1
    return match if end - start == match.end - match.start else Match(start + first, end + first, match.detector)


def _inside_character(data: bytes, at: int) -> bool:
    return at < len(data) and data[at] & 0xC0 == 0x80


def _alone(match: Match, text_of: Callable[[Match], str], decide: Decide, treat: Treat | None) -> list[Edit]:
    if treat is not None and match.detector != PLACEHOLDER.id and not _wanted(treat(match)):
        return []
    text = decide(match, text_of(match))
    return [] if text is None else [Edit(match.start, match.end, text)]


def _many(group: list[Match], text_of: Callable[[Match], str], decide: Decide, treat: Treat | None) -> list[Edit]:
    masks = [(match, treatment) for match in group if (treatment := _treatment(match, text_of, decide, treat))]
    edits: list[Edit] = []
    for place in (match for match in group if match.detector == PLACEHOLDER.id):
        touching = [one for one in masks if one[0].start < place.end and place.start < one[0].end]
        if any(match.start < place.start or place.end < match.end for match, _ in touching):
            continue
        text = decide(place, text_of(place))
        if text is not None:
            edits.append(Edit(place.start, place.end, text))
            masks = [one for one in masks if one not in touching]
    for match, _ in chosen(masks):
        text = decide(match, text_of(match))
        if text is not None:
            edits.append(Edit(match.start, match.end, text))
    return edits


def _treatment(match: Match, text_of: Callable[[Match], str], decide: Decide, treat: Treat | None) -> Treatment | None:
    if match.detector == PLACEHOLDER.id:
        return None
    if treat is None:
        return _MASKED if decide(match, text_of(match)) is not None else None
    treatment = treat(match)
    return treatment if _wanted(treatment) else None


def _wanted(treatment: Treatment | None) -> bool:
    return treatment is not None and treatment.action is not Action.ALLOW


__all__ = ["Decide", "Treat", "Treated", "edits_of", "settled", "text_at", "whole_characters"]
