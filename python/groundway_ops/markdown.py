"""Text of others in Markdown: it shows as it is, and neither links, mentions nor ends what it stands in."""


def code(text: str) -> str:
    """A span of code in one line."""
    return f"`{' '.join(text.replace('`', chr(39)).split())}`"


def plain(text: str) -> str:
    """A sentence, without what Markdown or a forge would make of it."""
    escaped = "".join(f"\\{c}" if c in r"\`*_{}[]<>#|!" else c for c in " ".join(text.split()))
    return escaped.replace("@", "@\N{ZERO WIDTH SPACE}")
