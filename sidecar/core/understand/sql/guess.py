"""Which dialects a text is likely in, and in how many ways its characters can be cut into words.

Strategy: signs that only one dialect has, counted. Most texts hold no character on which dialects differ, and are cut
once; where they differ (backslashes before quotes, comments that nest or do not, `#`, `--` without a space, brackets),
every manner is tried and each reading that differs is judged. The sum of the readings is the strictest one.
"""

import re
from collections.abc import Callable

from sidecar.core.understand.sql.lex import MOST_TOKENS, Lexed, lexed
from sidecar.core.understand.sql.token import MANNERS, Kind, Manner, Tokens

_LAST_FIRST = tuple(MANNERS.values())[::-1]  # so that of two that cut alike the earlier stays
ORDER = ("postgres", "mysql", "tsql", "clickhouse", "snowflake", "bigquery", "sqlite")
OTHER_NAMES = {"postgresql": "postgres", "pg": "postgres", "redshift": "postgres", "mariadb": "mysql", "mssql": "tsql",
               "sqlserver": "tsql", "sqlite3": "sqlite", "bq": "bigquery", "ch": "clickhouse"}  # fmt: skip
# Whether a text holds what a feature of a manner needs to make a difference.
_MATTERS: dict[str, Callable[[str], object]] = {
    "backslash": lambda text: "\\" in text,
    "double_texts": lambda text: "\\" in text and '"' in text,
    "hash_comments": lambda text: "#" in text,
    "slash_comments": lambda text: "//" in text,
    "dash_needs_space": re.compile(r"--\S").search,
    "executable_comments": re.compile(r"/\*M?!").search,
    "nested_comments": lambda text: text.count("/*") > 1,
    "brackets": lambda text: "[" in text or "#" in text,
    "dollars": re.compile(r"\$(?:[^\W\d]\w*+)?\$").search,
    "triple": re.compile(r"'''|\"{3}|(?i:\b[rb]{1,2}['\"])").search,
}

SIGNS: dict[str, str] = {
    "postgres": "ILIKE RETURNING JSONB TIMESTAMPTZ SERIAL BIGSERIAL PLPGSQL PG_SLEEP TO_CHAR REGCLASS BYTEA LATERAL",
    "mysql": "AUTO_INCREMENT STRAIGHT_JOIN OUTFILE DUMPFILE IFNULL GROUP_CONCAT UNIX_TIMESTAMP CURDATE DUPLICATE "
    "LOAD_FILE DATE_FORMAT IGNORE LOW_PRIORITY DATE_ADD DATE_SUB SQL_CALC_FOUND_ROWS",
    "tsql": "TOP GETDATE NVARCHAR ISNULL DATEADD DATEDIFF NOLOCK XP_CMDSHELL SP_EXECUTESQL OPENROWSET IDENTITY GO "
    "PRINT OPENQUERY DBO EXEC OUTPUT CROSSAPPLY SYSDATETIME LEN",
    "sqlite": "AUTOINCREMENT STRFTIME GLOB SQLITE_MASTER SQLITE_SCHEMA PRAGMA IFNULL JULIANDAY ROWID",
    "bigquery": "SAFE_CAST STRUCT _PARTITIONTIME _PARTITIONDATE _TABLE_SUFFIX FORMAT_DATE TIMESTAMP_SUB DATE_TRUNC "
    "EXPORT SAFE_DIVIDE INT64 FLOAT64 GENERATE_UUID",
    "snowflake": "QUALIFY VARIANT FLATTEN STAGE ACCOUNTADMIN IFF TRY_CAST PARSE_JSON COPY_HISTORY WAREHOUSE OVERWRITE",
    "clickhouse": "PREWHERE FORMAT SETTINGS MERGETREE UNIQEXACT TODATE TODATETIME ARRAYJOIN TOSTARTOFDAY COUNTIF "
    "TOSTRING FINAL QUANTILE SUMIF GROUPARRAY URL S3 REMOTE GLOBAL UNIQ TOYYYYMM DICTGET TODAY TOSTARTOFHOUR NUMBERS "
    "TOUINT64 ASOF TOINTERVALDAY TOSTARTOFINTERVAL HAS ARRAYMAP",
}
_SIGN_OF: dict[str, tuple[str, ...]] = {}
for _dialect, _signs in SIGNS.items():
    for _sign in _signs.split():
        _SIGN_OF[_sign] = (*_SIGN_OF.get(_sign, ()), _dialect)


def named(dialect: str | None) -> str | None:
    """The dialect that is meant, if we know it."""
    low = (dialect or "").strip().lower()
    low = OTHER_NAMES.get(low, low)
    return low if low in MANNERS else None


def likely(tokens: Tokens, text: str) -> tuple[str, ...]:
    """All dialects, the likeliest first."""
    points = dict.fromkeys(ORDER, 0)
    for token in tokens:
        if token.kind is Kind.WORD:
            points["tsql"] += token.word[0] == "#"
            for dialect in _SIGN_OF.get(token.word, ()):
                points[dialect] += 1
        elif token.kind is Kind.PLACE:
            points["tsql" if token.word[0] == "@" else "postgres"] += token.word[0] in "@$"
            points["snowflake"] += 2 * (token.word[0] == ":" and text[token.start - 1].isidentifier())  # a path: v:a.b
        elif token.kind is Kind.NAME:
            points[_quoted(text[token.start], token.word)] += 1
        elif token.is_mark("::"):
            points["postgres"] += 1
    return tuple(sorted(ORDER, key=lambda dialect: -points[dialect]))


def _quoted(mark: str, name: str) -> str:
    if mark == "`":
        return "bigquery" if "." in name or "-" in name else "mysql"
    return "tsql" if mark == "[" else "postgres"


def readings(text: str, dialect: str | None, most: int = MOST_TOKENS) -> tuple[list[Lexed], int]:
    """Every way to cut the text that differs from the others, those that close every quote first; and the tokens and
    comments that all of them hold. `TooMuch` if these are more than `most`."""
    several = [MANNERS[dialect]] if dialect else manners(text)
    left = most
    found: dict[tuple[int, ...], Lexed] = {}
    for manner in several:
        cut = lexed(text, manner, left)
        left -= cut.cost
        if len(several) == 1:
            return [cut], cut.cost
        found.setdefault(tuple(place for token in cut.tokens for place in (token.start, token.end)), cut)
    return sorted(found.values(), key=lambda cut: cut.open_ended), most - left


def manners(text: str) -> list[Manner]:
    """Those that may cut this text each in its own way: most texts hold nothing on which they differ."""
    matter = [feature for feature, matters in _MATTERS.items() if matters(text)]
    return list({tuple(getattr(manner, name) for name in matter): manner for manner in _LAST_FIRST}.values())
