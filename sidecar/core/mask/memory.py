"""What the gate must know of a session to put back what it took out.

    tokens   placeholder -> value: whoever gave the value gets it back where the placeholder stands, and nobody else
    sayings  what the agent was given -> what the provider had said: the agent replays the one, the provider gets the
             other
    turned   identifier of a tool call that the agent got under another name, or the words it got instead -> the call
             as the provider made it
    use      what it has used and done, for limits and for rules on what comes after what
    judged   digest of a piece -> what was found in it, so that a text is scanned once and not on every turn

Rules:
- Never a wrong value: where two values share a placeholder, or two different sayings were delivered in the same words,
  neither is ever put back in this session. The text stays masked, which is safe, and the same on every turn. So it is
  with two calls under one identifier.
- No `repr` shows a value.
- Bounded, least recently used first out. What was forgotten is simply not put back.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from sidecar.core.mask.shelf import Shelf
from sidecar.core.model.session_use import SessionUse

# A context of a million tokens is about 4 MB of text. Only strings that a mask changed are kept, a small part of it.
MOST_BYTES = 4 * 1024 * 1024
# The longest sessions seen have some thousands of blocks; a block that changed nothing costs one entry without text.
MOST_SAID = 32_768
MOST_TOKENS = 16_384
MOST_JUDGED = 16_384
MOST_TURNED = 1024
# A file that a call would have written must not drive out everything else that is known of a session. A longer call
# stays in the conversation as the agent got it.
LONGEST_TURNED = MOST_BYTES // 16
# Over all sessions: with the 120 MB that a data plane may have at rest, still far below what a container is given.
MOST_BYTES_OVERALL = 64 * 1024 * 1024
MOST_SESSIONS = 10_000
# A dictionary entry with its key: 124 to 196 bytes, measured.
_ENTRY = 200


@dataclass(frozen=True, slots=True)
class Saying:
    """`original` is nothing where the agent was given the provider's own words; `tail` is the white space that
    ended what was delivered. `clash`: different sayings were delivered in these words."""

    original: str | None = field(default=None, repr=False)
    tail: str = ""
    clash: bool = False


# Who gave a value: the agent. Any other name is that of a connection, with * for any characters.
AGENT = ""
TO_THE_AGENT = frozenset({AGENT})


@dataclass(frozen=True, slots=True)
class Token:
    """`value` is nothing where two values share the placeholder. `givers`: who gets it back."""

    value: str | None = field(repr=False)
    givers: frozenset[str] = TO_THE_AGENT


@dataclass(frozen=True, slots=True)
class Turned:
    """`input` is JSON; `sentence`: what the result of the call says. No name: two calls had this identifier. `id`: of a
    call that became words."""

    name: str | None
    input: str = field(default="", repr=False)
    sentence: str = ""
    id: str = ""


def _no_account(_: int) -> None:
    """A session that no one keeps an account for."""


class SessionMemory:
    """The memory of one session. Whoever keeps the account hears of every byte that is taken or given back."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.tokens: Shelf[str, Token] = Shelf(MOST_TOKENS, lambda key, token: self._spend(-_token_cost(key, token)))
        self.sayings: Shelf[bytes, Saying] = Shelf(MOST_SAID, lambda _, saying: self._spend(-_saying_cost(saying)))
        self.turned: Shelf[str, Turned] = Shelf(
            MOST_TURNED, lambda key, turned: self._spend(-_turned_cost(key, turned))
        )
        self._judged: Shelf[bytes, object] = Shelf(MOST_JUDGED, lambda _, __: self._spend(-_ENTRY))
        self.use = SessionUse()
        self._account: Callable[[int], None] = _no_account
        self._most_bytes = most_bytes
        self.bytes = 0
        self.changes = 0  # grows with every token and saying: what was sealed at one count need not be sealed again

    def __repr__(self) -> str:
        return f"SessionMemory({len(self.tokens)} tokens, {len(self.sayings)} sayings, {self.bytes} bytes)"

    def remember_token(self, placeholder: str, value: str, givers: frozenset[str] = TO_THE_AGENT) -> None:
        known = self.tokens.get(placeholder)
        if known is not None and known.value == value:
            if givers <= known.givers:
                return
            givers |= known.givers
        self.put_token(placeholder, Token(value if known is None or known.value == value else None, givers))

    def value_of(self, placeholder: str) -> str | None:
        token = self.tokens.get(placeholder)
        return token.value if token else None

    def owed_to_agent(self, placeholder: str) -> str | None:
        """The value, if it was the agent that gave it."""
        token = self.tokens.get(placeholder)
        return token.value if token and AGENT in token.givers else None

    def remember_said(self, delivered: str, original: str) -> None:
        """The agent was given `delivered` where the provider had said `original`."""
        key, tail = _digest(delivered)
        saying = Saying() if delivered == original else Saying(original, tail)
        known = self.sayings.get(key)
        if known is not None:
            if _agree(known, saying):
                return
            saying = Saying(clash=True)
        self.put_saying(key, saying)

    def said(self, delivered: str) -> str | None:
        """The provider's own words for a string that the agent replays, perhaps with the white space at its end cut.

        Nothing if the session never saw the string, or cannot tell which of several sayings it was.
        """
        key, tail = _digest(delivered)
        saying = self.sayings.get(key)
        if saying is None or saying.clash:
            return None
        if saying.original is None:
            return delivered
        # Had there been no gate, the agent would have cut the end of the provider's words just the same.
        return saying.original if tail == saying.tail else saying.original.rstrip() + tail

    def remember_turned(self, identifier: str, call: Turned) -> None:
        """The agent was given this call under another name."""
        if len(call.input) > LONGEST_TURNED:
            return
        known = self.turned.get(identifier)
        if known is None or known != call:
            self.put_turned(identifier, call if known is None else Turned(None))

    def turned_call(self, identifier: str) -> Turned | None:
        """The call as the provider made it, if it is known for certain."""
        call = self.turned.get(identifier)
        return call if call is not None and call.name is not None else None

    def sentences(self) -> frozenset[str]:
        """What stands where the results of such calls were: words of the policy's own."""
        return frozenset(call.sentence for _, call in self.turned.items() if call.sentence)

    def judged(self, key: bytes) -> object | None:
        return self._judged.get(key)

    def remember_judged(self, key: bytes, value: object) -> None:
        self._spend(_ENTRY)
        self._judged.put(key, value)
        self._keep_within()

    def put_token(self, placeholder: str, token: Token) -> None:
        self._spend(_token_cost(placeholder, token))
        self.tokens.put(placeholder, token)
        self.changes += 1
        self._keep_within()

    def put_saying(self, key: bytes, saying: Saying) -> None:
        self._spend(_saying_cost(saying))
        self.sayings.put(key, saying)
        self.changes += 1
        self._keep_within()

    def put_turned(self, identifier: str, call: Turned) -> None:
        self._spend(_turned_cost(identifier, call))
        self.turned.put(identifier, call)
        self.changes += 1
        self._keep_within()

    def remember_use(self, use: SessionUse) -> None:
        """What the session has used and done so far."""
        if use == self.use:
            return
        self._spend(use.bytes - self.use.bytes)
        self.use = use
        self.changes += 1
        self._keep_within()

    def attach(self, account: Callable[[int], None]) -> None:
        self._account = account
        account(self.bytes)

    def detach(self) -> None:
        """Forgotten by the one who keeps the account: whoever still holds this session works on without it."""
        self._account(-self.bytes)
        self._account = _no_account

    def _spend(self, cost: int) -> None:
        self.bytes += cost
        self._account(cost)

    def _keep_within(self) -> None:
        # What can be found out again goes first, then words, and values that are owed last.
        for shelf in (self._judged, self.sayings, self.turned, self.tokens):
            while self.bytes > self._most_bytes and len(shelf):
                shelf.drop_oldest()


