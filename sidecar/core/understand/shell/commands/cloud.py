"""Clouds, clusters and containers by their command lines.

Strategy: a table of verbs for each program; AWS, whose verbs are regular, by the verb's first word.
"""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Argv, Call, Reader, Reading, Word, deed, does, host, joined, resource
from sidecar.core.understand.shell.commands.verbs import Verb, rows, verbs
from sidecar.core.understand.shell.flags import flags

_E = Effect
_KUBECTL_VALUED = (
    "n namespace context cluster user kubeconfig s server l selector f filename o output c container k kustomize as token"
    " field-selector tail since type p patch sort-by replicas image request-timeout v cascade grace-period timeout"
)
KUBECTL = [
    *rows(
        _E.DESTROYS_DATA,
        "delete *",
        "delete ? -f --filename -k --all -l --selector",
        "drain *",
        "replace ? --force",
        "scale * ? --replicas=0",
    ),
    *rows(
        _E.READS_SECRET,
        "get secret*",
        "get */secret*",
        "get *,secret*",
        "describe secret*_",
        "config view ? --raw",
        "create token",
        "get all,secret*",
    ),
    *rows(
        _E.CHANGES_ACCESS,
        "create clusterrolebinding",
        "create rolebinding",
        "create role",
        "create clusterrole",
        "create serviceaccount",
        "create secret",
        "certificate *",
        "auth reconcile",
        "config set-credentials",
        "taint *",
        "set serviceaccount",
        "set subject",
    ),
    *rows(
        _E.READS,
        "get",
        "describe",
        "logs",
        "top",
        "explain",
        "api-*",
        "cluster-info",
        "diff",
        "wait",
        "version",
        "events",
        "rollout status",
        "rollout history",
        "config view",
        "config get-*",
        "config current-context",
        "auth can-i",
        "kustomize",
        "options",
    ),
    *rows(
        _E.WRITES,
        "apply",
        "create *",
        "patch",
        "label",
        "annotate",
        "scale",
        "rollout *",
        "edit",
        "set",
        "expose",
        "autoscale",
        "cordon",
        "uncordon",
        "config use-context",
        "replace",
        "port-forward",
    ),
    *rows(_E.LEAVES_MACHINE, "proxy"),
    *rows(_E.RUNS_CODE, "run", "debug", "attach", "apply ? -f --filename_"),
]
_kubectl = verbs(KUBECTL, _KUBECTL_VALUED, dry="dry-run")


def kubectl(call: Call) -> Reading:
    """`exec` runs a command in a pod, `cp` copies; the rest is in the table."""
    verb = next((word.text for word in flags(call.args, frozenset(_KUBECTL_VALUED.split())).operands), "")
    if verb in {"exec", "run", "debug"}:
        at = next((i for i, word in enumerate(call.args) if word.text == "--"), None)
        if at is not None and at + 1 < len(call.args):
            return Reading((deed(_E.RUNS_CODE, call.shown),), (Argv(call.args[at + 1 :], call.stdin),))
        rest = flags(call.args, frozenset(_KUBECTL_VALUED.split())).operands
        if verb == "exec" and len(rest) > 2:
            return Reading((deed(_E.RUNS_CODE, call.shown),), (Argv(rest[2:], call.stdin),))
    if verb in {"cp"}:
        rest = flags(call.args, frozenset(_KUBECTL_VALUED.split())).operands
        out = len(rest) > 2 and ":" in rest[2].text
        return does(_E.LEAVES_MACHINE if out else _E.READS, call)
    applied = [word.text for word in flags(call.args, frozenset(_KUBECTL_VALUED.split())).values("f", "filename")]
    if verb in {"apply", "create"} and any(text.startswith("http") for text in applied):
        return joined(_kubectl(call), does(_E.RUNS_CODE, call, *(host(text) for text in applied)))
    return _kubectl(call)


