"""A ConfigMap of policies, looked at before it is stored.

Rules: every key that ends in .yaml becomes a file that data planes read, so all of them must compile together and pass
their own tests. What is wrong is named by key and line. Whatever could not be looked at in time is refused as well.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from sidecar.control.admission.review import Answer, Refusal, Review

KIND = "v1.ConfigMap"
# The API server shows what it is told; nobody reads more at once.
MOST_LINES = 40
Check = Callable[[Mapping[str, str]], Awaitable[Sequence[str]]]


async def looked_at(review: Review, check: Check) -> Answer:
    if review.kind != KIND or review.operation not in ("CREATE", "UPDATE"):
        raise Refusal(f"this hook looks at ConfigMaps that are stored, and was asked about {_what(review)}")
    files, binary = review.object.get("data") or {}, review.object.get("binaryData") or {}
    if not isinstance(files, dict) or not all(isinstance(text, str) for text in files.values()):
        raise Refusal("the ConfigMap's data is not text by key")
    strange = sorted(key for key in binary if key.endswith(".yaml"))
    if strange:
        raise Refusal(f"the policy {strange[0]} is under binaryData: write it as text under data")
    policies = {key: text for key, text in files.items() if key.endswith(".yaml")}
    if not policies:
        return Answer(True, warnings=("no key of this ConfigMap ends in .yaml: it holds no policy",))
    wrong = await check(policies)
    if wrong:
        more = [f"... and {len(wrong) - MOST_LINES} more"] if len(wrong) > MOST_LINES else []
        said = "\n".join([*wrong[:MOST_LINES], *more])
        return Answer(False, f"policies in {review.name} are not right:\n{said}", 422)
    ignored = sorted(key for key in files if not key.endswith(".yaml"))
    warnings = [f"not read as policies, as their names do not end in .yaml: {', '.join(ignored)}"] if ignored else []
    return Answer(True, warnings=warnings)


def _what(review: Review) -> str:
    return f"{review.operation} of {review.kind}"
