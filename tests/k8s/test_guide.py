"""`k8s/README.md`: its values are values that the chart takes, its commands name what there is."""

import re
import subprocess
from typing import Any

import pytest

from sidecar.cli.main import main
from tests import written
from tests.k8s.rig import CHART, ROOT, VERSIONS, complaints, merged, named, rendered, values

GUIDE = (ROOT / "k8s" / "README.md").read_text()
BLOCKS: dict[str, Any] = {
    found[1].split(".")[0]: written.read(found[2])
    for found in re.finditer(r"```yaml\n# values: ([^\n]*)\n(.*?)```", GUIDE, re.DOTALL)
}
SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL))


@pytest.mark.parametrize("note", BLOCKS)
def test_values_that_are_shown_are_values_that_work(note: str) -> None:
    objects = rendered(merged(values("production" if note == "production" else "try"), BLOCKS[note]))
    assert [said for one in objects for said in complaints(one, VERSIONS[-1])] == []


def test_the_three_policies_are_shown() -> None:
    assert [BLOCKS[name]["policies"]["preset"] for name in ("starter", "strict", "observe")] == [
        "starter",
        "strict",
        "observe",
    ]


def test_the_first_installation_is_one_that_works() -> None:
    text = re.search(r"cat > try.yaml <<EOF\n(.*?)\nEOF", GUIDE, re.DOTALL)
    assert text is not None
    given = written.read(text[1].replace("$ISSUER", "https://kubernetes.default.svc.cluster.local"))
    objects = rendered(given)
    wanted = {
        volume["secret"]["secretName"]
        for one in objects
        if one["kind"] == "Deployment"
        for volume in one["spec"]["template"]["spec"]["volumes"]
        if "secret" in volume
    }
    made = set(re.findall(r"create secret generic (\S+)", SHELL))
    assert wanted - made == {"gatehouse-tls"}, "each Secret that pods wait for is made on the way, or by the webhook"
    assert made <= wanted
    keys = {item["key"] for one in objects if one["kind"] == "Deployment" for item in keys_of(one, "gatehouse-keys")}
    assert all(f"--from-literal={key}=" in SHELL for key in keys)
    assert "create configmap cluster-keys --from-file=keys.json" in SHELL
    told = written.read(named(objects, "ConfigMap", "gatehouse-webhook")["data"]["webhook.yaml"])
    assert told["certificates"]["self_managed"]
    assert told["injection"]["token"]["used"]
    beside = SHELL.partition("-n agents create secret")[2]
    for one in told["injection"]["secrets"]:
        assert one["name"] in beside or one["name"] == "gatehouse-keys"
        assert all(f"--from-literal={key}=" in beside for key in one["keys"])


def keys_of(one: dict[str, Any], secret: str) -> list[dict[str, str]]:
    volumes = one["spec"]["template"]["spec"]["volumes"]
    return [item for v in volumes if v.get("secret", {}).get("secretName") == secret for item in v["secret"]["items"]]


def test_every_block_of_values_is_looked_at() -> None:
    """A block is values, which are rendered here, or an object of somebody else's; nothing between."""
    for text in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL):
        assert text.startswith("# values: ") or written.read(text)["apiVersion"], text
    assert len(BLOCKS) == GUIDE.count("# values: ")


def test_the_shell_reads_every_command() -> None:
    for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL):
        done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), block


def test_flags_of_our_own_commands_are_flags(capsys: pytest.CaptureFixture[str]) -> None:
    for words, flags in re.findall(r"gatehouse ((?:[a-z]+ )+)((?:--[a-z-]+ ?\S*)+)", SHELL):
        assert main([*words.split(), "--help"]) == 0, words
        said = capsys.readouterr().out
        assert [flag for flag in re.findall(r"--[a-z-]+", flags) if flag not in said] == [], words


def test_objects_that_commands_name_are_there() -> None:
    objects = [*rendered(values("try")), *rendered(values("production"))]
    names = {(one["kind"].lower(), one["metadata"]["name"]) for one in objects}
    short = {"deploy": "deployment", "svc": "service"}
    for kind, name in re.findall(r"\b(deploy|svc)/([\w-]+)", GUIDE):
        assert (short[kind], name) in names, name
    hook = re.search(r"kubectl delete validatingwebhookconfiguration ([\w-]+)", GUIDE)
    assert hook is not None
    assert named(objects, "ValidatingWebhookConfiguration", hook[1])


def test_our_own_commands_are_commands(capsys: pytest.CaptureFixture[str]) -> None:
    for words in sorted(set(re.findall(r"-- gatehouse ((?:[a-z]+ ?)+)", GUIDE))):
        assert main([*words.split(), "--help"]) == 0, words
        assert f"usage: gatehouse {words.strip()}" in capsys.readouterr().out


@pytest.mark.parametrize("path", sorted((CHART / "files/policies").glob("*.yaml")), ids=lambda path: path.stem)
def test_presets_pass_their_own_cases(path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "test", str(path)]) == 0, capsys.readouterr()
    assert written.read(path.read_text())["policy"] == path.stem


def test_a_preset_that_the_program_ships_is_the_same_here() -> None:
    """One text: whoever changes it changes both."""
    shipped = {path.name: path.read_text() for path in (ROOT / "sidecar" / "rulebook").glob("*.yaml")}
    ours = {path.name: path.read_text() for path in (CHART / "files/policies").glob("*.yaml")}
    assert "starter.yaml" in shipped
    assert {name: text for name, text in ours.items() if name in shipped and shipped[name] != text} == {}
