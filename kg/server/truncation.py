"""How an answer that was cut off says so within itself."""

from __future__ import annotations

import re

TRUNCATED = "truncated: only the first part of the answer"


def marked(content: bytes, form: str, columns: int = 1) -> bytes:
    """Say inside an answer that it was cut off, so that whoever opens a saved file sees it.

    Each format has the mark where its readers take no harm: a member that JSON's and JSON-LD's do not know, a comment,
    and in tables, which have no place for any, a last row whose first cell holds the mark and the others nothing.
    """
    mark = TRUNCATED.encode()
    match form:
        case "json":
            return b'{"truncated":true,' + content.removeprefix(b"{")
        case "jsonld":
            rest = b"," + content[1:] if content != b"[]" else b"]"
            return b'[{"truncated":"' + mark + b'"}' + rest
        case "ttl" | "nt":
            return b"# " + mark + b"\n" + content
        case "xml" | "rdf":
            return re.sub(rb"^(<\?xml.*?\?>)?", rb"\g<0><!-- " + mark + b" -->", content, count=1)
        case "csv":
            return content + mark + b"," * (columns - 1) + b"\r\n"
        case _:
            return content + b'"' + mark + b'"' + b"\t" * (columns - 1) + b"\n"
