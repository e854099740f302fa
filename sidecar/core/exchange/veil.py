"""Any JSON value as a person may see it: every sensitive string in it masked, whatever the rules did about it.

Strategy: a value is looked at once as a whole; only where something may be in it is it built anew, string by string.
What was masked on its way out is written with the very placeholder that left, everything else is redacted.

Rules:
- Stricter than the rules: a value that they let pass, or for which they denied the call, is masked here too. So is a
  number, a key, and any other place where a value that is known by now stands without the words that gave it away.
- Fields that some rule masks by name are masked in results of tools; in all else too, if a rule looks there.
- A placeholder stays a placeholder: what the agent got back in its place is never written down.
- Media and ciphertext of the provider are named by digest, type and length, and said not to have been looked at. A
  signature says nothing: it is only named.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

import re2

from sidecar.core.detect.compiled import SEPARATOR
from sidecar.core.exchange.fields import Standing, reading, written
from sidecar.core.exchange.rules import Rules
from sidecar.core.mask.edit import Edit
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.placeholder import PLACEHOLDER, Placeholders
from sidecar.core.mask.replace import replaced
from sidecar.core.mask.settle import Decide, edits_of
from sidecar.core.mask.splice import escaped
from sidecar.core.model.action import How
from sidecar.core.model.detector import Match
from sidecar.core.model.place import Place
from sidecar.core.wire.claude.blocks import is_result
from sidecar.core.wire.claude.vocabulary import BASE64, BASE64_LINES, FIELDS, OPAQUE, TYPES
from sidecar.core.wire.json_strings import JsonValue, joined, strings

# A shorter value, once known, would be struck out of ordinary words: `1234` or `root` stand anywhere.
SHORTEST_KNOWN = 6
_NAMED = frozenset({"data", *OPAQUE})
MOST_KNOWN = 2000  # looked for one by one, in new text only
# What has to be looked at closely though no detector minds it: what is named by digest, and long numbers.
_SPECIAL = re2.compile(rb'"(?:base64|signature|redacted_thinking|encrypted_[a-z]+)"|[:\[,]-?[0-9][0-9.eE+-]{5,}')


class Veil:
    """`masked`: what this exchange put in the place of which value. `unscanned` grows as values are shown."""

    def __init__(
        self, rules: Rules, placeholders: Placeholders, memory: SessionMemory, masked: Mapping[str, str]
    ) -> None:
        self._rules = rules
        self._placeholders = placeholders
        self._memory = memory
        self._masked = masked
        self._known: list[tuple[str, str]] | None = None
        self._results = 0  # how many results of tools we are inside of
        self._together: dict[str, Sequence[Standing]] = {}  # in texts of one result that are parts of a whole
        self.unscanned: list[str] = []

    def value(self, value: JsonValue, raw: bytes, path: str = "") -> JsonValue:
        """The very same object where there is nothing to hide. `raw`: the value as JSON."""
        words = SEPARATOR.join([text.value for text in strings(value)])
        if _SPECIAL.search(raw) or self._suspects(words):
            shown = self._shown(value, path)
            return value if shown == value else shown
        return value

    def text(self, text: str) -> str:
        named = self._named_fields(text)
        shown = replaced(text, self.edits(text, named)) if text else text
        for known, placeholder in self.values():
            if known in shown:
                shown = shown.replace(known, placeholder)
        return shown

    def texts(self, texts: Sequence[str]) -> list[str]:
        """Each as `text` shows it; in one pass where there is nothing to hide."""
        return [self.text(text) for text in texts] if self._suspects(SEPARATOR.join(texts)) else list(texts)

    def edits(self, text: str, named: Sequence[Standing], decide: Decide | None = None) -> Sequence[Edit]:
        """What is to change in a text in which these fields stand. `decide`: who decides in this veil's place."""
        data = text.encode("utf-8", "surrogatepass")
        matches = (*self._rules.compiled.scan(data), *(one.match for one in named))
        return written(named, edits_of(data, matches, reading(named, decide or self.decide))) if matches else ()

    def _named_fields(self, text: str) -> Sequence[Standing]:
        fields = self._rules.fields
        if text in self._together:
            return self._together[text]
        return fields.standing((text,))[0] if self._results or Place.PROMPT in fields.places else ()

    def _read_together(self, content: JsonValue) -> dict[str, Sequence[Standing]]:
        blocks = content if isinstance(content, list) else []
        texts = [text for one in blocks if isinstance(one, dict) and isinstance(text := one.get("text"), str)]
        return dict(zip(texts, self._rules.fields.standing(texts), strict=True)) if len(texts) > 1 else {}

    def _suspects(self, words: str) -> bool:
        if self._rules.fields.may_stand_in(words):
            return True
        if self._rules.compiled.suspects(words.encode("utf-8", "surrogatepass")):
            return True
        return any(known in words for known, _ in self.values())

    def values(self) -> list[tuple[str, str]]:
        """Every value that is known to be sensitive by now, with what stands for it; the longest first, or half of one
        would be left where a shorter one was struck out of it."""
        if self._known is None:
            tokens = {token.value: placeholder for placeholder, token in self._memory.tokens.items() if token.value}
            recent = list({**tokens, **self._masked}.items())[-MOST_KNOWN:]
            known = [form for value, mask in recent for form in _forms(value, mask)]
            self._known = sorted(known, key=lambda one: -len(one[0]))
        return self._known

    def _found(self, value: str, placeholder: str) -> str:
        """From here on it is known, also where it stands alone."""
        known = self.values()
        if len(known) < MOST_KNOWN and all(value != one for one, _ in known):
            known += _forms(value, placeholder)
            known.sort(key=lambda one: -len(one[0]))
        return placeholder

    def decide(self, match: Match, value: str) -> str | None:
        """What stands for something that a detector found; nothing to leave it."""
        if match.detector == PLACEHOLDER.id:
            ours = self._placeholders.is_ours(value) or self._memory.value_of(value) is not None
            return value if ours else None
        if value in self._masked:
            return self._masked[value]
        label = self._rules.labels.get(match.detector, "VALUE")
        token = self._placeholders.make(label, How.TOKEN, value)
        if self._memory.value_of(token) == value:
            return token
        return self._found(value, self._placeholders.make(label, How.REDACT, value))

    def _shown(self, value: JsonValue, path: str) -> JsonValue:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return self._object(value, path)
        if isinstance(value, list):
            return [self._shown(child, f"{path}[{place}]") for place, child in enumerate(value)]
        return self._number(value)

    def _object(self, value: dict[str, JsonValue], path: str) -> JsonValue:
        shown: dict[str, JsonValue] = {}
        kind = value.get("type")
        inside = isinstance(kind, str) and is_result(kind)
        self._results += inside
        self._together = self._read_together(value.get("content")) if inside else self._together
        for place, (key, child) in enumerate(value.items()):
            name = key if key in FIELDS else self.text(key)
            if isinstance(child, str):
                named = self._named(value, key, child, path)
                shown[name] = self._word(key, child) if named is None else named
            else:
                shown[name] = self._shown(child, joined(path, key, place))
        self._results -= inside
        return shown

    def _word(self, key: str, child: str) -> str:
        return child if key == "type" and child in TYPES else self.text(child)

    def _named(self, value: dict[str, JsonValue], key: str, child: str, path: str) -> JsonValue:
        """What nobody can read, by digest."""
        if key not in _NAMED or not child:
            return None
        kind = value.get("type")
        if key == "data" and kind == "base64" and BASE64_LINES.fullmatch(child):
            media = value.get("media_type")
            what = self.text(media) if isinstance(media, str) else "unknown type"
            self.unscanned.append(f"{what} at {path.removesuffix('.source')}")
            return _digested(child)
        types = OPAQUE.get(key)
        if types is None or not isinstance(kind, str) or kind not in types or not BASE64.fullmatch(child):
            return None
        if key != "signature":
            self.unscanned.append(f"ciphertext of the provider at {path}")
        return _digested(child)

    def _number(self, value: JsonValue) -> JsonValue:
        """A card may come as a number as well."""
        if value is None or isinstance(value, bool):
            return value
        written = str(value)
        shown = self.text(written)
        return value if shown == written else shown


def _forms(value: str, placeholder: str) -> list[tuple[str, str]]:
    """As it is, and as it stands in JSON inside of a text."""
    if len(value) < SHORTEST_KNOWN or value == placeholder:
        return []
    return [(form, placeholder) for form in dict.fromkeys((value, escaped(value)[1:-1].decode()))]


def _digested(child: str) -> JsonValue:
    return {"sha256": sha256(child.encode()).hexdigest(), "characters": len(child)}
