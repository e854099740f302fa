"""Code that is searched, not parsed: the calls that start a shell, remove, or send, in the usual languages.

Rules:
- Shells of another grammar can do everything and are not read: unknown. PowerShell that only looks is.
- A removal whose path is computed, or a pattern, takes away what nobody counted.
"""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand import power_shell
from sidecar.core.understand.found import Collected, Found
from sidecar.core.understand.listed import listed

OTHER_SHELLS = frozenset(listed("cmd batch applescript osascript"))
_BACKTICKS = frozenset(listed("perl ruby php"))
_QUOTED = r"""(?P<q>["'`])(?P<text>(?:\\.|(?!(?P=q)).){0,4000})(?P=q)"""
_STARTS = (
    r"(?:system|execFileSync|execFile|execSync|exec|spawnSync|spawn|popen|popen2|popen3|capture2e?|capture3|shell_exec"
    r"|passthru|proc_open|execute|sh|bat|getoutput|do\ shell\ script|shell-command|shell-command-to-string)"
)
_CALLS = re.compile(rf"\b{_STARTS}\s*\(?\s*\[?\s*{_QUOTED}(?P<more>(?:\s*,\s*\[?\s*[\"'][^\"']*[\"'])*)", re.DOTALL)
_LIST_ITEM = re.compile(r"[\"']([^\"']*)[\"']")
_COMPUTED = re.compile(
    r"\b(?:system|execSync|exec|spawnSync|popen|shell_exec|passthru|os\.execute|Invoke-Expression|iex|eval)"
    r"\s*\(\s*[A-Za-z_$@]|\(\s*eval\s*\)|\bnew Function\(|\bvm\.run\w*\("
)
_RUN_HERE = re.compile(r"`([^`]+)`|(?:\bqx|%x)\s*(?:\(([^)]+)\)|\{([^}]+)\}|\[([^\]]+)\]|/([^/]+)/|([|!])(.+?)\6)")
_LITERALS = re.compile(_QUOTED, re.DOTALL)
_REMOVER = (
    r"(?:rmSync|rmdirSync|rimraf|unlinkSync|unlink|rm_rf|rm_r|remove_entry_secure|rmtree|remove_tree|Remove-Item"
    r"|File\.delete|(?:fs\w*|promises)\.rm(?:dir)?|(?<=await )rm|FileUtils\.rm\w*|removeSync|emptyDirSync"
    r"|os\.RemoveAll|file\.remove|remove_dir_all|remove_file|remove_dir|removeDir|removeFile|deleteRecursively"
    r"|deleteDirectory|Directory\.Delete|File\.Delete|Files\.delete\w*|FileUtils\.delete\w*|deleteSync|os\.[rR]emove"
    r"|fs\.unlink)"
)
_REMOVES = re.compile(rf"\b{_REMOVER}\s*\(?\s*(?:-Recurse\s*|-Force\s*)*{_QUOTED}", re.DOTALL)
# Languages whose own function is called `rm`.
_PLAIN_RM = frozenset(listed("julia nu"))
_RM = re.compile(rf"\brm\(\s*{_QUOTED}", re.DOTALL)
_REMOVES_COMPUTED = re.compile(
    rf"\b{_REMOVER}\s*(?:\(\s*)?(?:[A-Za-z_$@<]|[\"'][^\"']*[\"']\s*[+.]\s*\w)|map\(\s*[\"']unlink"
    r"|\bunlink\s*(?:$|[;})]|(?:if|unless|for|or)\b)"
)
_TREE = re.compile(
    r"recursive|Recursively|Directory\.Delete|remove_dir_all|removeDir|deleteDirectory|rm_r|rmtree|remove_tree|rimraf|RemoveAll|emptyDir"
    r"|remove_entry_secure"
)
_SENDS = re.compile(
    r"method\s*:\s*[\"'](POST|PUT|PATCH)[\"']|\.(post|put|patch)\(\s*[\"'`]https?:|Net::HTTP\.post|net\.connect"
    r"|IO::Socket|TCPSocket|fsockopen|curl_exec|XMLHttpRequest|https?\.request|fetch\([^)]*[+$]"
)
_ENVIRONMENT = re.compile(
    r"JSON\.stringify\(process\.env\)|console\.(?:log|dir)\(process\.env\)|%ENV|ENV\.(?:to_h|inspect|each)"
    r"|(?:puts|pp?) ENV\b"
    r"|getenv\(\)|print_r\(\$_ENV|(?:console\.log|print|puts|echo)\b[^;\n]*"
    r"(?:ENV|env)[.\[{\"']+\w*(?:SECRET|TOKEN|PASS|KEY|CREDENTIAL)"
)


