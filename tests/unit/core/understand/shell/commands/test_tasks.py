"""Tasks of a project."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.read import shell


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ("make destroy", True),
        ("make -n destroy", False),
        ("make clean", False),
        ("mix ecto.drop", True),
        ("mvn flyway:clean", True),
        ("mvn clean package", False),
        ("dotnet ef database drop --force", True),
        ("bazel clean --expunge", False),
        ("npm run db:reset", True),
        ("yarn workspace api db:wipe", True),
        ("npm run build", False),
        ("npm test -- -t delete", False),
        ("php artisan migrate:fresh", True),
        ("npx @acme/cli@2 projects delete x", True),
        ("npx sequelize-cli db:drop", True),
        ("npx create-app x", False),
        ("./manage.sh db:drop", True),
        ("printf 'x:\\n\\trm -rf /srv\\n' > Makefile; make x", True),
        ("printf 'x:\\n\\techo rm\\n' > Makefile; make x", False),
        ('echo \'{"scripts": {"x": "rm -rf /srv"}}\' > package.json; npm run x', True),
    ],
)
def test_a_name_that_says_that_it_takes_away(line: str, lost: bool) -> None:
    assert (Effect.DESTROYS_DATA in shell(line).effects) is lost
