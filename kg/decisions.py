"""Curators' decisions: a table of links that people accept or reject, whatever the extractors say.

The table is a CSV file with the columns ``subject,predicate,object,action,note``. Subject and object are IRIs or
``plid:…``, the predicate ``pl:serves``, ``pl:advances``, ``pl:componentOf`` or ``pl:locatedIn``, the action ``accept``
or ``reject``; the note says why.

An accepted link stands in ``plid:graph/decisions`` as a plain triple with a ``pl:Link`` of basis ``pl:curated``. A
rejected link, its ``pl:Link`` and evidence included, is kept out of every document's graph, and so out of all that is
derived; the decision itself stays on record as a ``pl:Link`` of basis ``pl:curated`` and confidence 0 without a plain
triple.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ontology.errors import UsageError
from ontology.iri import DECISIONS_GRAPH, generator_iri, link_iri
from ontology.terms import PL, PREFIXES, PROV, RDF, RDFS, XSD, Basis, Predicate

GRAPH = ox.NamedNode(DECISIONS_GRAPH)
COLUMNS = ("subject", "predicate", "object", "action", "note")

_GENERATOR = "decisions"
_TYPE = ox.NamedNode(f"{RDF}type")
_SUBJECT = ox.NamedNode(f"{RDF}subject")
_PREDICATE = ox.NamedNode(f"{RDF}predicate")
_OBJECT = ox.NamedNode(f"{RDF}object")
_LINK = ox.NamedNode(f"{PL}Link")
_EVIDENCE = ox.NamedNode(f"{PL}evidence")


@dataclass(frozen=True, slots=True)
class Decision:
    """One row: a link that holds, or does not, and why."""

    link: ox.Triple
    accepted: bool
    note: str


def load(path: Path) -> tuple[Decision, ...]:
    """Read a table of decisions.

    Raises:
        UsageError: a column is missing, or a row names no IRI, relation or action that there is.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} can't be read as a table of decisions ({error})", subject=str(path)) from error
    decisions: dict[ox.Triple, Decision] = {}
    for number, row in enumerate(rows, start=2):
        missing = [column for column in COLUMNS if row.get(column) is None]
        if missing:
            raise UsageError(f"{path}, line {number}: no column {missing[0]}", subject=str(path))
        try:
            decision = _decision(row)
        except ValueError as error:
            raise UsageError(f"{path}, line {number}: {error}", subject=str(path)) from error
        if decisions.setdefault(decision.link, decision).accepted is not decision.accepted:
            raise UsageError(f"{path}, line {number}: both accepted and rejected", subject=str(path))
    return tuple(decisions.values())


def statements(decisions: Iterable[Decision]) -> Iterator[ox.Triple]:
    """Yield what the graph of decisions holds."""
    for decision in decisions:
        link: Any = decision.link  # its ends are IRIs, which pyoxigraph's types don't say
        ends = (link.subject.value, Predicate(link.predicate.value.removeprefix(PL)), link.object.value)
        node = ox.NamedNode(link_iri(DECISIONS_GRAPH, *ends, Basis.CURATED, _GENERATOR))
        if decision.accepted:
            yield link
        yield ox.Triple(node, _TYPE, _LINK)
        yield ox.Triple(node, _SUBJECT, link.subject)
        yield ox.Triple(node, _PREDICATE, link.predicate)
        yield ox.Triple(node, _OBJECT, link.object)
        yield ox.Triple(node, ox.NamedNode(f"{PL}basis"), ox.NamedNode(f"{PL}{Basis.CURATED}"))
        confidence = ox.Literal("1" if decision.accepted else "0", datatype=ox.NamedNode(f"{XSD}decimal"))
        yield ox.Triple(node, ox.NamedNode(f"{PL}confidence"), confidence)
        yield ox.Triple(node, ox.NamedNode(f"{PROV}wasGeneratedBy"), ox.NamedNode(generator_iri(_GENERATOR)))
        if decision.note:
            yield ox.Triple(node, ox.NamedNode(f"{RDFS}comment"), ox.Literal(decision.note))


def without_rejected(triples: Collection[ox.Triple], rejected: Collection[ox.Triple]) -> set[ox.Triple]:
    """Return a document's triples without the rejected links, their ``pl:Link``s and the evidence of these alone."""
    kept = set(triples)
    if not rejected or kept.isdisjoint(rejected):
        return kept
    parts: dict[Any, dict[Any, Any]] = {}
    for t in triples:
        if t.predicate in (_SUBJECT, _PREDICATE, _OBJECT):
            parts.setdefault(t.subject, {})[t.predicate] = t.object
    dropped = {
        node
        for node, part in parts.items()
        if len(part) == 3 and ox.Triple(part[_SUBJECT], part[_PREDICATE], part[_OBJECT]) in rejected
    }
    evidence = {t.object for t in triples if t.predicate == _EVIDENCE and t.subject in dropped}
    evidence -= {t.object for t in triples if t.predicate == _EVIDENCE and t.subject not in dropped}
    return {t for t in kept.difference(rejected) if t.subject not in dropped and t.subject not in evidence}


def _decision(row: dict[str, str]) -> Decision:
    action = row["action"].strip()
    if action not in ("accept", "reject"):
        raise ValueError(f"the action is accept or reject, not {action!r}")
    predicate = _iri(row["predicate"])
    relations = {f"{PL}{relation}" for relation in Predicate}
    if predicate.value not in relations:
        raise ValueError(f"the predicate is one of pl:{', pl:'.join(Predicate)}, not {row['predicate']!r}")
    return Decision(
        ox.Triple(_iri(row["subject"]), predicate, _iri(row["object"])), action == "accept", row["note"].strip()
    )


def _iri(text: str) -> ox.NamedNode:
    text = text.strip().removeprefix("<").removesuffix(">")
    prefix, _, local = text.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local if prefix in PREFIXES else text)
