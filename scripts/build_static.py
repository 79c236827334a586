"""Fetch the explorer's libraries from npm, check them, and write what is shipped into ``kg/server/static/vendor``.

Run it, with Node's npm, when a version changes; the results are committed, so that an installation needs no Node::

    python scripts/build_static.py

Each package is pinned with the integrity hash that the npm registry gives for it; one that differs is refused.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).parent.parent / "kg" / "server" / "static" / "vendor"


@dataclass(frozen=True, slots=True)
class Package:
    """A pinned npm package.

    Attributes:
        name: its name in the registry.
        version: its exact version.
        integrity: the registry's hash, ``sha512-`` and base64.
        files: path in the package and the name under which it is shipped.
    """

    name: str
    version: str
    integrity: str
    files: tuple[tuple[str, str], ...]


PACKAGES = (
    Package(
        "cytoscape",
        "3.34.4",
        "sha512-msY99tMY8iWTg+sIPGfSqDcPNOt4xcj+v/K/7qUFaCUxxlqnMkUYLBjRUzn9W5CU/R2hrmtJa5+UtovrEM2ctg==",
        (("dist/cytoscape.min.js", "cytoscape.min.js"),),
    ),
    Package(
        "d3-array",
        "1.2.4",
        "sha512-KHW6M86R+FUPYGb3R5XiYjXPq7VzwxZ22buHhAEVG5ztoEcZZMLov530mmccaqA1GghZArjQV46fuc8kUqhhHw==",
        (("dist/d3-array.min.js", "d3-array.min.js"),),
    ),
    Package(
        "d3-path",
        "1.0.9",
        "sha512-VLaYcn81dtHVTjEHd8B+pbe9yHWpXKZUC87PzoFmsFrJqgFwDe/qxfp5MlfsfM1V5E/iVt0MmEbWQ7FVIXh/bg==",
        (("dist/d3-path.min.js", "d3-path.min.js"),),
    ),
    Package(
        "d3-shape",
        "1.3.7",
        "sha512-EUkvKjqPFUAZyOlhY5gzCxCeI0Aep04LwIRpsZ/mLFelJiUfnK56jo5JMDSE7yyP2kLSb6LtF+S5chMk7uqPqw==",
        (("dist/d3-shape.min.js", "d3-shape.min.js"),),
    ),
    Package(
        "d3-sankey",
        "0.12.3",
        "sha512-nQhsBRmM19Ax5xEIPLMY9ZmJ/cDvd1BG3UVvt5h3WRxKg5zGRbvnteTyWAbzeSvlh3tW7ZEmq4VwR5mB3tutmQ==",
        (("dist/d3-sankey.min.js", "d3-sankey.min.js"),),
    ),
    Package(
        "@zazuko/yasgui",
        "4.6.2",
        "sha512-Zw45KdPoAE1KRaAoxIHdQqeJxvaVG1oQdntw0hy0ktX35Zu8ZccuOLrXCLwR+GU+0xMzLw8Mjw6BkSZV2vUuQw==",
        (
            ("build/yasgui.min.js", "yasgui.min.js"),
            ("build/yasgui.min.css", "yasgui.min.css"),
        ),
    ),
)


def main() -> int:
    """Fetch, check and write every package."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            archive = fetch(package, Path(folder))
            with tarfile.open(archive) as content:
                for inner, outer in package.files:
                    member = content.extractfile(f"package/{inner}")
                    assert member is not None, f"{package.name} has no {inner}"
                    (VENDOR / outer).write_bytes(without_map(member.read()))
            print(f"{package.name} {package.version}")
    return 0


def fetch(package: Package, folder: Path) -> Path:
    """Return the package's archive.

    Raises:
        ValueError: its hash is not the pinned one.
    """
    command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
    printed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    archive = folder / printed.split()[-1]
    digest = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.integrity:
        raise ValueError(f"{package.name}@{package.version}: its hash is {digest}, pinned is {package.integrity}")
    return archive


def without_map(content: bytes) -> bytes:
    """Return a file without the line that names its source map, which is not shipped."""
    lines = content.split(b"\n")
    return b"\n".join(line for line in lines if b"sourceMappingURL=" not in line or len(line) > 200)


if __name__ == "__main__":
    sys.exit(main())