HELM = [
    *rows(_E.DESTROYS_DATA, "uninstall", "delete", "rollback", "upgrade ? --force"),
    *rows(
        _E.READS,
        "list",
        "ls",
        "status",
        "get",
        "history",
        "show",
        "search",
        "template",
        "lint",
        "env",
        "version",
        "dependency",
        "repo list",
        "repo update",
        "pull",
        "plugin list",
    ),
    *rows(_E.WRITES, "install", "upgrade", "repo add", "test", "package", "create"),
    *rows(_E.LEAVES_MACHINE, "push"),
]
TERRAFORM = [
    *rows(
        _E.DESTROYS_DATA,
        "destroy",
        "apply ? -auto-approve -destroy",
        "state rm",
        "state push",
        "workspace delete",
        "force-unlock",
        "apply",
        "run-all destroy",
        "run-all apply",
        "stack_",
    ),
    *rows(
        _E.READS,
        "plan",
        "validate",
        "fmt",
        "show",
        "graph",
        "providers",
        "state list",
        "workspace list",
        "workspace show",
        "version",
        "get",
        "console",
    ),
    *rows(_E.READS_SECRET, "output ? -raw -json", "state pull", "state show"),
    *rows(_E.WRITES, "init", "import", "workspace select", "workspace new", "taint", "untaint", "state mv", "refresh"),
]
PULUMI = [
    *rows(_E.DESTROYS_DATA, "destroy", "stack rm", "state delete", "up ? -y --yes --skip-preview", "cancel"),
    *rows(_E.READS, "preview", "stack ls", "stack", "logs", "about"),
    *rows(_E.READS_SECRET, "config ? --show-secrets", "stack export", "stack output ? --show-secrets"),
]