class Memories:
    """The memories of all sessions, least recently used first out."""

    def __init__(
        self, most_bytes: int = MOST_BYTES_OVERALL, most_sessions: int = MOST_SESSIONS, each: int = MOST_BYTES
    ) -> None:
        """`each`: the bytes that one session may take."""
        self._each = each
        self._sessions: Shelf[str, SessionMemory] = Shelf(most_sessions, lambda _, session: session.detach())
        self._most_bytes = most_bytes
        self.bytes = 0

    def __repr__(self) -> str:
        return f"Memories({len(self._sessions)} sessions, {self.bytes} bytes)"

    def __len__(self) -> int:
        return len(self._sessions)

    def of(self, scope: str) -> SessionMemory:
        """The memory of one session; a fresh one if it is not known."""
        known = self._sessions.get(scope)
        return known if known is not None else self.adopt(scope, SessionMemory(self._each))

    def adopt(self, scope: str, memory: SessionMemory) -> SessionMemory:
        """Take in a memory that was kept elsewhere, in the place of what was known of this session."""
        self._sessions.put(scope, memory)
        memory.attach(self._spend)
        return memory

    def known(self, scope: str) -> bool:
        return scope in self._sessions

    def sessions(self) -> tuple[tuple[str, SessionMemory], ...]:
        """Every session, least recently used first."""
        return tuple(self._sessions.items())

    def _spend(self, cost: int) -> None:
        self.bytes += cost
        # The last one is in use right now, and bounded by itself.
        while self.bytes > self._most_bytes and len(self._sessions) > 1:
            self._sessions.drop_oldest()


def _digest(delivered: str) -> tuple[bytes, str]:
    trimmed = delivered.rstrip()
    return sha256(trimmed.encode("utf-8", "surrogatepass")).digest(), delivered[len(trimmed) :]


def _agree(one: Saying, other: Saying) -> bool:
    if one.original is None or other.original is None:
        return one.original == other.original
    if one.tail == other.tail:
        return one.original == other.original
    return one.original.rstrip() == other.original.rstrip()


def _token_cost(placeholder: str, token: Token) -> int:
    names = sum(map(sys.getsizeof, token.givers)) if token.givers is not TO_THE_AGENT else 0
    return _ENTRY + sys.getsizeof(placeholder) + (sys.getsizeof(token.value) if token.value else 0) + names


def _turned_cost(identifier: str, call: Turned) -> int:
    return _ENTRY + sum(
        sys.getsizeof(text) for text in (identifier, call.name or "", call.input, call.sentence, call.id)
    )


def _saying_cost(saying: Saying) -> int:
    return _ENTRY + (sys.getsizeof(saying.original) if saying.original else 0)
