"""A prompt's tokens, estimated without asking anyone.

Strategy: the provider's tokenizer is not public, so this counts characters: one token for every 3.5 ASCII characters
(English prose lies near 4, code and JSON near 3), one for every other character (a Chinese or Japanese character is
about one token, a Cyrillic or accented letter less, an emoji more), and a flat sum for an image or document that was
not read.

Rules: good to about a quarter either way on prose and code in European languages; on digits, minified code or emoji it
can be half of the truth. It guards a limit, it is never a bill: bills use the provider's `usage`.
"""

# The most that one image of standard resolution costs, by the provider's public figures.
TOKENS_PER_ATTACHMENT = 1600


def estimate(characters: int, *, beyond_ascii: int = 0, attachments: int = 0) -> int:
    """`characters` are all, of which `beyond_ascii` are not ASCII."""
    ascii_characters = characters - beyond_ascii
    return -(-ascii_characters * 2 // 7) + beyond_ascii + attachments * TOKENS_PER_ATTACHMENT
