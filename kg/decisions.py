"""Curators' decisions: a table of links that people accept or reject, whatever the extractors say.

The table is a CSV file with the columns ``subject,predicate,object,action,note``. Subject and object are IRIs or
``plid:…``, the predicate ``pl:serves``, ``pl:advances``, ``pl:componentOf``, ``pl:locatedIn`` or ``pl:sameAs``, the
action ``accept`` or ``reject``; the note says why.

An accepted link stands in ``plid:graph/decisions`` as a plain triple with a ``pl:Link`` of basis ``pl:curated``, whose
evidence is the note; ``pl:sameAs`` stands there both ways. A rejected link, its ``pl:Link`` and evidence included, is
kept out of every document's graph, and so out of all that is derived; the decision itself stays on record as a
``pl:Link`` of basis ``pl:curated`` and confidence 0 without a plain triple.

A decision on what the graph does not hold is without effect until it does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from extract.annotation import Link
from kg.statements import EVIDENCE, OBJECT, PREDICATE, SUBJECT, check_link, chinese, link_triples, pl
from ontology.errors import ReadError, UsageError
from ontology.iri import DECISIONS_GRAPH, expanded, link_iri
from ontology.terms import PL, STATED, Basis, Kind, Level, Predicate

GRAPH = ox.NamedNode(DECISIONS_GRAPH)
COLUMNS = ("subject", "predicate", "object", "action", "note")
GENERATOR = "decisions"

Known = Callable[[str], tuple[Kind, Level | None] | None]
"""Tells kind and level of an entity by its IRI; None where documents and schemes know none."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the table: a link that holds, or does not, and why."""

    row: int
    subject: str
    predicate: Predicate
    object: str
    accepted: bool
    note: str

    @property
    def link(self) -> ox.Triple:
        """Return the link as a plain triple."""
        return ox.Triple(ox.NamedNode(self.subject), pl(self.predicate), ox.NamedNode(self.object))


def load(path: Path) -> tuple[Decision, ...]:
    """Read a table of decisions, in any encoding and with any delimiter that documents are read in.

    Raises:
        UsageError: the table can't be read, a column is missing, or a row names no IRI, relation or action that there
            is, or decides what another row decides.
    """
    from extract.reading.encoding import decode
    from extract.reading.table import csv_rows

    try:
        header, rows = csv_rows(decode(path.read_bytes(), str(path)), str(path))
    except (OSError, ReadError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"table of decisions {path} can't be read: {reason}", subject=str(path)) from error
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise UsageError(
            f"{path} has no column {missing[0]}; a table of decisions has {','.join(COLUMNS)}", subject=str(path)
        )
    decisions: dict[frozenset[Any], Decision] = {}
    for row in rows:
        cells = {column: row.cells.get(column, "").strip() for column in COLUMNS}
        if not any(cells.values()):
            continue
        try:
            decision = _decision(row.number, cells)
            ends: tuple[Any, ...] = (decision.subject, decision.object)
            ends = ends if decision.predicate is Predicate.SAME_AS else tuple(enumerate(ends))
            first = decisions.setdefault(frozenset((decision.predicate, *ends)), decision)
            if first is not decision:
                raise ValueError(f"decides the same link as row {first.row}; keep one of them")
        except ValueError as error:
            raise UsageError(f"{path} row {row.number}: {error}", subject=str(path)) from error
    return tuple(decisions.values())


def unfounded(decision: Decision, known: Known) -> str | None:
    """Return why a decision is without effect; None where both ends are known and the relation may join them.

    Args:
        decision: what is decided.
        known: tells of the entities of documents and schemes.
    """
    ends = [known(iri) for iri in (decision.subject, decision.object)]
    for iri, end in zip((decision.subject, decision.object), ends, strict=True):
        if end is None:
            return f"the graph has no entity <{iri}>; copy the IRI from kg query or the explorer"
    (lower, lower_level), (upper, upper_level) = (end for end in ends if end is not None)
    domain, range_ = STATED.get(decision.predicate, ((lower,), (lower,)))
    if lower not in domain or upper not in range_:
        return f"pl:{decision.predicate} does not lead from a pl:{lower} to a pl:{upper}; see docs/ontology.md"
    try:
        check_link(decision.subject, decision.predicate, decision.object, lower_level, upper_level)
    except ValueError as error:
        return f"{error}; leave the row out"
    return None


def statements(decisions: Iterable[Decision]) -> Iterator[ox.Triple]:
    """Yield what the graph of decisions holds."""
    for decision in decisions:
        ends = [(decision.subject, decision.object)]
        if decision.predicate is Predicate.SAME_AS:
            ends.append((decision.object, decision.subject))
        for subject, object_ in ends:
            iri = link_iri(DECISIONS_GRAPH, subject, decision.predicate, object_, Basis.CURATED, GENERATOR)
            link = Link(subject, decision.predicate, object_, Basis.CURATED, float(decision.accepted), (), GENERATOR)
            node, *both = (ox.NamedNode(each) for each in (iri, subject, object_))
            plain, *reasons = link_triples(node, both[0], both[1], link, link.confidence)
            if decision.accepted:
                yield plain
            yield from reasons
            if decision.note:
                yield ox.Triple(ox.NamedNode(iri), EVIDENCE, chinese(decision.note))


def without_rejected(triples: Collection[ox.Triple], rejected: Collection[ox.Triple]) -> set[ox.Triple]:
    """Return a document's triples without the rejected links, their ``pl:Link``s and the evidence of these alone."""
    kept = set(triples)
    if not rejected or kept.isdisjoint(rejected):
        return kept
    parts: dict[Any, dict[Any, Any]] = {}
    for t in triples:
        if t.predicate in (SUBJECT, PREDICATE, OBJECT):
            parts.setdefault(t.subject, {})[t.predicate] = t.object
    dropped = {
        node
        for node, part in parts.items()
        if len(part) == 3 and ox.Triple(part[SUBJECT], part[PREDICATE], part[OBJECT]) in rejected
    }
    evidence = {t.object for t in triples if t.predicate == EVIDENCE and t.subject in dropped}
    evidence -= {t.object for t in triples if t.predicate == EVIDENCE and t.subject not in dropped}
    return {t for t in kept.difference(rejected) if t.subject not in dropped and t.subject not in evidence}


def _decision(row: int, cells: dict[str, str]) -> Decision:
    if cells["action"] not in ("accept", "reject"):
        raise ValueError(f"the action is accept or reject, not «{cells['action']}»")
    relations = {f"{PL}{relation}": relation for relation in Predicate}
    predicate = relations.get(_iri(cells["predicate"]))
    if predicate is None:
        raise ValueError(f"the predicate is one of pl:{', pl:'.join(Predicate)}, not «{cells['predicate']}»")
    accepted = cells["action"] == "accept"
    if predicate is Predicate.SAME_AS and not accepted:
        raise ValueError("only curators say pl:sameAs, so there is nothing to reject; leave the row out")
    return Decision(row, _iri(cells["subject"]), predicate, _iri(cells["object"]), accepted, cells["note"])


def _iri(text: str) -> str:
    return ox.NamedNode(expanded(text)).value  # which refuses what is no IRI
