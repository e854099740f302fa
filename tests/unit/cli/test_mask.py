"""`gatehouse mask`, as a person or a script meets it: bytes in, bytes out, an exit code."""

import argparse
import io
import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.cli import mask
from sidecar.core.detect.compiled import Compiled
from sidecar.core.errors import ConfigurationError
from sidecar.core.mask.placeholder import ALPHABET, PLACEHOLDER, Placeholders
from sidecar.core.model.action import Action, How
from sidecar.core.model.detector import Detector
from sidecar.core.model.treatment import Treatment

WRITTEN = yaml.safe_load((Path(__file__).parents[2] / "cases/mask/every_way.yaml").read_text())
# Built here, so that no file holds what looks like a live one.
AWS = "AKIA" + "Z3MGN7PQ" + "RSTUVWX2"
PEM = (
    "-----BEGIN RSA PRIVATE"
    + " KEY-----\n"
    + ("MIIEowIBAAKCAQEA7h" * 4 + "\n") * 8
    + "-----END RSA PRIVATE"
    + " KEY-----\n"
)


class Run:
    """The command, with what it writes."""

    def __init__(self, capfdbinary, monkeypatch) -> None:
        self._captured = capfdbinary
        self._monkeypatch = monkeypatch

    def __call__(self, *words: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
        parser = argparse.ArgumentParser()
        mask.register(parser)
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = mask.run(parser.parse_args(words))
        out, err = self._captured.readouterr()
        return code, out, err.decode()


@pytest.fixture
def run(capfdbinary, monkeypatch) -> Run:
    return Run(capfdbinary, monkeypatch)


@pytest.fixture(scope="module")
def policy(tmp_path_factory) -> str:
    file = tmp_path_factory.mktemp("policy") / "policy.yaml"
    file.write_text(WRITTEN["policy"])
    return str(file)


def starred(text: str) -> str:
    return re.sub(r"_#[0-9a-f]{12}\]", "_#*]", re.sub(r"_(?!22222222)[2-9A-HJ-NP-Z]{8}\]", "_*]", text))


def test_every_way(run: Run, policy: str) -> None:
    """All cases in one run: each line is decided for itself."""
    lines = [json.dumps({"text": case["text"]}) for case in WRITTEN["cases"]]
    code, out, err = run("--policy", policy, "--jsonl", stdin="\n".join(lines).encode())
    assert (code, err) == (0, "")
    for case, line in zip(WRITTEN["cases"], out.splitlines(), strict=True):
        answer = json.loads(line)
        assert starred(answer["masked"]) == case["masked"], case["note"]
        assert bool(answer["findings"]) == (case["masked"] != case["text"]), case["note"]


@pytest.mark.parametrize("case", WRITTEN["cases"], ids=lambda case: case["note"])
def test_plain_text_is_masked_like_lines(run: Run, policy: str, case: dict) -> None:
    code, out, _ = run("--policy", policy, stdin=case["text"].encode())
    assert (code, starred(out.decode())) == (0, case["masked"])


def test_without_a_policy_every_detector_redacts(run: Run) -> None:
    code, out, err = run(stdin=f"key {AWS}\nfine\n".encode())
    assert (code, err) == (0, "")
    assert re.fullmatch(r"key \[[A-Z_]+_.{8}\]\nfine\n", out.decode())


def test_a_value_over_several_lines_is_one(run: Run) -> None:
    _, out, _ = run(stdin=f"before\n{PEM}after\n".encode())
    assert re.fullmatch(r"before\n\[[A-Z_]+_.{8}\]\n?after\n", out.decode())


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (b"", "nothing"),
        (b"no end", "no end of line"),
        (b"a\r\nb\rc\n", "other ends of lines"),
        (b"\xff\xfe caf\xe9 \xf0\x9f\n", "no UTF-8"),
        ("zo\u00eb \U0001f388\n".encode() * 3, "beyond ASCII"),
        (b"cut off \xc3", "half a character at the end"),
        (b"\x00\x01\n", "control characters"),
        (b"x" * 65_535 + "é".encode() + b"\n", "a character over the border of two parts"),
    ],
)
def test_harmless_bytes_pass_as_they_are(run: Run, policy: str, data: bytes, note: str) -> None:
    assert run("--policy", policy, stdin=data) == (0, data, ""), note


