"""The ZIP archive that a DOCX or XLSX is: checked for bombs before anything is unpacked."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from extract.reading.limits import MIB, Limits
from ontology.errors import ReadError

_DOCTYPE = re.compile("|".join(("<!DOCTYPE", "<\0!\0D\0O\0C\0T\0Y\0P\0E")).encode())
_ENCRYPTED = 0x1


def open_archive(path: Path, limits: Limits, *, part: str) -> ZipFile:
    """Open an office archive that has ``part`` in it and holds neither a bomb nor a document type declaration.

    Raises:
        ReadError: it is broken, encrypted, unpacks beyond the limits, or one of its XML files has a ``<!DOCTYPE``
            (office programs never write one; it serves entity bombs).
    """
    try:
        archive = ZipFile(path)
        members = archive.infolist()
    except (BadZipFile, EOFError, OSError) as error:
        raise ReadError(
            f"{path} is damaged ({error}); open it in an office program and save it anew",
            subject=str(path),
            code="PL-READ-DAMAGED",
        ) from error
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise ReadError(f"{path} is encrypted; save it without a password", subject=str(path), code="PL-READ-ENCRYPTED")
    if (
        len(members) > limits.archive_members
        or unpacked > limits.archive_bytes
        or (unpacked > MIB and unpacked > packed * limits.archive_ratio)
    ):
        raise ReadError(
            f"{path} is not opened: {len(members)} files that unpack from {packed:,} to {unpacked:,} bytes look like "
            "an archive bomb; save it anew",
            subject=str(path),
            code="PL-READ-BOMB",
        )
    if part not in archive.namelist():
        raise ReadError(
            f"{path} is not what its suffix says (no {part} inside); give it the suffix of its format",
            subject=str(path),
            code="PL-READ-DAMAGED",
        )
    for member in members:
        if member.filename.endswith((".xml", ".rels")) and _DOCTYPE.search(archive.read(member)):
            raise ReadError(
                f"{path} is not read: {member.filename} declares a document type, as entity bombs do; save it anew",
                subject=str(path),
                code="PL-READ-DOCTYPE",
            )
    return archive
