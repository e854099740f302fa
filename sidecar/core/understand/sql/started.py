"""The programs that a text of SQL starts, in words: `COPY … TO PROGRAM 'gzip'`, psql's `\\!`, sqlite3's `.shell`. The
reader of shells reads them.

Rule: what a function runs (`xp_cmdshell`) is no such program: its argument may be computed.
"""

from sidecar.core.model.effect import Effect, Object, Thing, Understood

ON_SERVER = "starts a program on the server"
ON_CLIENT = "starts a program on the client"


def command(text: str) -> tuple[Object, ...]:
    """The object of a deed that starts a program."""
    bare = text.strip()
    return (Object(Thing.COMMAND, bare),) if bare else ()


def programs(understood: Understood) -> tuple[str, ...]:
    """Each once, in order."""
    deeds = [deed for deed in understood.deeds if deed.why.endswith((ON_SERVER, ON_CLIENT))]
    return tuple(dict.fromkeys(thing.name for deed in deeds for thing in deed.objects if thing.kind is Thing.COMMAND))


def only_on_client(understood: Understood) -> bool:
    """Everything that runs code is a program whose words stand here, started where the client runs."""
    runs = [deed for deed in understood.deeds if deed.effect is Effect.RUNS_CODE]
    return all(deed.why.endswith(ON_CLIENT) and deed.objects for deed in runs)