_LOSSES = ("delete", "remove", "destroy", "purge", "terminate")
GCLOUD = [
    *(row for n in range(1, 5) for loss in _LOSSES for row in rows(_E.DESTROYS_DATA, " ".join(["*"] * n + [loss]))),
    *(
        row
        for n in range(1, 4)
        for row in rows(_E.CHANGES_ACCESS, " ".join(["*"] * n + ["*-iam-policy*"]), " ".join(["*"] * n + ["set-iam*"]))
    ),
    *rows(
        _E.CHANGES_ACCESS,
        "iam *",
        "auth login",
        "auth activate-service-account",
        "iam service-accounts keys create",
        "compute firewall-rules create",
        "projects add-iam-policy-binding",
    ),
    *rows(_E.READS_SECRET, "auth print-*", "auth application-default print-*", "secrets versions access"),
    *(
        row
        for n in range(1, 5)
        for look in ("list", "describe", "get-*", "read", "tail")
        for row in rows(_E.READS, " ".join(["*"] * n + [look]))
    ),
    *rows(_E.READS, "config *", "info", "projects list", "components list", "auth list", "version"),
    *rows(_E.DESTROYS_DATA, "storage rm", "sql instances reset*", "sql databases delete", "compute instances stop_"),
    *(row for n in range(1, 4) for row in rows(_E.SPENDS, " ".join(["*"] * n + ["create"]))),
]
AZ = [
    *GCLOUD[: 4 * len(_LOSSES)],
    *(
        row
        for n in range(1, 5)
        for row in rows(_E.DESTROYS_DATA, " ".join(["*"] * n + ["delete-batch"]), " ".join(["*"] * n + ["deallocate_"]))
    ),
    *rows(_E.CHANGES_ACCESS, "role *", "ad *", "login", "keyvault set-policy", "network nsg rule *"),
    *rows(
        _E.READS_SECRET,
        "keyvault secret show",
        "keyvault secret download",
        "account get-access-token",
        "storage account keys *",
        "acr credential show",
        "* list-keys",
        "* * list-keys",
        "* * keys list",
        "* show-connection-string",
        "* * show-connection-string",
        "aks get-credentials",
    ),
    *(
        row
        for n in range(1, 5)
        for look in ("list", "show", "list-*", "show-*")
        for row in rows(_E.READS, " ".join(["*"] * n + [look]))
    ),
    *rows(_E.LEAVES_MACHINE, "storage blob upload*", "storage file upload*"),
    *(row for n in range(1, 4) for row in rows(_E.SPENDS, " ".join(["*"] * n + ["create"]))),
]
_AWS_VALUED = "profile region output query endpoint-url instance-ids cli-input-json bucket key name user-name role-name policy-arn secret-id stack-name filters group-id cluster table-name ca-bundle"
_AWS_FIRST: dict[str, Effect] = {
    **dict.fromkeys(
        "delete terminate remove purge deregister destroy wipe reset batch-delete empty drop schedule-key-deletion".split(),
        _E.DESTROYS_DATA,
    ),
    **dict.fromkeys(
        "describe list get head ls lookup search select test validate estimate wait filter tail batch-get query scan view check detect help simulate".split(),
        _E.READS,
    ),
    **dict.fromkeys("run start request purchase allocate".split(), _E.SPENDS),
    **dict.fromkeys("authorize revoke attach detach grant".split(), _E.CHANGES_ACCESS),
    "invoke": _E.RUNS_CODE,
    "send-command": _E.RUNS_CODE,
    "execute": _E.RUNS_CODE,
    "stop": _E.WRITES,
}
_AWS_SECRET = frozenset(
    "get-secret-value batch-get-secret-value get-session-token assume-role get-password-data get-login-password get-authorization-token export-credentials create-access-key get-federation-token decrypt generate-db-auth-token get-credentials-for-identity get-ecr-login".split()
)
_AWS_ACCESS = frozenset(
    "put-bucket-policy put-bucket-acl put-public-access-block put-object-acl modify-instance-attribute put-key-policy create-grant modify-image-attribute modify-snapshot-attribute modify-db-snapshot-attribute add-permission put-resource-policy set-repository-policy put-role-policy put-user-policy delete-public-access-block delete-bucket-policy".split()
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
    effect = _AWS_FIRST.get(verb) or _AWS_FIRST.get(verb.partition("-")[0], _E.WRITES)
    effects = [effect]
    if verb in _AWS_ACCESS or (
        service in {"iam", "organizations", "sso-admin", "identitystore"} and effect is not _E.READS
    ):
        effects.append(_E.CHANGES_ACCESS)
    if service == "configure" and verb in {"set", "sso", "import"}:
        effects = [_E.CHANGES_ACCESS]
    if service == "configure" and verb == "get":
        effects = [_E.READS_SECRET]
    return Reading(tuple(deed(one, call.shown, *things) for one in effects))


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


_DOCKER_RUN = frozenset(
    "v volume e env p publish name w workdir u user network net entrypoint mount l label h hostname m memory cpus cap-add"
    " cap-drop device env-file gpus ipc link log-driver log-opt pid platform pull restart security-opt shm-size stop-signal"
    " tmpfs ulimit userns add-host dns expose runtime a attach f file profile project-name project-directory index T H context".split()
)
DOCKER = [
    *rows(
        _E.DESTROYS_DATA,
        "system prune ? -a --all --volumes -f --force",
        "volume rm",
        "volume prune",
        "volume remove",
        "compose down ? -v --volumes --rmi",
        "compose rm ? -v",
        "swarm leave",
        "stack rm",
        "service rm",
        "image prune ? -a --all",
        "secret rm",
        "config rm",
        "rm ? -v --volumes",
        "node rm",
        "builder prune ? -a --all",
    ),
    *rows(
        _E.DELETES,
        "rm",
        "rmi",
        "container rm",
        "container prune",
        "image rm",
        "image prune",
        "network rm",
        "network prune",
        "compose down",
        "compose rm",
        "builder prune",
        "system prune",
        "buildx prune",
        "compose kill",
        "kill",
        "stop",
    ),
    *rows(
        _E.READS,
        *"ps images inspect logs stats top version info history diff port events search context".split(),
        "container ls",
        "image ls",
        "volume ls",
        "network ls",
        "compose ps",
        "compose logs",
        "compose config",
        "compose images",
        "compose top",
        "compose ls",
        "system df",
        "manifest inspect",
        "volume inspect",
        "network inspect",
        "image inspect",
        "container inspect",
        "buildx ls",
    ),
    *rows(_E.LEAVES_MACHINE, "push", "image push", "compose push", "buildx build ? --push", "build ? --push"),
    *rows(_E.CHANGES_ACCESS, "login", "logout", "secret create", "swarm init", "swarm join", "trust *"),
    *rows(
        _E.WRITES,
        "build",
        "pull",
        "tag",
        "start",
        "restart",
        "create",
        "commit",
        "save",
        "load",
        "cp",
        "export",
        "import",
        "compose up",
        "compose build",
        "compose start",
        "compose stop",
        "compose restart",
        "compose pull",
        "buildx build",
        "network create",
        "volume create",
        "wait",
        "pause",
        "unpause",
        "rename",
        "update",
        "attach",
        "compose create",
    ),
]
_docker = verbs(DOCKER, " ".join(_DOCKER_RUN) + " t tag filter format since until n tail c")


def docker(call: Call) -> Reading:
    words = flags(call.args, _DOCKER_RUN, stop=True).operands
    if words and words[0].text in {"container", "compose"} and len(words) > 1:
        words = flags(words[1:], _DOCKER_RUN, stop=True).operands
    if words and words[0].text in {"run", "exec", "create"}:
        return _contained(call, words)
    return _docker(call)


def docker_compose(call: Call) -> Reading:
    return docker(Call("docker", (Word("compose"), *call.args), call.stdin, call.files))


def _contained(call: Call, words: tuple[Word, ...]) -> Reading:
    """A command in a container. With the machine's own disk, devices or rights it is no container."""
    read = flags(words[1:], _DOCKER_RUN, stop=True)
    mounts = [word.text for word in read.values("v", "volume", "mount", "device")]
    near = [
        m
        for m in mounts
        if m.startswith(
            (
                "/:",
                "/etc",
                "/root",
                "/var/run/docker.sock",
                "/proc",
                "/dev",
                "/sys",
                "/usr",
                "/boot",
                "type=bind,source=/,",
                "type=bind,src=/,",
            )
        )
    ]
    host_like = [
        w.text for w in read.values("pid", "network", "net", "ipc", "userns", "cap-add", "security-opt", "cgroupns")
    ]
    deeds = [deed(_E.RUNS_CODE, call.shown, resource(read.operands[0].shown if read.operands else "?"))]
    rights = {
        "SYS_ADMIN",
        "ALL",
        "SYS_PTRACE",
        "SYS_MODULE",
        "CAP_SYS_ADMIN",
        "seccomp=unconfined",
        "apparmor=unconfined",
    }
    if (
        read.has("privileged")
        or near
        or "host" in [w.text for w in read.values("pid", "userns")]
        or rights & set(host_like)
    ):
        deeds.append(deed(_E.ESCALATES, call.shown))
    rest = read.operands[1:]
    entry = read.values("entrypoint")
    if entry:
        rest = (*entry, *rest)
    return Reading(tuple(deeds), (Argv(rest, call.stdin),) if rest else ())


def _vault() -> list[Verb]:
    return [
        *rows(_E.READS_SECRET, "kv get", "read", "token create", "print token", "login", "token lookup"),
        *rows(
            _E.DESTROYS_DATA,
            "kv delete",
            "kv destroy",
            "kv metadata delete",
            "secrets disable",
            "delete",
            "lease revoke",
            "operator *",
        ),
        *rows(_E.CHANGES_ACCESS, "policy *", "auth *", "write", "token revoke", "kv put"),
        *rows(_E.READS, "status", "kv list", "list", "secrets list"),
    ]


# Hosts of web applications: what they call their verbs.
_PLATFORM = [
    *rows(
        _E.DESTROYS_DATA,
        "apps:destroy",
        "*:destroy",
        "destroy",
        "pg:reset",
        "*:delete",
        "delete",
        "apps destroy",
        "volumes destroy",
        "remove",
        "rm",
        "sites:delete",
        "env rm",
        "d1 delete",
        "r2 bucket delete",
        "kv:* delete*",
        "* delete",
        "* destroy",
        "* rm",
        "project rm",
        "db:drop",
        "firestore:delete",
        "projects:delete",
        "unset",
    ),
    *rows(
        _E.READS_SECRET,
        "config",
        "config:get",
        "env pull",
        "secrets list_",
        "auth:token",
        "auth token",
        "tokens create",
        "env:get",
        "variables",
        "pg:credentials*",
    ),
    *rows(
        _E.CHANGES_ACCESS,
        "access:*",
        "config:set",
        "secrets set",
        "secret put",
        "env add",
        "login",
        "keys:add",
        "env:set",
    ),
    *rows(_E.LEAVES_MACHINE, "deploy", "publish", "--prod", "push", "up"),
    *rows(_E.RUNS_CODE, "run", "ssh", "run:detached"),
    *rows(
        _E.READS, "logs", "status", "ps", "apps", "releases", "list", "ls", "whoami", "inspect", "dev", "tail", "info"
    ),
]

CLOUD: dict[str, Reader] = {
    **dict.fromkeys(("kubectl", "k", "oc", "microk8s.kubectl"), kubectl),
    "helm": verbs(HELM, "n namespace f values set version kube-context repo kubeconfig", dry="dry-run"),
    **dict.fromkeys(
        ("terraform", "tofu", "terragrunt"),
        verbs(TERRAFORM, "chdir var var-file target out state backend-config", long=True),
    ),
    "pulumi": verbs(PULUMI, "s stack C cwd"),
    "cdk": verbs(
        [
            *rows(_E.DESTROYS_DATA, "destroy"),
            *rows(_E.READS, "diff", "synth", "ls", "list"),
            *rows(_E.WRITES, "deploy", "bootstrap"),
        ],
        "a app c context",
    ),
    "aws": aws,
    "awslocal": lambda call: does(_E.WRITES, call),
    "gcloud": verbs(GCLOUD, "project zone region format filter account configuration member role limit"),
    **dict.fromkeys(
        ("gsutil",),
        verbs(
            [
                *rows(_E.DESTROYS_DATA, "rm", "rb", "rsync ? -d"),
                *rows(_E.READS, "ls", "cat", "du", "stat", "hash"),
                *rows(_E.LEAVES_MACHINE, "cp", "mv", "rsync"),
                *rows(_E.CHANGES_ACCESS, "acl *", "iam *", "defacl *"),
            ],
            "o",
        ),
    ),
    "bq": verbs(
        [
            *rows(_E.DESTROYS_DATA, "rm"),
            *rows(_E.READS, "ls", "show", "head", "version"),
            *rows(_E.LEAVES_MACHINE, "extract", "load"),
        ],
        "project_id dataset_id format",
    ),
    "az": verbs(AZ, "n name g resource-group subscription o output query l location"),
    **dict.fromkeys(("docker", "podman", "nerdctl"), docker),
    **dict.fromkeys(("docker-compose", "podman-compose"), docker_compose),
    "vault": verbs(_vault(), "field format address namespace mount", long=True),
    **dict.fromkeys(
        (
            "heroku",
            "flyctl",
            "fly",
            "vercel",
            "netlify",
            "wrangler",
            "railway",
            "firebase",
            "supabase",
            "doctl",
            "eb",
            "sls",
            "serverless",
            "amplify",
            "render",
            "linode-cli",
            "hcloud",
            "scw",
            "ibmcloud",
            "oci",
            "cf",
            "eksctl",
            "kind",
            "minikube",
            "k3d",
            "argocd",
            "flux",
            "nomad",
            "consul",
            "vagrant",
            "packer",
            "velero",
            "kops",
            "kustomize_",
            "ansible-vault",
        ),
        verbs(_PLATFORM, "a app r remote n name project"),
    ),
    **dict.fromkeys(
        ("ansible", "ansible-playbook", "salt", "puppet", "chef-client"),
        lambda call: does(_E.RUNS_CODE, call, *(host(word.shown) for word in call.args[:1])),
    ),
    **dict.fromkeys(
        ("VBoxManage", "virsh", "multipass", "lxc", "incus"),
        verbs(
            [
                *rows(_E.DESTROYS_DATA, "delete", "destroy", "undefine", "unregistervm", "purge", "vol-delete"),
                *rows(_E.READS, "list", "info", "dominfo"),
                *rows(_E.RUNS_CODE, "exec", "shell"),
            ]
        ),
    ),
}
