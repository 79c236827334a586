"""What the page of flows shows: how much runs from strategies of townships, or above, up to the nation's."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from kg.language import Language
from kg.lineage import Thing
from kg.picture.flow import Flow, Measure, Served, gathered, rank_of, worded
from kg.picture.style import COLOURS, TINTS
from kg.rows import IRI
from kg.server.pages.catalogue import Catalogue
from kg.server.pages.neighbourhood import main_line
from ontology.terms import Kind, Level, Predicate


def flow(catalogue: Catalogue, within: str, measure: Measure) -> Flow:
    """Add up what ``kg.flow`` adds up, from a catalogue.

    Raises:
        NotFound: nothing runs up from a strategy there.
    """

    def served(level: Level) -> list[Served]:
        rows = catalogue.rows(
            "SELECT p.iri p, t.iri t, MAX(l.confidence) sure, m.yuan FROM entity t JOIN link l ON l.object = t.id"
            " JOIN entity p ON p.id = l.subject LEFT JOIN money m ON m.entity = p.id"
            " WHERE t.kind = ? AND t.level = ? AND p.kind = ? AND l.predicate = ? GROUP BY p.id, t.id",
            [str(Kind.STRATEGY), str(level), str(Kind.PROJECT), str(Predicate.SERVES)],
        )
        return [(IRI(row["p"]), IRI(row["t"]), row["sure"], row["yuan"] or 0.0) for row in rows]

    def line(start: IRI) -> list[Thing]:
        return [
            Thing(item.iri, item.name, Kind(item.kind), Level(item.level) if item.level else None, item.places, None)
            for item in main_line(catalogue, start)
        ]

    return gathered(served, line, within, measure=measure)


def places(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the places that have strategies of their own, as a form offers them."""
    rows = catalogue.rows(
        "SELECT DISTINCT place FROM entity WHERE kind = ? AND level <> ? AND place <> '' ORDER BY place LIMIT 1000",
        [str(Kind.STRATEGY), str(Level.NATIONAL)],
    )
    return tuple(dict.fromkeys(part for row in rows for part in reversed(row["place"].split("/")) if part))


def steps(drawn: Flow, language: Language) -> list[dict[str, Any]]:
    """Return a flow as rows: from which strategy to which, and how much."""
    return [
        {
            **{"lower": lower, "lower_name": drawn.things[lower].name, "lower_level": drawn.things[lower].level},
            **{"upper": upper, "upper_name": drawn.things[upper].name, "upper_level": drawn.things[upper].level},
            **{"measure": drawn.measure, "value": value, "said": worded(value, drawn.measure, language)},
        }
        for (lower, upper), value in drawn.links.items()
    ]


def picture(drawn: Flow, language: Language) -> dict[str, Any]:
    """Return a flow for the page's script: columns by level from the lowest, strategies in them, and what runs."""
    ranks = sorted({rank_of(thing) for thing in drawn.things.values()}, reverse=True)
    levels = list(Level)
    through: defaultdict[tuple[IRI, str], float] = defaultdict(float)
    for (lower, upper), value in drawn.links.items():
        through[lower, "out"] += value
        through[upper, "in"] += value
    return {
        "columns": [
            {"level": levels[rank], "colour": COLOURS[levels[rank]], "tint": TINTS[levels[rank]]} for rank in ranks
        ],
        "nodes": [
            {
                "iri": iri,
                "name": thing.name,
                "column": ranks.index(rank_of(thing)),
                "said": worded(max(through[iri, "in"], through[iri, "out"]), drawn.measure, language),
            }
            for iri, thing in drawn.things.items()
        ],
        "links": [
            {"source": lower, "target": upper, "value": value, "said": worded(value, drawn.measure, language)}
            for (lower, upper), value in drawn.links.items()
        ],
    }
