"""Files → documents: one module a format, refusals that name the file and say what to do.

Plain text is read here; formats whose parsers can be attacked are parsed in a process limited in memory and time.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from extract.document import Document
from extract.reading import child
from extract.reading.encoding import decode
from extract.reading.limits import DEFAULTS, Limits
from ontology.errors import ReadError

_PARSERS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
    ".pdf": "pdf",
}
_TABLES = (".csv", ".xlsx")
_LEGACY = {".doc": ".docx", ".wps": ".docx", ".rtf": ".docx", ".odt": ".docx", ".xls": ".xlsx", ".et": ".xlsx"}
SUFFIXES = (".txt", *_PARSERS, *_TABLES)
"""The suffixes of the formats that ``read`` knows."""

_WRITTEN = re.compile(r"\w")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_OTHERS = {b"%PDF-": ".pdf", b"PK\x03\x04": ".docx or .xlsx"}
_MARKS = {".pdf": b"%PDF-", ".docx": b"PK\x03\x04", ".xlsx": b"PK\x03\x04"}
_MARKED = 1024
"""Bytes of a file among which the mark of its format stands; other programs' bytes may come before it."""
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_PAGES = (".html", ".htm", ".md", ".markdown")
"""The suffixes under which HTML is read."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file of a folder that is not read, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Discovered:
    """The files to read, in order and each once, what of the folders is no document, and what can't be looked into."""

    files: tuple[Path, ...]
    skipped: tuple[Skipped, ...] = ()
    closed: tuple[Skipped, ...] = ()


def discover(paths: Iterable[Path], aside: Collection[Path] = ()) -> Discovered:
    """List the files to read: those named, and those of the named folders, walked in sorted order.

    A file that is named is always listed, whatever its suffix; reading it tells what is wrong with it. In a folder,
    hidden files, lock files, files of unknown suffix and links to folders are skipped with a reason; hidden folders
    and those that are put ``aside`` are passed over.

    Raises:
        ReadError: a path does not exist (``PL-READ-MISSING``).
    """
    files: dict[Path, None] = {}
    skipped: list[Skipped] = []
    closed: list[Skipped] = []

    def complain(error: OSError) -> None:
        closed.append(Skipped(Path(error.filename), f"can't be looked into ({error.strerror}); check its rights"))

    passed = {path.resolve() for path in aside}
    for path in paths:
        if not is_there(path):
            raise ReadError(
                f"{path} does not exist, or stands in a closed folder; check spelling and rights",
                subject=str(path),
                code="PL-READ-MISSING",
            )
        if not path.is_dir():
            files[path] = None
            continue
        for folder, folders, names in os.walk(path, onerror=complain):
            open_to = (name for name in folders if not name.startswith("."))
            folders[:] = sorted(name for name in open_to if Path(folder, name).resolve() not in passed)
            linked = [Path(folder, name) for name in folders if Path(folder, name).is_symlink()]
            skipped += [
                Skipped(file, "a link to a folder, which may lead in circles; name it itself") for file in linked
            ]
            for name in sorted(names):
                file = Path(folder, name)
                reason = _why_skipped(file)
                if reason is None:
                    files[file] = None
                else:
                    skipped.append(Skipped(file, reason))
    return Discovered(tuple(files), tuple(skipped), tuple(closed))


def read(
    source: Path,
    *,
    root: Path | None = None,
    limits: Limits = DEFAULTS,
    content: bytes | None = None,
    unread: list[ReadError] | None = None,
) -> Iterator[Document]:
    """Read a file: a table yields one document a row, every other format one.

    Args:
        source: the file.
        root: folder that ``Document.source`` is given relative to.
        limits: what the source may ask of the machine.
        content: its bytes, where ``bytes_of`` has returned them already.
        unread: a list that is given why sheets of a workbook are not read, while others are.

    Raises:
        ReadError: it can't be read; the message names the file and says what to do.
    """
    name = readable(str(source.relative_to(root)) if root else str(source))
    suffix = source.suffix.lower()
    if content is None:
        content = bytes_of(source, limits)
    _refuse_content(source, suffix, content)
    digest = hashlib.sha256(content).hexdigest()
    if suffix in _TABLES:
        from extract.reading import table

        yield from table.documents(source, content, digest, name, limits, [] if unread is None else unread)
        return
    text = decode(content, str(source)) if suffix == ".txt" else child.parse(_PARSERS[suffix], source, limits)
    if not _WRITTEN.search(text):
        raise ReadError(f"{source} holds no text; leave it out", subject=str(source), code="PL-READ-EMPTY")
    if len(text) > limits.characters:
        raise ReadError(
            f"{source} has {len(text):,} characters, more than {limits.characters:,}; split it",
            subject=str(source),
            code="PL-READ-SIZE",
        )
    yield Document(readable(source.stem), text, digest, name)


