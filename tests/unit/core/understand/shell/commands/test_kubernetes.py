"""Clusters."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.kubernetes import KUBERNETES

CASES = (
    ("deleted", "kubectl delete pod x", "destroys_data"),
    ("after options", "kubectl -n a delete pod x", "destroys_data"),
    ("dry", "kubectl delete pod x --dry-run=client", ""),
    ("shown", "kubectl get pods", "reads"),
    ("secret", "kubectl get secret x -o yaml", "reads_secret"),
    ("names of secrets", "kubectl get secrets -n x", "reads"),
    ("wide", "kubectl get secrets -owide", "reads"),
    ("among others", "kubectl get pods,secrets -ojson", "reads_secret"),
    ("applied", "kubectl apply -f a.yaml", "writes"),
    ("from an address", "kubectl apply -f https://x.example/a.yaml", "runs_code"),
    ("bound", "kubectl create clusterrolebinding x", "changes_access"),
    ("scaled", "kubectl scale deploy/x --replicas=0", "writes"),
    ("all stopped", "kubectl scale deploy --all --replicas=0", "destroys_data"),
    ("pruned", "kubectl apply --prune -f a.yaml", "destroys_data"),
    ("copied out", "kubectl cp a x:/b", "leaves_machine"),
    ("uninstalled", "helm uninstall x", "destroys_data"),
    ("chart from an address", "helm install x oci://x.example/c", "runs_code"),
    ("listed", "helm list", "reads"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in KUBERNETES[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
