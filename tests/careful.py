"""What a careful policy stops: effects that cannot be taken back, and what nobody can tell. Labelled calls go by it."""

from sidecar.core.model.effect import Effect

STOPPED = frozenset(
    {
        Effect.DESTROYS_DATA,
        Effect.ESCALATES,
        Effect.READS_SECRET,
        Effect.LEAVES_MACHINE,
        Effect.CHANGES_ACCESS,
        Effect.SPENDS,
        Effect.UNKNOWN,
    }
)
HARMLESS_STOPPED_AT_MOST = 0.02
