"""Programs that bring a database from one shape to the next: migrations, and the tasks of web frameworks."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import Call, Code, Reader, Reading, joined
from sidecar.core.understand.shell.commands.verbs import rows, verbs

_E = Effect
_RAKE = verbs(
    [
        *rows(
            _E.DESTROYS_DATA,
            "db:drop*; db:reset*; db:purge*; db:truncate*; db:schema:load; db:migrate:reset"
            "; db:structure:load; migrate:fresh; migrate:reset; db:wipe; migrate:refresh; *:drop; *:purge"
            "; doctrine:database:drop; database:drop",
        ),
        *rows(_E.RUNS_CODE, "runner; r; tinker"),
        *rows(_E.DELETES, "destroy; d"),  # what a generator made
        *rows(_E.READS, "*"),
    ],
    "g grep c controller e environment",
)


def rails(call: Call) -> Reading:
    """`rails runner` and `artisan tinker` run text."""
    words = [word for word in call.args if not word.text.startswith("-")]
    texts = words[1:2] if words and words[0].text in {"runner", "r"} else []
    return joined(_RAKE(call), Reading(runs=tuple(Code(word, "ruby") for word in texts)))


_PRISMA = verbs(
    [
        *rows(_E.DESTROYS_DATA, "migrate reset; db push ? --force-reset --accept-data-loss; db execute"),
        *rows(_E.WRITES, "migrate *; db push; generate"),
        *rows(_E.READS, "validate; format; studio"),
    ]
)
_MIGRATE = verbs(
    [
        *rows(
            _E.DESTROYS_DATA,
            "downgrade; drop; down; reset; clean; dropAll; db:drop; db:migrate:undo:all; schema:drop"
            "; undo; drop-all; rollback",
        ),
        *rows(_E.READS, "current; history; heads; show; info; status; validate; check; version"),
        *rows(_E.WRITES, "upgrade; migrate; up; revision; stamp"),
    ],
    "c config n path database url x source d",
)


MIGRATIONS: dict[str, Reader] = {
    **dict.fromkeys(("rake", "rails", "artisan"), rails),
    "prisma": _PRISMA,
    **dict.fromkeys(
        listed(
            "alembic flyway liquibase sequelize sequelize-cli knex typeorm dbmate goose migrate drizzle-kit sqlx diesel"
        ),
        _MIGRATE,
    ),
}
