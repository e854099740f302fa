"""SET and PRAGMA: which settings open what the server guards.

Rules: most settings of a session only change how it works. One whose name says that it guards counts when it is
switched off, one that allows when it is switched on, and one that names code or powers always. A PRAGMA that is not in
the table of tame ones and sets something is unknown.
"""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.plain import plain
from sidecar.core.understand.sql.token import Kind, Tokens, vocabulary, words

_GUARDS = vocabulary(
    "SESSION_REPLICATION_ROLE ROW_SECURITY FOREIGN_KEY_CHECKS SQL_LOG_BIN SQL_SAFE_UPDATES _ORACLE_SCRIPT "
    "IGNORE_CHECKSUM_FAILURE ZERO_DAMAGED_PAGES IGNORE_SYSTEM_INDEXES LO_COMPAT_PRIVILEGES"
)
_GUARDING = re.compile(
    r"(?i)read_?only|(^|[._])(safe|enforce|secure|audit)|check(s|sum)?(\.enabled)?$|retentiondurationcheck"
)
_ALLOWING = re.compile(r"(?i)(^|[._])allow_|local_infile|trust_|unsafe|impersonat")
_LOADING = re.compile(r"(?i)librar|_command$|dynamic_library_path|plugin_dir|secure_file_priv|general_log_file")
_OFF = vocabulary("0 OFF FALSE NO DISABLED NONE")
_TAME_CHECKS = vocabulary("CHECK_FUNCTION_BODIES UNIQUE_CHECKS")

_OPENS = vocabulary("WRITABLE_SCHEMA TRUSTED_SCHEMA KEY REKEY HEXKEY HEXREKEY TEXTKEY")
_TAME_PRAGMAS = vocabulary(
    "FOREIGN_KEYS JOURNAL_MODE SYNCHRONOUS CACHE_SIZE TEMP_STORE MMAP_SIZE BUSY_TIMEOUT USER_VERSION ENCODING "
    "PAGE_SIZE AUTO_VACUUM CASE_SENSITIVE_LIKE RECURSIVE_TRIGGERS OPTIMIZE "
    "WAL_CHECKPOINT WAL_AUTOCHECKPOINT QUERY_ONLY "
    "LOCKING_MODE ANALYSIS_LIMIT DEFER_FOREIGN_KEYS APPLICATION_ID INCREMENTAL_VACUUM THREADS CACHE_SPILL "
    "REVERSE_UNORDERED_SELECTS SHRINK_MEMORY JOURNAL_SIZE_LIMIT MAX_PAGE_COUNT SOFT_HEAP_LIMIT HARD_HEAP_LIMIT "
    "SECURE_DELETE MEMORY_LIMIT ENABLE_PROGRESS_BAR LEGACY_ALTER_TABLE CELL_SIZE_CHECK FULLFSYNC "
    "CHECKPOINT_FULLFSYNC EXPLAIN_OUTPUT PERFECT_HT_THRESHOLD COUNT_CHANGES SHORT_COLUMN_NAMES FULL_COLUMN_NAMES"
)


def set_(tokens: Tokens, found: Found) -> None:
    """SET of a setting, of a variable, of a role."""
    names = [token.word.upper() for token in tokens[1:4] if token.kind in {Kind.WORD, Kind.NAME, Kind.PLACE}]
    if any(name.strip("@") in _GUARDS for name in names) or _opens(tokens):
        found.add(Effect.CHANGES_ACCESS, "switches a guard off")
    elif "SESSION_AUTHORIZATION" in names or (names[:1] == ["ROLE"] and tokens[1].kind is Kind.NAME):
        found.add(Effect.ESCALATES, "takes another role")
    elif any(
        token.word.lower().startswith(("@@global", "@@persist")) or token.is_word("GLOBAL", "PERSIST")
        for token in tokens[1:]
        if token.kind in {Kind.PLACE, Kind.WORD}
    ):
        found.add(Effect.CHANGES_ACCESS, "changes the whole server")
    elif words(tokens, 2) == ("SET", "ROLE") and len(tokens) > 2 and tokens[2].is_mark("="):
        found.add(Effect.ESCALATES, "takes another role")
    else:
        plain(tokens, found)


def _opens(tokens: Tokens) -> bool:
    """`SET readonly = 0`, `SET spark.x.check.enabled = false`, `SET a = 1, allow_b = 1`."""
    if any(token.kind is Kind.PLACE and not token.word.startswith("@@") for token in tokens[1:2]):
        return False  # a variable of one's own
    return any(_opened(name, value) for name, value in _assigned(tokens[1:]))


def _assigned(tokens: Tokens) -> list[tuple[str, str]]:
    found, name = [], ""
    for index, token in enumerate(tokens[:-1]):
        if token.is_mark("=") or token.is_word("TO"):
            found.append((name, tokens[index + 1].word.upper()))
        elif token.is_mark(","):
            name = ""
        elif token.kind in {Kind.WORD, Kind.NAME, Kind.PLACE} or token.is_mark("."):
            joined = token.is_mark(".") or name.endswith(".")
            name = name + token.word if joined else token.word
    return found


def _opened(name: str, value: str) -> bool:
    if _LOADING.search(name):
        return True
    if _GUARDING.search(name) and name.upper() not in _TAME_CHECKS and value in _OFF:
        return True
    return _ALLOWING.search(name) is not None and value not in _OFF


def pragma(tokens: Tokens, found: Found) -> None:
    sets = any(token.is_mark("=") for token in tokens)
    found.add(Effect.WRITES if sets else Effect.READS, "PRAGMA")
    names = [token.word.upper() for token in tokens[1:4] if token.kind in {Kind.WORD, Kind.NAME}]
    if _OPENS.intersection(names) and len(tokens) > 2:
        found.add(Effect.CHANGES_ACCESS, "opens what the library guards")
    elif sets and not _TAME_PRAGMAS.intersection(names):
        found.compute(f"PRAGMA {' '.join(names)[:40]}: nobody described it")
    if "JOURNAL_MODE" in names and tokens[-1].is_word("OFF"):
        found.add(Effect.DESTROYS_DATA, "without a journal a write that fails leaves the file broken")
