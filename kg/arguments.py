"""What the commands of ``kg`` take: each argument that several share, and how the text of one is read."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from kg.paths import is_address
from kg.store import DEFAULT_STORE
from ontology.errors import StoreError, UsageError

Argument: TypeAlias = tuple[tuple[str, ...], dict[str, Any]]


def argument(*names: str, **options: Any) -> Argument:
    """Describe one argument, as ``argparse`` takes it."""
    return names, options


class ListLibrary(argparse.Action):
    """Print what the library of questions holds and exit, as ``--help`` does."""

    def __init__(self, **options: Any) -> None:
        super().__init__(nargs=0, **options)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print it in the terminal's language."""
        from kg.terminal import print_library

        print_library()
        parser.exit()


class ShowVersion(argparse.Action):
    """Print which release this is and exit; it is looked up only then."""

    def __init__(self, **options: Any) -> None:
        super().__init__(nargs=0, **options)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print the name of the package with its version."""
        from importlib.metadata import version

        print(f"policy-lineage {version('policy-lineage')}")
        parser.exit()


def at_least_one(option: str) -> Callable[[str], int]:
    """Return a reader of an option's number: of things to show, of seconds to wait."""

    def read(text: str) -> int:
        if not re.fullmatch("[0-9]{1,9}", text) or int(text) == 0:
            raise UsageError(f"{option} takes a whole number from 1, not {text!r}", subject=text)
        return int(text)

    return read


def folder(text: str) -> Path:
    """Read the folder of a store; as a path, an address would lose a slash."""
    if is_address(text):
        where = "kg query --endpoint, kg lineage and kg.open take an endpoint"
        raise StoreError(
            f"{text} is no folder, which this command needs; {where}", subject=text, code="PL-STORE-REMOTE"
        )
    return Path(text)


def query_text(query: str) -> str:
    """Read a query: what a .rq file holds; text and names as they are."""
    if not query.endswith(".rq"):
        return query
    try:
        return Path(query).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{query} can't be read: {error.strerror}; name another file", subject=query) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{query} is not UTF-8; save it as UTF-8", subject=query) from error


def parameter(text: str) -> tuple[str, Any]:
    """Read ``name=value``; a value in angle brackets is an IRI."""
    from kg.rows import IRI

    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--param takes NAME=VALUE, not {text!r}", subject=text)
    return name, IRI(value) if value.startswith("<") and value.endswith(">") else value


def access(args: argparse.Namespace) -> dict[str, Any]:
    """Return how to ask a server; what is not said is left to its default."""
    usual = {"password": os.environ.get("KG_PASSWORD"), "token": os.environ.get("KG_TOKEN")}
    said = {name: getattr(args, name) for name in ("user", "password", "token", "timeout")}
    said = {name: usual.get(name) if value is None else value for name, value in said.items()}
    return {name: value for name, value in said.items() if value is not None}


USUAL_STORE = os.environ.get("KG_STORE") or str(DEFAULT_STORE)
STORE = argument(
    "--store",
    metavar="DIR",
    type=folder,
    default=USUAL_STORE,
    help=f"folder of the graph (default: ${{KG_STORE}} or ./{DEFAULT_STORE})",
)
GRAPH = argument(*STORE[0], **{**STORE[1], "type": str, "metavar": "DIR|URL"})
JSON = argument("--json", action="store_true", help="print the result as JSON")
WITHIN = argument("--in", metavar="PLACE", dest="within", help="a place: only what lies there")
DRAWN = argument("-o", metavar="FILE", dest="output", type=Path, help="draw it instead: .html, .svg or .png")
QUIET = argument("--quiet", action="store_true", help="print nothing but errors")
ACCESS = (
    argument("--user", metavar="NAME", help="name to give to the server"),
    argument("--password", metavar="WORD", help="its password (${KG_PASSWORD})"),
    argument("--token", metavar="TOKEN", help="bearer token (${KG_TOKEN})"),
    argument(
        "--timeout",
        metavar="SECONDS",
        type=at_least_one("--timeout"),
        help="for each request to a server (default: 60), or for a query of a store (default: none)",
    ),
)
