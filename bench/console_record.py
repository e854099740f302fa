# ruff: noqa: E501  (SQL that makes JSON reads worse in pieces)
"""A record as large as a busy company's, made by the database itself: what the console's pages are measured over.

Strategy: every value follows from the number of its exchange through a hash, so that two fills are the same; the times
are denser by day than by night. The events come in as any event does, through the views that shape them.
"""

from clickhouse_connect.driver.client import Client

STEP = 100_000  # exchanges in one insert: more, and a small machine runs out of memory
DAYS = 30
CALLS_OF_A_SESSION = 12
# In all of these `n` is the number of an exchange and `h` a hash of it.
SUBJECT = "concat(['ada','grace','alan','olga','linus','radia','ken','barbara','edsger','margaret'][1 + s % 10], if(s % 7 = 0, '', concat('.', toString(s % 6))))"
GROUP = "['engineering','sales','research','support','finance'][1 + s % 5]"
MODEL = "['claude-sonnet-4-5','claude-opus-4-1','claude-haiku-4-5'][1 + s % 3]"
CONNECTION = "if(intDiv(h, 7000) % 100 < 88, 'claude', ['tickets','wiki'][1 + h % 2])"
# One in a hundred thousand is something else each: allow 76 %, mask 19 %, deny 4 %, hold 1 %.
VERDICT = "multiIf(h % 100 < 76, 'allow', h % 100 < 95, 'mask', h % 100 < 99, 'deny', 'hold')"
RULE = "multiIf(h % 100 < 76, '', h % 100 < 95, ['secrets','emails','cards'][1 + h % 3], h % 100 < 99, ['no-zephyr','contractors'][1 + h % 2], 'destructive')"
DETECTOR = "['secret/github','secret/aws-key','pii/email','pii/iban','pii/card','secret/jwt','pii/phone'][1 + intDiv(h, 100) % 7]"
FINDING = f"""concat('{{"rule":"', {RULE}, '","detector":"', {DETECTOR}, '","place":"prompt","path":"messages[0].content",',
    '"action":"mask","how":"token","placeholder":"[KEPT_', substring(hex(h), 1, 8), ']","shadow":false}}')"""
NEAR = f"""concat('{{"rule":"', ['costly','late-night'][1 + h % 2], '","detector":"', {DETECTOR},
    '","place":"prompt","path":"messages[1].content","action":"deny","how":"","placeholder":"","shadow":true}}')"""
FINDINGS = f"arrayStringConcat(arrayFilter(f -> f != '', [if({VERDICT} = 'mask', {FINDING}, ''), if(h % 29 = 0, {NEAR}, '')]), ',')"
DECIDED = f"""concat('{{"fact":{{"exchange":"', x, '","caller":{{"subject":"', {SUBJECT}, '","provider":"company",',
    '"groups":["', {GROUP}, '"],"claimed_agent":"claude-code"}},"session":"', lower(hex(SHA256(toString(s)))),
    '","connection":"', {CONNECTION}, '","endpoint":"messages","method":"POST","path":"/v1/messages","model":"', {MODEL},
    '","policy":"', if(n % 1000000 < 600000, '1f0e', '9ab3'), '","policy_name":"engineering","verdict":"', {VERDICT},
    '","rule":"', {RULE}, '","refused_with":', if({VERDICT} = 'deny', '400', 'null'), ',"findings":[', {FINDINGS},
    '],"findings_left_out":0,"shadow":[],"scanned":{{"extent":"whole","why":[]}},"bytes_in":43000,"request":null}}}}')"""
ANSWERED = f"""concat('{{"fact":{{"exchange":"', x, '","status":200,"stop_reason":"end_turn","verdict":"allow",',
    '"findings":[],"findings_left_out":0,"scanned":{{"extent":"whole","why":[]}},"complete":true,"usage":{{',
    '"input_tokens":', toString(800 + h % 4000), ',"output_tokens":', toString(100 + h % 1900),
    ',"cache_read_input_tokens":', toString(h % 30000), ',"cache_creation_input_tokens":300}},"latency":{{',
    '"receiving_ms":1.2,"gate_ms":', toString(2 + pow(h % 1000 / 1000, 6) * 60), ',"first_byte_ms":',
    toString(300 + h % 500), ',"upstream_ms":', toString(900 + pow(h % 997 / 997, 3) * 20000), ',"held_ms":3,',
    '"human_ms":', if({VERDICT} = 'hold', toString(4000 + h % 240000), '0'), '}},"answer":null}}}}')"""
ASKED = """concat('{"fact":{"approval":"', x, '.1","exchange":"', x, '","tool":"Bash","rule":"destructive","approvers":["sre"]}}')"""
SETTLED = """concat('{"fact":{"approval":"', x, '.1","exchange":"', x, '","decision":"',
    ['approved','approved','approved','denied','expired'][1 + intDiv(h, 100) % 5], '","who":"grace","rationale":"looked at"}}')"""
# kind -> its body, its place among the four of an exchange, for which exchanges, how many milliseconds later.
KINDS = (
    ("decided", DECIDED, 1, "1", "0"),
    ("approval_asked", ASKED, 2, f"{VERDICT} = 'hold'", "1"),
    ("approval_decided", SETTLED, 3, f"{VERDICT} = 'hold'", "4000 + h % 240000"),
    ("answered", ANSWERED, 4, f"{VERDICT} != 'deny'", "1000 + h % 9000"),
)


def fill(client: Client, exchanges: int, until: str) -> int:
    """How many events. `until`: the end of the time that they fill, as ClickHouse reads it."""
    day = 86_400_000
    share = f"n / {exchanges} * {DAYS * day}"
    begun = f"toDateTime64('{until}', 6, 'UTC') - toIntervalDay({DAYS})"
    # Density from a quarter to one and three quarters of the mean, highest in the early afternoon.
    at = f"{begun} + toIntervalMillisecond(toInt64({share} + {0.12 * day} * sin(2 * pi() * ({share}) / {day})))"
    for first in range(0, exchanges, STEP):
        count = min(STEP, exchanges - first)
        for kind, body, offset, which, later in KINDS:
            client.command(
                "INSERT INTO events (chain, seq, at, kind, previous, hash, body) "  # noqa: S608
                f"SELECT 'gc_1', n * 4 + {offset}, {at} + toIntervalMillisecond({later}), '{kind}', repeat('a', 32), "
                f"repeat('b', 32), {body} FROM (SELECT toUInt64(number) AS n, intDiv(n, {CALLS_OF_A_SESSION}) AS s, "
                "cityHash64(n) AS h, concat('gx_', substring(lower(hex(SHA256(concat('x', toString(n))))), 1, 20)) AS x "
                f"FROM numbers({first}, {count})) WHERE {which}"
            )
    return int(client.query("SELECT count() FROM events").result_rows[0][0])
