"""Every error that a user meets: a code, one line that names the file or value, and what to do."""

from __future__ import annotations


class PolicyGraphError(Exception):
    """Base of all errors raised on purpose.

    Attributes:
        code: stable identifier such as ``PL-READ-EMPTY``, listed in docs/errors.md.
        subject: the file, name or value that the error is about, or None.
    """

    code = "PL-ERROR"

    def __init__(self, message: str, *, subject: str | None = None, code: str | None = None) -> None:
        super().__init__(" ".join(message.split()))
        self.subject = subject
        if code is not None:
            self.code = code


class ReadError(PolicyGraphError):
    """A source that can't be read as a document; the run goes on with the others."""

    code = "PL-READ"


class ExtractionError(PolicyGraphError):
    """A document that the extractors fail on; the run goes on with the others."""

    code = "PL-EXTRACT"


class AuthorityError(PolicyGraphError):
    """A concept scheme, division table or lexicon that breaks its own rules."""

    code = "PL-AUTHORITY"


class StoreError(PolicyGraphError):
    """A store that is missing, locked, damaged or on a full disk."""

    code = "PL-STORE"


class QueryError(PolicyGraphError):
    """A query that can't be parsed, or that asks for what the graph does not allow."""

    code = "PL-QUERY"


class EndpointError(PolicyGraphError):
    """A remote SPARQL endpoint that can't be reached or refuses the request."""

    code = "PL-ENDPOINT"


class IncompleteAnswer(UserWarning):
    """A warning, no error: a remote SPARQL endpoint has given only the first part of an answer."""


class OutputError(PolicyGraphError):
    """A file, folder or output that a result should go to and can't; a file that stood there before is unharmed."""

    code = "PL-EXPORT-WRITE"


class AmbiguousName(PolicyGraphError):
    """A name that several entities bear; ``candidates`` lists them with their places."""

    code = "PL-AMBIGUOUS"

    def __init__(self, message: str, *, subject: str, candidates: tuple[tuple[str, str], ...]) -> None:
        super().__init__(message, subject=subject)
        self.candidates = candidates


class NotFound(PolicyGraphError):
    """A name, document or query that the graph or library does not hold."""

    code = "PL-NOT-FOUND"


class UsageError(PolicyGraphError):
    """A command, option or parameter that is used wrongly."""

    code = "PL-USAGE"
