"""A session's memory as bytes that only the holder of a key can read, so that it survives a restart.

Strategy: AES-256-GCM over JSON. The nonce is an argument, since the core has no randomness; never use one twice under
one key. What was found in which text is left out: it can be found again.

Rules:
- Whatever is wrong with a blob (another key, another scope, a changed or missing byte, another version), the answer is
  nothing: a memory is wholly right or not there.
- The scope is sealed in, so that a blob put in the place of another session's does not open.
"""

import json
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sidecar.core.mask.memory import TO_THE_AGENT, Saying, SessionMemory, Token, Turned
from sidecar.core.model.session_use import use_from

_VERSION = b"gatehouse/memory/1\n"
_KEY = 32
_NONCE = 12  # what GCM is made for; any other length is hashed first and loses its guarantee
_TAG = 16


def seal(memory: SessionMemory, key: bytes, nonce: bytes, scope: str = "") -> bytes:
    """Nonce, then sealed content."""
    if len(key) != _KEY or len(nonce) != _NONCE:
        raise ValueError(f"sealing takes a key of {_KEY} bytes and a nonce of {_NONCE}")
    content = {
        "tokens": [[name, token.value] for name, token in memory.tokens.items() if token.givers == TO_THE_AGENT],
        "given": [
            [name, token.value, sorted(token.givers)]
            for name, token in memory.tokens.items()
            if token.givers != TO_THE_AGENT
        ],
        "sayings": [
            [b64encode(digest).decode(), saying.original, saying.tail, saying.clash]
            for digest, saying in memory.sayings.items()
        ],
        "turned": [
            [identifier, call.name, call.input, call.sentence, call.id] for identifier, call in memory.turned.items()
        ],
        "use": memory.use.as_json(),
    }
    return nonce + AESGCM(key).encrypt(nonce, json.dumps(content).encode(), _bound(scope))


def unseal(blob: bytes, key: bytes, scope: str = "") -> SessionMemory | None:
    """The memory that was sealed, or nothing."""
    if len(key) != _KEY or len(blob) < _NONCE + _TAG:
        return None
    try:
        content = json.loads(AESGCM(key).decrypt(blob[:_NONCE], blob[_NONCE:], _bound(scope)))
    except InvalidTag:
        return None
    memory = SessionMemory()
    for placeholder, value in content["tokens"]:
        memory.put_token(placeholder, Token(value))
    # These, and what follows, are absent where an older version sealed it.
    for placeholder, value, givers in content.get("given", ()):
        memory.put_token(placeholder, Token(value, frozenset(givers)))
    for digest, original, tail, clash in content["sayings"]:
        memory.put_saying(b64decode(digest), Saying(original, tail, clash))
    for identifier, *call in content.get("turned", ()):
        memory.put_turned(identifier, Turned(*call))
    memory.remember_use(use_from(content.get("use", {})))
    return memory


def _bound(scope: str) -> bytes:
    return _VERSION + scope.encode("utf-8", "surrogatepass")
