"""The name of a tool: which verbs stand in it.

Rules: the first word says whether it only looks; a removal counts anywhere.
"""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand.listed import listed

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_VERBS: tuple[tuple[Effect, frozenset[str]], ...] = tuple(
    (effect, frozenset(words.split()))
    for effect, words in (
        (
            Effect.DESTROYS_DATA,
            "delete remove drop destroy purge truncate wipe clear erase terminate revoke uninstall reset prune kill"
            " format overwrite unlink drain evict decommission",
        ),
        (
            Effect.CHANGES_ACCESS,
            "grant permission permissions role password acl policy share invite token authorize collaborator"
            " collaborators protection ruleset visibility membership firewall unlock impersonate sudo elevate mfa sso",
        ),
        (Effect.LEAVES_MACHINE, "send email mail publish share tweet notify forward invite transfer upload reply post"),
        (Effect.SPENDS, "pay purchase buy charge order subscribe refund payout payouts withdraw wire donate"),
        (Effect.RUNS_CODE, "run execute exec eval deploy trigger invoke start apply install build test compile"),
        (
            Effect.WRITES,
            "create add update write edit set put insert upsert save append comment move rename copy assign close merge"
            " push replace upload_to patch rebase cherry pick complete finish mark schedule archive duplicate"
            " generate render draft"
            " make open type click fill press select hover drag commit stage checkout branch label",
        ),
        (
            Effect.READS,
            "get list read search find show describe view query fetch lookup count check status info explain browse"
            " download diff log logs tail preview resolve snapshot screenshot wait aggregate validate"
            " lint verify compare think sequentialthinking extract scrape crawl console scan peek"
            " inspect calculate convert translate summarize analyze forecast directions geocode transcribe",
        ),
    )
)
_SECRETS = frozenset(listed("secret secrets credential credentials password passwords vault kubeconfig keyvault"))
_CHANGES = frozenset(listed("create add update set put write rotate replace upsert"))
_SHOWS = frozenset(listed("get read show fetch reveal decrypt retrieve export dump access view"))


def verbs_of(tool: str) -> tuple[Effect, ...]:
    """What the words of the name do. `get_order` looks, whatever `order` may mean; but a removal counts anywhere."""
    words = words_of(tool.rpartition("__")[2])
    found = tuple(effect for effect, verbs in _VERBS if verbs & set(words))
    if "draft" in words:  # it waits to be sent
        found = tuple(effect for effect in found if effect is not Effect.LEAVES_MACHINE)
    if words and words[0] in _VERBS[-1][1]:
        return tuple(effect for effect in found if effect in {Effect.READS, Effect.DESTROYS_DATA})
    return tuple(effect for effect in found if effect is not Effect.READS) or found


def revealed(tool: str) -> tuple[Effect, ...]:
    """`get_secret_value`; a list of names shows no value."""
    words = words_of(tool.rpartition("__")[2])
    if not _SECRETS & set(words):
        return ()
    if _SHOWS & set(words):
        return (Effect.READS_SECRET,)
    return (Effect.CHANGES_ACCESS,) if words[0] in _CHANGES else ()


def words_of(name: str) -> list[str]:
    """`deleteUser`, `k8s_delete`: split at capitals and figures, and at the lines alone."""
    found = [word.lower() for word in _WORD.findall(name)]
    return [*found, *(part for part in name.lower().split("_") if part and part not in found)]