def bytes_of(source: Path, limits: Limits = DEFAULTS) -> bytes:
    """Return the bytes of a file; one that is too large or of a format that is not read is refused unopened.

    Raises:
        ReadError: it is (``PL-READ-SIZE``, ``PL-READ-LEGACY``, ``PL-READ-FORMAT``), or it can't be read
            (``PL-READ-MISSING``).
    """
    subject, suffix = str(source), source.suffix.lower()
    if suffix in _LEGACY:
        better = _LEGACY[suffix]
        raise ReadError(
            f"{source} is in a format that is not read; save it as {better}", subject=subject, code="PL-READ-LEGACY"
        )
    if suffix not in SUFFIXES:
        known = " ".join(SUFFIXES)
        raise ReadError(f"{source} has an unknown suffix; known are {known}", subject=subject, code="PL-READ-FORMAT")
    try:
        size = source.stat().st_size
        if size > limits.source_bytes:
            raise ReadError(
                f"{source} has {size:,} bytes, more than {limits.source_bytes:,}; split it",
                subject=subject,
                code="PL-READ-SIZE",
            )
        return source.read_bytes()
    except OSError as error:
        raise ReadError(
            f"{source} can't be read ({error.strerror}); check that it exists and may be read",
            subject=subject,
            code="PL-READ-MISSING",
        ) from error


def is_there(path: str | Path) -> bool:
    """Tell whether a file or folder can be found; not where a folder on the way is closed, or links go in a circle."""
    return os.path.exists(path)  # noqa: PTH110 - Path.exists raises PermissionError


def readable(name: str | Path) -> str:
    """Return a path as text, also where a foreign system wrote its bytes in GB18030.

    >>> readable(os.fsdecode("报告".encode("gb18030")))
    '报告'
    """
    return "/".join(map(_part, str(name).split("/")))


def _part(name: str) -> str:
    content = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "backslashreplace")


def _why_skipped(file: Path) -> str | None:
    if file.name.startswith((".", "~$")):
        return "hidden"
    if not file.is_file():
        return "not a regular file"
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES and suffix not in _LEGACY:
        return f"unknown suffix {suffix or '(none)'}"
    return None


def _refuse_content(source: Path, suffix: str, content: bytes) -> None:
    """Refuse a file that is empty, encrypted or of another format than its suffix says."""
    subject = str(source)
    if not content.strip():
        raise ReadError(f"{source} is empty; leave it out", subject=subject, code="PL-READ-EMPTY")
    if content.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in content:
            raise ReadError(
                f"{source} is encrypted; save it without a password", subject=subject, code="PL-READ-ENCRYPTED"
            )
        raise ReadError(
            f"{source} is in the old Office format whatever its suffix; save it as .docx or .xlsx",
            subject=subject,
            code="PL-READ-LEGACY",
        )
    for start, others in _OTHERS.items():
        if content.startswith(start) and suffix not in others:
            raise ReadError(f"{source} is binary, a {others}; rename it", subject=subject, code="PL-READ-BINARY")
    _refuse_misnamed_text(source, suffix, content)


def _is_text(content: bytes) -> bool:
    try:
        decode(content, "")
    except ReadError:
        return False
    return True


def _refuse_misnamed_text(source: Path, suffix: str, content: bytes) -> None:
    """Refuse a text or HTML page that bears the suffix of another format."""
    page = suffix not in _PAGES and _HTML.match(content) is not None
    plain = suffix in _MARKS and _MARKS[suffix] not in content[:_MARKED] and _is_text(content)
    if not (page or plain):
        return
    what, better = ("an HTML page", ".html") if page else ("a plain text", ".csv" if suffix in _TABLES else ".txt")
    raise ReadError(
        f"{source} is {what}, not a {suffix}; rename it to {better}", subject=str(source), code="PL-READ-BINARY"
    )
