import pytest

from sidecar.control.tokens.ci import Ci
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.core.model.claims import Mapped
from sidecar.settings.tokens import Source, SourceKind
from tests.unit.control.tokens.rig import NOW, Clock, KnownKeys, Signer, claims

SIGNER = Signer("gh", "RS256")
GITHUB = Source(
    "github", SourceKind.GITHUB, "https://token.actions.githubusercontent.com", ("gatehouse",), "sub",
    mapped=(
        Mapped({"repository": "acme/*", "ref": "refs/heads/main", "event_name": "push"}, ("deploy",)),
        Mapped({"repository_owner": "acme"}, ("ci",)),
        Mapped({"ref": "refs/heads/main"}, ("anyone",)),
    ),
)  # fmt: skip
GITLAB = Source(
    "gitlab", SourceKind.GITLAB, "https://gitlab.com", ("gatehouse",), "sub",
    mapped=(Mapped({"project_path": "acme/*", "ref_protected": "true"}, ("ci",)),),
)  # fmt: skip


def job(**changed: object) -> dict[str, object]:
    usual = {
        "iss": GITHUB.issuer, "sub": "repo:acme/app:ref:refs/heads/main", "repository": "acme/app", "jti": "j-1",
        "repository_owner": "acme", "ref": "refs/heads/main", "event_name": "push", "run_id": "1", "groups": ["sre"],
    }  # fmt: skip
    return claims(**{**usual, **changed})


def gitlab_job(**changed: object) -> dict[str, object]:
    usual = {"iss": GITLAB.issuer, "sub": "project_path:acme/app:ref_type:branch:ref:main", "ref_protected": "true"}
    return claims(**{**usual, "project_path": "acme/app", **changed})


@pytest.mark.parametrize(
    ("source", "said", "groups", "note"),
    [
        (GITHUB, job(), ("deploy", "ci"), "a push to main; the token's own groups are nobody's"),
        (GITHUB, job(ref="refs/heads/x"), ("ci",), "another branch"),
        (GITHUB, job(event_name="pull_request"), ("ci",), "a pull request"),
        (GITLAB, gitlab_job(), ("ci",), "GitLab"),
        (GITLAB, gitlab_job(ref_protected=True), ("ci",), "GitLab, as a yes"),
    ],
)
async def test_jobs(source: Source, said: dict[str, object], groups: tuple[str, ...], note: str) -> None:
    proven = await Ci(source, KnownKeys(SIGNER), Clock()).prove(SIGNER.sign(said))
    assert (proven.groups, proven.subject) == (groups, said["sub"]), note


@pytest.mark.parametrize(
    ("source", "said", "note"),
    [
        (GITHUB, job(repository="evil/app", repository_owner="evil"), "somebody else's repository, on main"),
        (GITHUB, job(repository="evil/acme/app", repository_owner="evil"), "a name with ours in it"),
        (GITHUB, job(aud="https://github.com/acme"), "the standard audience, which any service may ask for"),
        (GITHUB, job(exp=NOW - 300), "expired"),
        (GITLAB, gitlab_job(project_path="evil/app"), "another group"),
        (GITLAB, gitlab_job(ref_protected="false"), "a branch that anyone may push to"),
    ],
)
async def test_jobs_of_others(source: Source, said: dict[str, object], note: str) -> None:
    with pytest.raises(TokenRefused):
        await Ci(source, KnownKeys(SIGNER), Clock()).prove(SIGNER.sign(said))
