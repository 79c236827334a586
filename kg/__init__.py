"""The policy graph: build, store, query, draw and serve it. The command line's verbs are functions here.

Each name is imported when it is first used, so that a query needs no extraction and a build no drawing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.build import BuildReport, build, remove
    from kg.demo import demo
    from kg.export import export
    from kg.graph import Graph, Info, info, open, query
    from kg.lineage import Lineage, lineage
    from kg.notebook import notebook
    from kg.picture import draw
    from kg.picture.flow import flow
    from kg.picture.highlight import highlight
    from kg.picture.timeline import timeline
    from kg.push import PushReport, push
    from kg.score import score
    from kg.server.app import serve
    from kg.validate import validate

__all__ = [
    "BuildReport",
    "Graph",
    "Info",
    "Lineage",
    "PushReport",
    "build",
    "demo",
    "draw",
    "export",
    "flow",
    "highlight",
    "info",
    "lineage",
    "notebook",
    "open",
    "push",
    "query",
    "remove",
    "score",
    "serve",
    "timeline",
    "validate",
]

_HOMES = {
    "BuildReport": "kg.build",
    "Graph": "kg.graph",
    "Info": "kg.graph",
    "Lineage": "kg.lineage",
    "build": "kg.build",
    "demo": "kg.demo",
    "draw": "kg.picture",
    "timeline": "kg.picture.timeline",
    "highlight": "kg.picture.highlight",
    "flow": "kg.picture.flow",
    "export": "kg.export",
    "info": "kg.graph",
    "lineage": "kg.lineage",
    "notebook": "kg.notebook",
    "open": "kg.graph",
    "push": "kg.push",
    "PushReport": "kg.push",
    "query": "kg.graph",
    "remove": "kg.build",
    "serve": "kg.server.app",
    "score": "kg.score",
    "validate": "kg.validate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    setattr(sys.modules[__name__], name, value)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: Any) -> None:
    """Register ``%%sparql`` in a notebook, at ``%load_ext kg``; see ``kg.magic``."""
    from kg.magic import load

    load(shell)


class _Package(ModuleType):
    """The package, in which ``kg.build`` is the verb although importing ``kg/build.py`` would put the module there."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
