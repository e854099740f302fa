"""What a million tokens of a model cost, as the configuration says."""

from collections.abc import Mapping, Sequence

from sidecar.record.view.ledger import Ledger

PRICES = """
SELECT model, arrayFirst(p -> model LIKE p.1, (
    SELECT groupArray((pattern, input, output, cache_read, cache_write))
    FROM (SELECT * FROM prices FINAL WHERE version = (SELECT max(version) FROM prices) ORDER BY place)
)) AS price, price.2, price.3, price.4, price.5
FROM (SELECT arrayJoin({models:Array(String)}) AS model)
"""


def prices(ledger: Ledger, models: Sequence[str]) -> Mapping[str, tuple[float, float, float, float]]:
    """Input, output, read from the cache, written to it; 0 for a model that nobody priced."""
    if not models:
        return {}
    return {row[0]: (row[2], row[3], row[4], row[5]) for row in ledger.rows(PRICES, {"models": list(models)})}
