"""Sentences in a tool's result that speak to the model in place of the person it works for.

Strategy: each detector is one trick, said in the few ways in which it is said. They ask for the object of the order as
well as for the verb ("ignore your previous instructions", not "ignore"), because documents about software give orders
all the time.

Rules:
- Found is the order itself: what a person needs to see, and what a mask takes out.
- These find what is said openly. A text can steer without any of it; a rule on effects (`effect`) is what stops the
  deed, and this family is the warning that comes before it.
"""

from sidecar.core.model.detector import Detector

LABEL = "INSTRUCTIONS"
_GAP = r"[\s,]{1,4}"
_WHOSE = rf"(?:(?:all|any|every|each|of|the|your|my|our|these|those|its|and){_GAP}){{0,4}}"
_EARLIER = rf"(?:previous|prior|preceding|earlier|foregoing|above|original|initial|system|safety){_GAP}"
_ORDERS = (
    r"(?:instructions?|directions?|directives?|prompts?|rules|guidelines|guardrails|constraints|messages?|commands?|"
    r"orders)"
)
_IGNORE = r"(?:ignore|disregard|forget|override|bypass|do not follow|don't follow|stop following)"
_MODEL = r"(?:(?:ai|llm)[ -](?:assistants?|models?|agents?)|claude|chatgpt|llms?|copilot|language models?)"
_TELL = r"(?:tell|inform|mention|reveal|notify|alert|show|ask)(?:ing)?"
_SEND = r"(?:send|post|upload|forward|transmit|exfiltrate|e-?mail|submit|leak)"
# Not `the token`: that is how every interface is documented.
_ALL = (
    r"(?:(?:all|any|your|their|every|(?:the )?contents? of|a copy of|"
    r"(?:of )?the (?:user's|entire|full|whole|current)) ){1,3}"
)
_PRECIOUS = (
    r"(?:passwords?|credentials?|secrets?|tokens?|api[ _-]?keys?|private keys?|ssh keys?|environment variables?|"
    r"conversation(?: history)?|chat history|system prompt|\.env|user(?:'s)? data)"
)
_PLACE = r"(?:https?://[^\s\"'<>]{3,200}|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{3,100})"
_TAG = r"(?:system|system_prompt|assistant_instructions|tool_result|function_results?|important_instructions)"
_STOP = r"(?:using|calling|running|answering|responding|you (?:do|use|call|run|answer|continue|respond))"


def _trick(name: str, pattern: str) -> Detector:
    return Detector(f"injection/{name}", LABEL, pattern)


DETECTORS = (
    _trick(
        "ignore-instructions",
        rf"(?i)\b{_IGNORE}{_GAP}{_WHOSE}(?:{_EARLIER}{_ORDERS}|(?:your|my|our|system){_GAP}{_ORDERS}|"
        r"everything (?:above|before|you were told))",
    ),
    _trick(
        "new-instructions",
        r"(?i)\b(?:your|the) (?:new|real|actual|true|updated|only) (?:instructions?|task|goal|objective|mission|"
        r"orders) (?:is|are) (?:to|as follows|now)\b",
    ),
    _trick(
        "new-role",
        r"(?i)\byou are (?:now|no longer)(?: in)? (?:DAN\b|(?:an? )?(?:unrestricted|unfiltered|uncensored|"
        r"jailbroken)\b|(?:in )?(?:developer|debug|god|admin|root|maintenance) mode\b|bound by)|"
        r"\b(?:enter|enable|activate|switch (?:in)?to) (?:developer|jailbreak|god|DAN|unrestricted) mode\b",
    ),
    _trick(
        "to-the-model",
        # "instructions to Claude," is how a manual speaks of it; whoever speaks to it ends with a colon.
        r"(?i)\b(?:attention|important|note|message|instructions?|warning)(?:"
        rf"(?: to| for)[ ,]{{1,3}}(?:(?:the|any|all|this) )?{_MODEL}[:!]|"
        rf"[: ,]{{1,3}}(?:(?:the|any|all|this) )?{_MODEL}\b[:,! ])",
    ),
    _trick(
        "false-turn",
        r"<\|(?:im_start|im_end|system|assistant|endoftext|start_header_id)\|>|\[/?INST\]|<</?SYS>>|"
        rf"(?i:</?{_TAG}>)|(?:^|\n)(?:Human|Assistant|System): [A-Z]",
    ),
    _trick(
        "conceal",
        rf"(?i)\b(?:do not|don't|never|without) {_TELL}(?: (?:this|that|it|anything|about this))?(?: to)? (?:the|your) "
        r"(?:user|human|operator|developer)s?\b",
    ),
    _trick("hand-over", rf"(?i)\b{_SEND} {_ALL}{_PRECIOUS}(?: [^.\n]{{0,60}}?)? (?:to|at|via) {_PLACE}"),
    _trick(
        "reveal-prompt",
        r"(?i)\b(?:reveal|print|repeat|output|show|disclose|display|recite) (?:(?:me|us|all|of) ){0,2}"
        r"(?:your (?:[a-z]{4,8} ){0,2}system (?:prompt|message|instructions?)|the (?:[a-z]{4,8} )?system prompt|"
        rf"(?:your|the) hidden {_ORDERS})",
    ),
    _trick(
        "before-anything",
        rf"(?i)\bbefore {_STOP}[^.\n]{{0,60}}[, ](?:you must|always|first) (?:(?:first|always) )?"
        r"(?:read|call|run|execute|send|include|pass|open|fetch)\b",
    ),
    _trick("side-channel", r"(?i)!\[[^\]\n]{0,80}\]\(https?://[^\s)]{3,200}[?&][a-z_]{1,20}=(?:\{|%7b|\[|<|\$)"),
    # A picture is fetched as soon as it is shown: what stands behind such a name in its address leaves with it.
    _trick(
        "exfil-link",
        r"!\[[^\]\n]{0,80}\]\(https?://[^\s)?#]{3,200}\?(?:[^\s)#]{0,80}&)?(?:d|q|c|p|x|s|data|content|text|msg|message|"
        r"payload|info|secret|key|leak|context|history|prompt|user|env|b64|base64|body|exfil|log)="
        r"[A-Za-z0-9+/=_%.-]{24,800}\)",
    ),
    _trick(
        "invisible-text",
        r"[\x{E0020}-\x{E007E}]{4,}|[\x{200B}\x{200C}\x{200D}\x{2060}\x{FEFF}]{8,}|[\x{202D}\x{202E}][^\x{202C}\n]{3,200}",
    ),
)
