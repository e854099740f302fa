"""Ordinary texts in any amount, the same on every run: prose, code and JSON without anything sensitive in them.

Strategy: prose is made of the sentences of our licence, in random order; code is the source of a module of the
standard library; JSON is made up. Detectors find nothing in them, which is how nearly all text is.
"""

import dataclasses
import inspect
import json
import re
from functools import cache
from pathlib import Path
from random import Random

LICENCE = Path(__file__).resolve().parents[2] / "LICENSE"


def prose(characters: int, seed: int = 0) -> str:
    random, parts, length = Random(seed), [""], 0  # noqa: S311  (an order of sentences, no secret)
    while length < characters:
        parts.append(random.choice(_sentences()))
        length += len(parts[-1]) + 1
    return " ".join(parts)[1 : characters + 1]


def code(characters: int, seed: int = 0) -> str:
    source = _source()
    start = Random(seed).randrange(len(source))  # noqa: S311
    return (source[start:] + source * (characters // len(source) + 1))[:characters]


def json_text(characters: int, seed: int = 0) -> str:
    random = Random(seed)  # noqa: S311
    items: list[str] = []
    while sum(map(len, items)) < characters:
        items.append(json.dumps(_item(random), indent=2))
    return ",\n".join(items)[:characters]


TEXTS = {"prose": prose, "code": code, "json": json_text}


def _item(random: Random) -> dict[str, object]:
    number = random.randrange(10_000)
    return {
        "id": number,
        "title": " ".join(random.choice(_sentences()).split()[:8]),
        "state": random.choice(("open", "closed", "merged")),
        "labels": random.sample(["bug", "docs", "good first issue", "performance", "tests"], 2),
        "created_at": f"2025-0{random.randrange(1, 10)}-1{random.randrange(10)}T09:{random.randrange(10, 60)}:00Z",
        "url": f"https://example.com/items/{number}?page={random.randrange(9)}&sort=asc",
        "counts": {"comments": random.randrange(90), "score": random.randrange(1000) / 8},
        "assignee": None,
    }


@cache
def _sentences() -> tuple[str, ...]:
    words = " ".join(LICENCE.read_text().split())
    found = re.split(r"(?<=[.;:,]) ", words)
    return tuple(one for one in found if len(one) > 20 and "[" not in one)


@cache
def _source() -> str:
    return inspect.getsource(dataclasses)