_ROWS = re.compile(
    r"\.(delete_all|destroy_all|drop_all|dropDatabase|truncate_all)\b|objects\.all\(\)\.(_raw_)?delete\(|\.deleteMany\("
    r"|\.(objects\.filter|query|filter|filter_by|where|all)\([^)]*\)\.delete\(|__table__\.drop\(|metadata\.drop_all"
    r"|\.deleteRecursively\(|\bdeleteDirectory\(|\b(Delete|Terminate|Destroy|Drop|Purge)[A-Z]\w*(Command|Request)\b"
)
# Methods that say in their names that they take away what a server keeps; `map.delete(x)` is not one.
_METHOD = re.compile(r"\.([A-Za-z_]\w*)\s*\(")
_DESTROYING = frozenset(listed("drop truncate destroy terminate purge flushall flushdb prune wipe obliterate erase"))
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_KEPT = frozenset(listed("drop dropna drop_duplicates dropDuplicates dropWhile dropRight"))  # of frames
_OF_THINGS = re.compile(r"(?:delete|remove|Delete|Remove)(?:_[a-z]|[A-Z])\w*")
_OF_VALUES = re.compile(
    r"(?i)(delete|remove)_?(item|child|attribute|class|event_?listener|listener|element|key|prefix"
    r"|suffix|at|duplicates?|nulls?|node|row|column|property|field|cookie|handler|all_?listeners|first|last|entry)s?"
)
_CLIENT = re.compile(
    r"(?i)\b(aws|boto|azure|google|gcloud|s3|ec2|mongo|redis|mysql|postgres|pg|prisma|knex|sequelize|typeorm|supabase|sql"
    r"|elastic|kafka|docker|kube|k8s|stripe|octokit|github|firebase|firestore|dynamo|cassandra|neo4j|terraform|heroku"
    r"|vercel|cloudflare|db|database|client)"
)


def in_other(text: str, language: str) -> Found:
    collected = Collected()
    if language in _PLAIN_RM:
        for found in _RM.finditer(text):
            collected.calls.append(("rm", "-rf" if _TREE.search(text) else "-f", found["text"]))
    if language in power_shell.NAMES:
        power_shell.in_power_shell(text, collected)
    if language in OTHER_SHELLS:
        collected.unread.append(f"{language} is not read")
    for found in _CALLS.finditer(text):
        words = [found["text"], *_LIST_ITEM.findall(found["more"])]
        collected.scripts.append(words[0]) if len(words) == 1 else collected.calls.append(tuple(words))
    for found in _RUN_HERE.finditer(text) if language in _BACKTICKS else ():
        collected.scripts.append(next(filter(None, (found[7], *found.groups()[:5]))))
    _removals(text, collected)
    if wholesale(text):
        collected.does(Effect.DESTROYS_DATA, "the code takes rows away")
    for found in _LITERALS.finditer(text):
        collected.literal(found["text"])
    if _COMPUTED.search(text):
        collected.unread.append("a computed command inside the code")
    if _SENDS.search(text):
        collected.does(Effect.LEAVES_MACHINE, "the code sends")
    if _ENVIRONMENT.search(text):
        collected.does(Effect.READS_SECRET, "the code shows variables")
    return collected.done()


def wholesale(text: str) -> bool:
    """The calls by which database libraries take away every row, and clients what a server keeps."""
    return _ROWS.search(text) is not None or (
        _CLIENT.search(text) is not None and any(map(destroys, _METHOD.findall(text)))
    )


def destroys(method: str) -> bool:
    """By the words of its name."""
    words = {word.lower() for word in _WORDS.findall(method)}
    if _DESTROYING & words:
        return method not in _KEPT
    return _OF_THINGS.fullmatch(method) is not None and _OF_VALUES.fullmatch(method) is None


def _removals(text: str, collected: Collected) -> None:
    tree = "-rf" if _TREE.search(text) else "-f"
    for found in _REMOVES.finditer(text):
        collected.calls.append(("rm", tree, found["text"]))
    if _REMOVES_COMPUTED.search(text):
        collected.does(Effect.DESTROYS_DATA, "the code removes what it computes")
