"""A pod speaks for itself: its own token goes into a header of ours, before anything asks who is calling.

Strategy: Envoy reads the token's file whenever the cluster renews it, notes it for the request, and writes it into the
header. A key that only stands in for one, because the agent's program insists on having some, is taken out where it
stands, and only if it is exactly that: whatever else an agent sends is judged as a token.

Rules:
- The header never comes from a client (`listener` drops it), and never goes on: `jwt_authn` takes it out.
- The listener is on loopback (the settings see to it): whoever reaches it is in this pod.
"""

from sidecar.extproc.bootstrap.envoy import (
    action,
    core,
    file_content,
    filter_state,
    hcm,
    header_mutation,
    matcher,
    matching,
    rules,
    set_filter_state,
    xds,
    xds_core,
)
from sidecar.extproc.bootstrap.pack import http_filter, inline, packed
from sidecar.extproc.bootstrap.spec import WorkloadSpec
from sidecar.extproc.heads import WORKLOAD

NOTED = "gatehouse.workload"


def workload_filters(spec: WorkloadSpec | None) -> list[hcm.HttpFilter]:
    """What comes before `jwt_authn` in a pod; nothing elsewhere."""
    if spec is None:
        return []
    return [
        _without_stand_in("authorization", f"Bearer {spec.stand_in}"),
        _without_stand_in("x-api-key", spec.stand_in),
        http_filter("set_filter_state", _noted(spec)),
        http_filter("header_mutation", _spoken()),
    ]


def _without_stand_in(header: str, value: str) -> hcm.HttpFilter:
    """The filter that takes the header out, skipped for every request whose header is something else."""
    taken = rules.HeaderMutation(remove=header)
    other = xds.MatcherMatcherListFieldMatcher(
        predicate=xds.MatcherMatcherListPredicate(
            not_matcher=xds.MatcherMatcherListPredicate(
                single_predicate=xds.MatcherMatcherListPredicateSinglePredicate(
                    input=xds_core.TypedExtensionConfig(
                        name="header", typed_config=packed(matcher.HttpRequestHeaderMatchInput(header_name=header))
                    ),
                    value_match=xds.StringMatcher(exact=value),
                )
            )
        ),
        on_match=xds.MatcherOnMatch(
            action=xds_core.TypedExtensionConfig(name="skip", typed_config=packed(action.SkipFilter()))
        ),
    )
    return http_filter(
        f"stand_in.{header}",
        matching.ExtensionWithMatcher(
            extension_config=core.TypedExtensionConfig(
                name="envoy.filters.http.header_mutation",
                typed_config=packed(
                    header_mutation.HeaderMutation(mutations=header_mutation.Mutations(request_mutations=[taken]))
                ),
            ),
            xds_matcher=xds.Matcher(matcher_list=xds.MatcherMatcherList(matchers=[other])),
        ),
    )


def _noted(spec: WorkloadSpec) -> set_filter_state.Config:
    # The cluster renews a token by swapping the link that its folder goes through.
    text = inline(f"%FILE_CONTENT({spec.token}:{spec.token.parent})%")
    reads = core.TypedExtensionConfig(
        name="envoy.formatter.file_content", typed_config=packed(file_content.FileContent())
    )
    noted = filter_state.FilterStateValue(
        object_key=NOTED,
        factory_key="envoy.string",
        format_string=core.SubstitutionFormatString(text_format_source=text, formatters=[reads]),
    )
    return set_filter_state.Config(on_request_headers=[noted])


def _spoken() -> header_mutation.HeaderMutation:
    written = core.HeaderValueOption(
        header=core.HeaderValue(key=WORKLOAD, value=f"%FILTER_STATE({NOTED}:PLAIN)%"),
        append_action=core.HeaderValueOptionHeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
    )
    return header_mutation.HeaderMutation(
        mutations=header_mutation.Mutations(request_mutations=[rules.HeaderMutation(append=written)])
    )
