"""AWS, whose verbs are regular: by the verb's first word."""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import Call, Reader, Reading, deed, does, joined, resource
from sidecar.core.understand.shell.flags import flags

_E = Effect
_AWS_VALUED = (
    "profile region output query endpoint-url instance-ids cli-input-json bucket key name user-name"
    " role-name policy-arn secret-id stack-name filters group-id cluster table-name ca-bundle"
)
_AWS_FIRST: dict[str, Effect] = {
    **dict.fromkeys(
        listed(
            "delete terminate remove purge deregister destroy wipe reset batch-delete empty drop schedule-key-deletion"
        ),
        _E.DESTROYS_DATA,
    ),
    **dict.fromkeys(
        listed(
            "describe list get head ls lookup search select test validate estimate wait filter tail"
            " batch-get query scan view check detect help simulate"
        ),
        _E.READS,
    ),
    **dict.fromkeys(listed("run start request purchase allocate"), _E.SPENDS),
    **dict.fromkeys(listed("authorize revoke attach detach grant"), _E.CHANGES_ACCESS),
    "invoke": _E.RUNS_CODE,
    "execute": _E.RUNS_CODE,
    "stop": _E.WRITES,
}
_AWS_OTHER: dict[str, Effect] = {
    **dict.fromkeys(
        listed("stop-logging disable-key disable-rule change-resource-record-sets update-assume-role-policy"),
        _E.CHANGES_ACCESS,
    ),
    **dict.fromkeys(listed("start-session send-command execute-command"), _E.LEAVES_MACHINE),
}
_AWS_SECRET = frozenset(
    listed(
        "get-secret-value batch-get-secret-value get-session-token assume-role get-password-data"
        " get-login-password get-authorization-token export-credentials create-access-key"
        " get-federation-token decrypt generate-db-auth-token get-credentials-for-identity"
        " get-ecr-login"
    )
)
_AWS_ACCESS = frozenset(
    listed(
        "put-bucket-policy put-bucket-acl put-public-access-block put-object-acl"
        " modify-instance-attribute put-key-policy create-grant modify-image-attribute"
        " modify-snapshot-attribute modify-db-snapshot-attribute add-permission put-resource-policy"
        " set-repository-policy put-role-policy put-user-policy delete-public-access-block"
        " delete-bucket-policy"
    )
)

_AWS_PLAIN = frozenset(
    listed("region output role_arn source_profile sso_region sso_start_url cli_pager sso_account_id duration_seconds")
)


def aws(call: Call) -> Reading:
    read = flags(call.args, frozenset(_AWS_VALUED.split()))
    texts = [word.text for word in read.operands]
    if (
        len(texts) < 2
        or "help" in texts
        or read.has("dryrun", "dry-run", "version")
        or read.has("generate-cli-skeleton")
    ):
        return does(_E.READS, call)
    service, verb = texts[0], texts[1]
    things = [resource(word.shown) for word in read.operands[2:4]]
    if service == "s3":
        return _s3(call, texts)
    if verb in _AWS_SECRET or (service == "ssm" and verb.startswith("get-param") and read.has("with-decryption")):
        return does(_E.READS_SECRET, call)
    if _unprotects(verb, call.shown.lower()):
        return does(_E.CHANGES_ACCESS, call, *things, why="takes a protection off")
    if verb.startswith(("update", "put", "set", "modify")) and any(
        word.text.endswith(_EMPTY) for word in call.args[2:]
    ):
        return does(_E.DESTROYS_DATA, call, *things, why="sets it to nothing")
    if _shortens(verb):
        return does(_E.DESTROYS_DATA, call, *things, why="what is old goes by itself")
    effect = _AWS_OTHER.get(verb) or _AWS_FIRST.get(verb) or _AWS_FIRST.get(verb.partition("-")[0], _E.WRITES)
    effects = [effect]
    if read.has("master-user-password", "publicly-accessible"):
        effects.append(_E.CHANGES_ACCESS)
    if verb in _AWS_ACCESS or (
        service in {"iam", "organizations", "sso-admin", "identitystore"} and effect is not _E.READS
    ):
        effects.append(_E.CHANGES_ACCESS)
    if service == "configure" and verb in {"set", "sso", "import"}:
        effects = [_E.CHANGES_ACCESS]
    if service == "configure" and verb == "get":
        plain = len(texts) > 2 and texts[2].rpartition(".")[2] in _AWS_PLAIN
        effects = [_E.READS if plain else _E.READS_SECRET]
    return Reading(tuple(deed(one, call.shown, *things) for one in effects))


_EMPTY = ("={}", "=[]", "=''", '=""')
_PROTECTS = frozenset(
    listed("versioning protection logging encryption backup backups mfa guardduty detector trail recorder")
)
_OFF = re.compile(r"suspended|disabled|=false|--no-[a-z-]*(protection|logging|enable|encrypt)|--no-enable")


def _unprotects(verb: str, shown: str) -> bool:
    """`put-bucket-versioning … Status=Suspended`, `modify-db-instance --no-deletion-protection`."""
    first, *rest = verb.split("-")
    changes = first in {"put", "modify", "update", "set", "stop", "disable"}
    return changes and _OFF.search(shown) is not None and (bool(_PROTECTS & set(rest)) or "protection" in shown)


def _shortens(verb: str) -> bool:
    """`put-bucket-lifecycle-configuration`, `put-retention-policy`, `decrease-stream-retention-period`."""
    first, *rest = verb.split("-")
    return first in {"put", "modify", "update", "decrease", "set"} and bool({"lifecycle", "retention"} & set(rest))


def _s3(call: Call, texts: list[str]) -> Reading:
    verb, rest = texts[1], texts[2:]
    recursive = any(word.text == "--recursive" for word in call.args)
    if verb in {"rb"} or (verb == "rm" and recursive):
        return does(_E.DESTROYS_DATA, call)
    if verb == "rm":
        return does(_E.DELETES, call)
    if verb == "presign":
        return does(_E.LEAVES_MACHINE, call)
    if verb in {"cp", "mv", "sync"}:
        out = len(rest) > 1 and rest[1].startswith("s3://") and not rest[0].startswith("s3://")
        parts = [does(_E.LEAVES_MACHINE if out else _E.WRITES, call, *(resource(text) for text in rest[:2]))]
        if any(word.text == "--delete" for word in call.args) or (verb == "mv" and recursive):
            parts.append(does(_E.DESTROYS_DATA, call))
        return joined(*parts)
    return does(_E.READS if verb == "ls" else _E.WRITES, call)


AWS: dict[str, Reader] = {"aws": aws, "awslocal": lambda call: does(_E.WRITES, call)}
