"""Other programs that keep versions: Mercurial, Subversion, Perforce, Jujutsu."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Reader
from sidecar.core.understand.shell.commands.verbs import rows, verbs

_LOOKS = rows(
    Effect.READS,
    "status; st; log; diff; show; annotate; blame; cat; info; list; ls; branches; tags; heads; files; opened; describe"
    "; changes; where; filelog; summary; evolog; op log; bookmarks; paths; incoming; outgoing; fetch; pull; sync",
)
_HG = verbs(
    [
        *rows(
            Effect.DESTROYS_DATA,
            "strip; debugstrip; purge; rollback; histedit; update ? -C --clean; up ? -C --clean; revert ? -a --all"
            "; push ? -f --force; convert; censor; prune; clean; phase ? -f --force",
        ),
        *_LOOKS,
    ],
    "config cwd R repository r rev m message u user",
)
_SVN = verbs(
    [
        *rows(Effect.DESTROYS_DATA, "delete; del; remove; rm; revert ? -R --recursive; cleanup ? --remove-unversioned"),
        *_LOOKS,
    ],
    "m message r revision username password",
)
_P4 = verbs(
    [
        *rows(Effect.DESTROYS_DATA, "obliterate; delete; clean; revert; sync ? -f; shelve ? -d; client ? -d; unload"),
        *rows(Effect.CHANGES_ACCESS, "protect; passwd; user; group; login"),
        *_LOOKS,
    ],
    "p u c P H d",
)
_JJ = verbs(
    [*rows(Effect.DESTROYS_DATA, "abandon; op abandon; util gc; bookmark delete; git push ? --deleted --all"), *_LOOKS],
    "R repository r m message b",
)

VERSIONS: dict[str, Reader] = {"hg": _HG, "svn": _SVN, "p4": _P4, "jj": _JJ}