def test_places_are_characters_of_the_input(run: Run, policy: str) -> None:
    text = "🎈 plate-1234 zoë Zephyr"
    code, out, _ = run("--policy", policy, "--jsonl", stdin=json.dumps({"text": text, "id": 7}).encode())
    answer = json.loads(out)
    assert code == 0
    assert set(answer) == {"masked", "findings"}, "other fields are not copied"
    assert [text[one["start"] : one["end"]] for one in answer["findings"]] == ["plate-1234", "Zephyr"]
    assert [one["detector"] for one in answer["findings"]] == ["rule/cases/plates", "rule/cases/names"]


@pytest.mark.parametrize(
    ("line", "why", "note"),
    [
        (b"{", "is not JSON", "cut"),
        (b'{"text": "\xff"}', "is not JSON", "no UTF-8"),
        (b"[" * 100_000, "is not JSON", "very deep"),
        (b'"text"', 'has no "text" that is a string', "no object"),
        (b'{"Text": "a"}', 'has no "text" that is a string', "another field"),
        (b'{"text": 1}', 'has no "text" that is a string', "a number"),
    ],
)
def test_a_bad_line_ends_it_and_what_was_written_stays(run: Run, policy: str, line: bytes, why: str, note: str) -> None:
    code, out, err = run("--policy", policy, "--jsonl", stdin=b'{"text": "a"}\n\n' + line + b'\n{"text": "b"}\n')
    assert (code, err) == (2, f"gatehouse mask: line 3: {why}\n"), note
    assert out == b'{"masked": "a", "findings": []}\n'


def test_a_bad_line_is_not_repeated(run: Run, policy: str) -> None:
    _, _, err = run("--policy", policy, "--jsonl", stdin=b'{"text": plate-1234}')
    assert "plate" not in err


