"""Clouds, platforms and the programs that set them up: a table of verbs for each."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.listed import listed
from sidecar.core.understand.secret_names import names_secret
from sidecar.core.understand.shell.call import Call, Reader, Reading, Script, Statements, does, host, joined
from sidecar.core.understand.shell.commands.verbs import Verb, rows, verbs
from sidecar.core.understand.shell.flags import flags

_E = Effect
TERRAFORM = [
    *rows(
        _E.DESTROYS_DATA,
        "destroy; apply ? -auto-approve -destroy; state rm; state push; workspace delete"
        "; force-unlock; apply; run-all destroy; run-all apply",
    ),
    *rows(
        _E.READS,
        "plan; validate; fmt; show; graph; providers; state list; workspace list; workspace show"
        "; version; get; console",
    ),
    *rows(_E.READS_SECRET, "output ? -raw -json; state pull; state show"),
    *rows(_E.WRITES, "init; import; workspace select; workspace new; taint; untaint; state mv; refresh"),
]
PULUMI = [
    *rows(_E.DESTROYS_DATA, "destroy; stack rm; state delete; up ? -y --yes --skip-preview; cancel"),
    *rows(_E.READS, "preview; stack ls; stack; logs; about"),
    *rows(_E.READS_SECRET, "config ? --show-secrets; stack export; stack output ? --show-secrets"),
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
        "iam *; auth login; auth activate-service-account; iam service-accounts keys create"
        "; compute firewall-rules create; projects add-iam-policy-binding",
    ),
    *rows(_E.READS_SECRET, "auth print-*; auth application-default print-*; secrets versions access"),
    *(
        row
        for n in range(1, 5)
        for look in ("list", "describe", "get-*", "read", "tail")
        for row in rows(_E.READS, " ".join(["*"] * n + [look]))
    ),
    *rows(_E.READS, "config *; info; projects list; components list; auth list; version"),
    *rows(_E.DESTROYS_DATA, "storage rm; sql instances reset*; sql databases delete; compute instances stop_"),
    *(row for n in range(1, 4) for row in rows(_E.SPENDS, " ".join(["*"] * n + ["create"]))),
]
AZ = [
    *GCLOUD[: 4 * len(_LOSSES)],
    *(
        row
        for n in range(1, 5)
        for row in rows(_E.DESTROYS_DATA, " ".join(["*"] * n + ["delete-batch"]), " ".join(["*"] * n + ["deallocate_"]))
    ),
    *rows(_E.CHANGES_ACCESS, "role *; ad *; login; keyvault set-policy; network nsg rule *"),
    *rows(
        _E.READS_SECRET,
        "keyvault secret show; keyvault secret download; account get-access-token"
        "; storage account keys *; acr credential show; * list-keys; * * list-keys; * * keys list"
        "; * show-connection-string; * * show-connection-string; aks get-credentials",
    ),
    *(
        row
        for n in range(1, 5)
        for look in ("list", "show", "list-*", "show-*")
        for row in rows(_E.READS, " ".join(["*"] * n + [look]))
    ),
    *rows(_E.LEAVES_MACHINE, "storage blob upload*; storage file upload*"),
    *(row for n in range(1, 4) for row in rows(_E.SPENDS, " ".join(["*"] * n + ["create"]))),
]


def _vault() -> list[Verb]:
    return [
        *rows(_E.READS_SECRET, "kv get; read; token create; print token; login; token lookup"),
        *rows(
            _E.DESTROYS_DATA,
            "kv delete; kv destroy; kv metadata delete; secrets disable; delete; lease revoke; operator *",
        ),
        *rows(_E.CHANGES_ACCESS, "policy *; auth *; write; token revoke; kv put"),
        *rows(_E.READS, "status; kv list; list; secrets list"),
    ]


# Hosts of web applications: what they call their verbs.
_PLATFORM = [
    *rows(
        _E.DESTROYS_DATA,
        "apps:destroy; *:destroy; destroy; pg:reset; *:delete; delete; apps destroy; volumes destroy"
        "; remove; rm; sites:delete; app sync ? --prune; env rm; d1 delete; r2 bucket delete; kv:* delete*; * delete"
        "; * destroy; * rm; project rm; db:drop; firestore:delete; projects:delete; unset",
    ),
    *rows(
        _E.READS_SECRET,
        "config; config:get; env pull; auth:token; auth token; tokens create; env:get; variables; pg:credentials*",
    ),
    *rows(
        _E.CHANGES_ACCESS,
        "access:*; config:set; secrets set; secret put; env add; login; keys:add; env:set",
    ),
    *rows(_E.LEAVES_MACHINE, "deploy; publish; --prod; push; up"),
    *rows(_E.RUNS_CODE, "run; ssh; run:detached"),
    *rows(_E.READS, "logs; status; ps; apps; releases; list; ls; whoami; inspect; dev; tail; info"),
]

_BQ = verbs(
    [
        *rows(_E.DESTROYS_DATA, "rm"),
        *rows(_E.READS, "ls; show; head; version"),
        *rows(_E.LEAVES_MACHINE, "extract; load"),
    ],
    "project_id dataset_id format",
)


def bq(call: Call) -> Reading:
    """`bq query` runs SQL."""
    read = flags(call.args, frozenset(listed("project_id dataset_id format destination_table")))
    if read.has("dry_run"):
        return does(_E.READS, call)
    texts = read.operands[1:] if read.operands and read.operands[0].text == "query" else ()
    return joined(_BQ(call), Reading(runs=tuple(Statements(word, "bigquery") for word in texts)))


_TERRAFORM = verbs(TERRAFORM, "chdir var var-file target out state backend-config", long=True)


def terraform(call: Call) -> Reading:
    """`output vpc_id` shows one value, and its name says whether that is a secret."""
    words = flags(call.args, frozenset(listed("chdir state")), long=True).operands
    if len(words) == 2 and words[0].text == "output" and not names_secret(words[1].text) and not _opens(words[1].text):
        return does(_E.READS, call)
    return _TERRAFORM(call)


def _opens(name: str) -> bool:
    return any(word in name.lower() for word in ("kube", "conn", "cert", "cred", "login", "user_data"))


def ansible(call: Call) -> Reading:
    """On the hosts of an inventory; a check of the text alone reads."""
    read = flags(call.args, frozenset(listed("i inventory m module-name a args e extra-vars u user t tags l limit")))
    if read.has("syntax-check", "list-hosts", "list-tasks", "list-tags"):
        return does(_E.READS, call)
    shells = any(word.text in {"shell", "command", "raw"} for word in read.values("m", "module-name"))
    runs = tuple(Script(word, call.name) for word in read.values("a", "args") if shells)
    return joined(does(_E.RUNS_CODE, call, *(host(word.shown) for word in call.args[:1])), Reading(runs=runs))


_platform = verbs(_PLATFORM, "a app r remote n name project")


def platform(call: Call) -> Reading:
    """`config` alone shows every setting, secrets among them; `config validate` does not."""
    words = [word.text for word in flags(call.args, frozenset(listed("a app r remote"))).operands[:2]]
    if words in (["config", "validate"], ["config", "check"], ["config", "list"], ["config", "save"]):
        return does(_E.READS, call)
    return _platform(call)


CLOUD: dict[str, Reader] = {
    **dict.fromkeys(
        ("terraform", "tofu", "terragrunt"),
        terraform,
    ),
    "pulumi": verbs(PULUMI, "s stack C cwd"),
    "cdk": verbs(
        [
            *rows(_E.DESTROYS_DATA, "destroy"),
            *rows(_E.READS, "diff; synth; ls; list"),
            *rows(_E.WRITES, "deploy; bootstrap"),
        ],
        "a app c context",
    ),
    "gcloud": verbs(GCLOUD, "project zone region format filter account configuration member role limit"),
    "gsutil": verbs(
        [
            *rows(_E.DESTROYS_DATA, "rm; rb; rsync ? -d"),
            *rows(_E.READS, "ls; cat; du; stat; hash"),
            *rows(_E.LEAVES_MACHINE, "cp; mv; rsync"),
            *rows(_E.CHANGES_ACCESS, "acl *; iam *; defacl *"),
        ],
        "o",
    ),
    "bq": bq,
    "az": verbs(AZ, "n name g resource-group subscription o output query l location"),
    "vault": verbs(_vault(), "field format address namespace mount", long=True),
    **dict.fromkeys(
        listed(
            "heroku flyctl fly vercel netlify wrangler railway firebase supabase doctl eb sls serverless"
            " amplify render linode-cli hcloud scw ibmcloud oci cf eksctl kind minikube k3d argocd flux"
            " nomad consul vagrant packer velero kops"
        ),
        platform,
    ),
    **dict.fromkeys(
        listed("ansible ansible-playbook"),
        ansible,
    ),
    **dict.fromkeys(
        listed("salt puppet chef-client"),
        lambda call: does(_E.RUNS_CODE, call, *(host(word.shown) for word in call.args[:1])),
    ),
    **dict.fromkeys(
        listed("VBoxManage virsh multipass lxc incus"),
        verbs(
            [
                *rows(_E.DESTROYS_DATA, "delete; destroy; undefine; unregistervm; purge; vol-delete"),
                *rows(_E.READS, "list; info; dominfo"),
                *rows(_E.RUNS_CODE, "exec; shell"),
            ]
        ),
    ),
}
