"""Copies of callers' tokens for the data plane, where a connection exchanges them; nothing elsewhere.

Rule: this comes before `jwt_authn`, which takes out what it verified, and after what puts a pod's own token there. What
a client sends under these names is taken out first.
"""

from sidecar.extproc.bootstrap.envoy import core, hcm, header_mutation, rules
from sidecar.extproc.bootstrap.pack import http_filter
from sidecar.extproc.own_token import COPIES


def own_token_filters(wanted: bool) -> list[hcm.HttpFilter]:
    if not wanted:
        return []
    cleared = [rules.HeaderMutation(remove=copy) for copy in COPIES.values()]
    copied = [rules.HeaderMutation(append=_copied(header, copy)) for header, copy in COPIES.items()]
    both = header_mutation.Mutations(request_mutations=[*cleared, *copied])
    written = header_mutation.HeaderMutation(mutations=both)
    return [http_filter("header_mutation", written)]


def _copied(header: str, copy: str) -> core.HeaderValueOption:
    return core.HeaderValueOption(
        header=core.HeaderValue(key=copy, value=f"%REQ({header})%"),
        append_action=core.HeaderValueOptionHeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
    )