def test_a_key_file_makes_placeholders_that_last(run: Run, policy: str, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    data = b"plate-1234\n"
    lasting = [run("--policy", policy, "--key-file", str(key), stdin=data)[1] for _ in range(2)]
    fresh = [run("--policy", policy, stdin=data)[1] for _ in range(2)]
    assert lasting[0] == lasting[1]
    assert len({*lasting, *fresh}) == 3


def test_masking_what_was_masked_changes_nothing(run: Run, policy: str, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    once = "\n".join(case["text"] for case in WRITTEN["cases"]).encode()
    for _ in range(2):
        before, once = once, run("--policy", policy, "--key-file", str(key), stdin=once)[1]
    assert before == once


def test_a_file_is_read_like_standard_input(run: Run, policy: str, tmp_path: Path) -> None:
    file = tmp_path / "text"
    file.write_text("plate-1234\n")
    code, out, _ = run("--policy", policy, str(file))
    assert (code, starred(out.decode())) == (0, "[PLATE_*]\n")


@pytest.mark.parametrize(
    ("words", "content", "message", "note"),
    [
        (("{}/none",), b"", "none: cannot be read: No such file or directory", "no such text"),
        (("{}",), b"", ": cannot be read: Is a directory", "a folder"),
        (("--policy", "{}/none"), b"", "none: cannot be read", "no such policy"),
        (("--policy", "{}/given"), b"\xff", "given: is not UTF-8 text", "a policy that is no text"),
        (("--policy", "{}/given"), b"policy: x\nrules: [{do: mask}]", "given:2: ", "a policy with a mistake"),
        (("--key-file", "{}/none"), b"", "none: the mask key cannot be read", "no such key"),
        (("--key-file", "{}/given"), b"short", "the mask key has 5 bytes", "a short key"),
    ],
)
def test_what_cannot_work_is_said(
    run: Run, tmp_path: Path, words: tuple[str, ...], content: bytes, message: str, note: str
) -> None:
    (tmp_path / "given").write_bytes(content)
    with pytest.raises(ConfigurationError) as raised:
        run(*(word.format(tmp_path) for word in words))
    assert message in str(raised.value), note


DETECTORS = (
    Detector("secret/key", "KEY", r"key-[a-f0-9]{12}"),
    Detector("pii/name", "NAME", r"(?i)zo\xeb\s+k"),
    Detector("pii/x", "X", r"NEVER|\*{4}[0-9]{4}"),
)
MASKER = mask.Masker(
    Compiled((*DETECTORS, PLACEHOLDER)),
    lambda _: Treatment(Action.MASK, "r", "p", "KEY", How.REDACT),
    Placeholders(bytes(16), "scope"),
)
parts = st.lists(st.sampled_from(["key-0123456789ab", "key-", "zoë K", " ", "\n", "🎈", "é", "["]), max_size=10)


def test_what_is_masked_already_is_no_finding() -> None:
    assert MASKER.whole("a ****1234") == ("a ****1234", [])


def test_only_a_placeholder_of_ours_is_left_alone() -> None:
    """A stranger's could carry in its label what must not leave."""
    made = [f"[NEVER_2222222{check}]" for check in ALPHABET]
    changed = [text for text in made if MASKER.whole(text)[0] != text]
    assert changed == [text for text in made if not MASKER.placeholders.is_ours(text)]
    assert len(changed) == 30


@given(parts)
@settings(max_examples=100, deadline=None)
def test_findings_are_exactly_what_was_masked(chosen: list[str]) -> None:
    text = "".join(chosen)
    out: list[bytes] = []
    mask.mask_jsonl(MASKER, [json.dumps({"text": text}).encode()], out.append)
    answer = json.loads(b"".join(out))
    kept, at = "", 0
    for one in answer["findings"]:
        kept, at = kept + re.escape(text[at : one["start"]]) + r"\[KEY_[2-9A-HJ-NP-Z]{8}\]", one["end"]
    assert re.fullmatch(kept + re.escape(text[at:]), answer["masked"])
    assert "key-0123456789ab" not in answer["masked"]


@given(parts, st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_plain_text_any_cut(chosen: list[str], size: int) -> None:
    data = "".join(chosen).encode()
    cut: list[bytes] = []
    mask.mask_text(MASKER, [data[at : at + size] for at in range(0, len(data), size)], cut.append)
    assert b"".join(cut).decode() == MASKER.whole(data.decode())[0]


def test_a_line_leaves_before_the_next_one_comes() -> None:
    out: list[bytes] = []
    seen: list[bytes] = []

    def lines():
        for line in (b"one\n", b"two\n"):
            yield line
            seen.append(b"".join(out))

    mask.mask_text(MASKER, lines(), out.append)
    assert seen == [b"one\n", b"one\ntwo\n"]


def test_fields_by_name_in_a_whole_text(run, tmp_path) -> None:
    policy = tmp_path / "p.yaml"
    policy.write_text("policy: p\nrules:\n  - {id: f, mask: {fields: [ssn, '*.salary']}}\n")
    code, out, _ = run("--policy", str(policy), stdin=b"name,ssn\nAda,536-90\n\xff,7\n")
    assert code == 0
    assert re.fullmatch(rb"name,ssn\nAda,\[SSN_[0-9A-Z]{8}\]\n\xff,\[SSN_[0-9A-Z]{8}\]\n", out)
    code, out, _ = run("--policy", str(policy), "--jsonl", stdin=json.dumps({"text": '{"salary": 5}'}).encode())
    assert code == 0
    told = json.loads(out)
    assert re.fullmatch(r'\{"salary": "\[SALARY_[0-9A-Z]{8}\]"\}', told["masked"])
    assert told["findings"] == [{"detector": "field/*.salary", "start": 11, "end": 12}]
