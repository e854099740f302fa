"""Tokens of CI jobs: GitHub Actions and GitLab.

Strategy: they are OpenID tokens whose claims describe the job; which job may come in, and as what, the lines under
`map` say.

Rules:
- Anyone in the world can run a job on these services and get a token for our audience. So a job that no line speaks of
  is refused, and a line that does not say whose repository it is does not count.
- A job started for somebody's pull request runs his code: `pull_request_target` and its like are the repository's
  business, but a fork's own workflow is never the repository itself (`repository` names the fork).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sidecar.control.tokens import mapping
from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.signed import Expected, Keys, check, moment, verified
from sidecar.settings.tokens import Source, SourceKind

# Kind -> claims of which a line must name at least one: they say who owns the job.
OWNERS: Mapping[SourceKind, frozenset[str]] = {
    SourceKind.GITHUB: frozenset({"sub", "repository", "repository_id", "repository_owner", "repository_owner_id"}),
    SourceKind.GITLAB: frozenset({"sub", "project_path", "project_id", "namespace_path", "namespace_id"}),
}


class Ci:
    """Proofs of one CI service."""

    def __init__(self, source: Source, keys: Keys, now: Callable[[], float]) -> None:
        owners = OWNERS[source.kind]
        self.source = replace(source, mapped=tuple(line for line in source.mapped if owners & line.where.keys()))
        self._keys = keys
        self._now = now
        self.issuers: tuple[str, ...] = (source.issuer,)

    async def prove(self, token: str) -> Proven:
        claims = await verified(token, self.source.name, self._keys)
        check(claims, Expected(self.source.name, self.issuers, self.source.audiences), self._now())
        jti = claims.get("jti")
        return Proven(
            source=self.source.name,
            subject=mapping.subject(self.source, claims),
            groups=mapping.groups(self.source, claims, must_fit=True),
            expires=moment(claims, "exp") or 0.0,
            issued=moment(claims, "iat"),
            token=jti if isinstance(jti, str) else None,
        )
