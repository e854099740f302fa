"""Exactly what the simulator received, as JSON lines, for tests that ask what left the gate."""

import base64
import json
import threading
from dataclasses import dataclass
from pathlib import Path

from sidecar.core.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Received:
    """One request. `path` has its query string; header names are as they came over the wire, in order."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def line(self) -> str:
        """`body` is base64 of every byte; `text` is for people and absent where the body is not UTF-8."""
        try:
            text: str | None = self.body.decode()
        except UnicodeDecodeError:
            text = None
        body = base64.b64encode(self.body).decode()
        fields = {"method": self.method, "path": self.path, "headers": self.headers, "body": body, "text": text}
        return json.dumps(fields) + "\n"

    @classmethod
    def from_line(cls, line: str) -> "Received":
        fields = json.loads(line)
        headers = tuple((name, value) for name, value in fields["headers"])
        return cls(fields["method"], fields["path"], headers, base64.b64decode(fields["body"]))

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def everything(self) -> bytes:
        """All of it as bytes, to search in."""
        head = "".join(f"{name}: {value}\n" for name, value in self.headers)
        return f"{self.method} {self.path}\n{head}\n".encode() + self.body


class Recording:
    """Appends to a file; a request is in it before it is answered."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            self._file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise ConfigurationError.single(str(path), f"cannot record there: {error.strerror}") from error

    def add(self, received: Received) -> None:
        with self._lock:
            self._file.write(received.line())
            self._file.flush()

    def close(self) -> None:
        self._file.close()


def read_recording(path: Path) -> list[Received]:
    return [Received.from_line(line) for line in path.read_text(encoding="utf-8").splitlines()]
