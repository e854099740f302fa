"""Clouds and what sets them up."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.cloud import CLOUD

CASES = (
    ("destroyed", "terraform destroy", "destroys_data"),
    ("planned", "terraform plan", "reads"),
    ("outputs", "terraform output -json", "reads_secret"),
    ("machine gone", "gcloud compute instances delete x", "destroys_data"),
    ("token", "gcloud auth print-access-token", "reads_secret"),
    ("listed", "az vm list", "reads"),
    ("group gone", "az group delete", "destroys_data"),
    ("store read", "vault kv get x", "reads_secret"),
    ("platform", "heroku pg:reset", "destroys_data"),
    ("deployed", "vercel deploy", "leaves_machine"),
    ("bucket", "gsutil rm gs://b", "destroys_data"),
    ("stack", "pulumi destroy", "destroys_data"),
    ("playbook", "ansible-playbook site.yml", "runs_code"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in CLOUD[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
