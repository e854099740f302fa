"""How long to wait before the next try."""

FIRST = 5.0
LONGEST = 3600.0


def pause(tries: int, chance: float) -> float:
    """Twice as long each time, up to an hour. `chance` (0 to 1) spreads what failed together over half of it."""
    # 2**20 is beyond any limit here, and 2**5000 is no float.
    return min(LONGEST, FIRST * 2.0 ** min(tries - 1, 20)) * (0.75 + chance / 2)
