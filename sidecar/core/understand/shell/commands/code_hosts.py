"""The programs of code hosts: GitHub's and GitLab's."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.brought import bring
from sidecar.core.understand.shell.call import Call, Reader, Reading, does
from sidecar.core.understand.shell.commands.verbs import rows, verbs
from sidecar.core.understand.shell.flags import flags

_GH = [
    *rows(Effect.READS_SECRET, "auth token; auth status ? --show-token -t"),
    *rows(
        Effect.DESTROYS_DATA,
        "repo delete; repo archive; release delete; run delete; cache delete; issue delete"
        "; gist delete; label delete; project delete; codespace delete; workflow disable"
        "; api ? --method=DELETE; release delete-asset",
    ),
    *rows(
        Effect.CHANGES_ACCESS,
        "secret *; variable set; ssh-key *; gpg-key *; auth login; auth refresh; repo deploy-key *; auth setup-git",
    ),
    *rows(Effect.CHANGES_ACCESS, "repo edit ? --visibility"),
    *rows(Effect.ESCALATES, "pr merge ? --admin"),
    *rows(
        Effect.LEAVES_MACHINE,
        "gist create; repo create ? --push --public --source; release upload; release create",
    ),
    *rows(Effect.RUNS_CODE, "extension install; codespace ssh"),
    # Code of the project, run where its secrets are.
    *rows(Effect.RUNS_CODE, "workflow run; run rerun"),
    *rows(Effect.LEAVES_MACHINE, "workflow run"),
    *rows(
        Effect.READS,
        *(
            f"{thing} {verb}"
            for thing in listed("pr issue repo run release workflow gist label project ruleset cache")
            for verb in listed("list view status diff checks watch download")
        ),
        "auth status",
        "status",
        "search *",
        "browse",
        "secret list",
    ),
]
_gh = verbs(
    [row for row in _GH if row.words != ("secret", "list")],
    "R repo t title b body F body-file l label a assignee m X method f field H header q jq template json L limit",
)


_RIGHTS = frozenset(
    listed(
        "protection collaborators keys hooks secrets permissions invitations memberships rulesets environments"
        " variables visibility transfer teams members access_tokens deploy_tokens protected_branches runners"
    )
)


def gh(call: Call) -> Reading:
    read = flags(call.args, frozenset(listed("X method f F field raw-field H header q jq input R repo")))
    if read.operands and read.operands[0].text == "api":
        methods = [word.text.upper() for word in read.values("X", "method")]
        if "DELETE" in methods:
            return does(Effect.DESTROYS_DATA, call)
        sends = (methods and methods != ["GET"]) or (
            not methods and read.values("f", "F", "field", "raw-field", "input")
        )
        steps = {step for word in read.operands[1:2] for step in word.text.lower().partition("?")[0].split("/")}
        written = Effect.CHANGES_ACCESS if steps & _RIGHTS else Effect.WRITES
        return does(written if sends else Effect.READS, call)
    if [word.text for word in read.operands[:2]] == ["repo", "clone"] and len(read.operands) > 2:
        folder = read.operands[3] if len(read.operands) > 3 else read.operands[2]
        bring(call, folder.text.rpartition("/")[2].removesuffix(".git"), (f"{call.name} repository",))
    if [word.text for word in read.operands[:2]] == ["secret", "list"]:
        return does(Effect.READS, call)
    return _gh(call)


def glab(call: Call) -> Reading:
    """GitLab shows the values of its variables, GitHub does not."""
    words = [word.text for word in flags(call.args).operands[:2]]
    if words[:1] == ["variable"]:
        shows = words[1:] in (["list"], ["get"], ["export"], [])
        return does(Effect.READS_SECRET if shows else Effect.CHANGES_ACCESS, call)
    return gh(call)


CODE_HOSTS: dict[str, Reader] = {"gh": gh, "glab": glab}
