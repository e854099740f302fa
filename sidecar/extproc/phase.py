"""How far one ext_proc stream has come."""

from enum import Enum


class Phase(Enum):
    READING = "the request arrives, nothing was said about it"
    OPENING = "an answer begins, though the request has not left"
    FORWARDED = "the request has left"
    ANSWERING = "the head of the answer has left"
    TUNNEL = "the request has left HTTP, and nothing more is shown"
    LOCAL = "Envoy answers by itself"
    OVER = "nothing more will be said"
