"""A store for the explorer's tests: the example corpus, and a document whose every text tries to be something else."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

import kg
from kg import example
from kg.store import writing
from ontology.terms import DCTERMS, ITSRDF, NIF, PL, PLID, RDF, SKOS, XSD

HOSTILE = (
    """<script>window.broken=1</script>"></script><img src=x onerror="window.broken=1">' onload='window.broken=1"""
)
"""What every text of the hostile document says."""

JAVASCRIPT = "javascript:window.broken=1"
"""The IRI of an entity of it."""

TRAP = f"{PLID}Strategy/%3Cscript%3Ewindow.broken=1%3C%2Fscript%3E/陷阱"
FLOW = tuple(f"{PLID}{path}" for path in ("Project/流陷阱", "Strategy/某镇/流陷阱", "Strategy/中国/流陷阱"))
"""A project, the township strategy that it serves, and the national one above it: what a flow shows."""

TRAP_DOCUMENT = f"{PLID}Document/%3Cscript%3E陷阱"


def build(folder: Path) -> Path:
    """Build the store and return its folder."""
    kg.build(example.folder(), metadata=example.metadata(), store=folder)
    with writing(folder) as draft:
        draft.replace_graph(ox.NamedNode(TRAP_DOCUMENT), _hostile())
        draft.publish()
    return folder


def _hostile() -> list[ox.Triple]:
    document, trap, other = (ox.NamedNode(iri) for iri in (TRAP_DOCUMENT, TRAP, JAVASCRIPT))
    text = f"一、{HOSTILE}\n陷阱{HOSTILE}服务。陷阱。"
    triples = [
        (document, f"{RDF}type", f"{PL}Document"),
        (document, f"{NIF}isString", ox.Literal(text)),
        (document, f"{DCTERMS}identifier", ox.Literal(HOSTILE)),
        (document, f"{DCTERMS}creator", ox.Literal(HOSTILE)),
        (document, f"{PL}meeting", ox.Literal(HOSTILE)),
        (document, f"{PL}issuer", JAVASCRIPT),
        (document, f"{DCTERMS}title", ox.Literal(HOSTILE, language="zh")),
        (document, f"{PL}year", ox.Literal(2023)),
    ]
    for node in (trap, other):
        triples += [
            (node, f"{RDF}type", f"{PL}Strategy"),
            (node, f"{PL}level", f"{PL}township"),
            (node, f"{SKOS}prefLabel", ox.Literal(f"陷阱{HOSTILE}", language="zh")),
            (node, f"{SKOS}prefLabel", ox.Literal(HOSTILE, language="en")),
            (node, f"{SKOS}altLabel", ox.Literal(f"又{HOSTILE}", language="zh")),
            (node, f"{SKOS}definition", ox.Literal(HOSTILE, language="zh")),
            (node, f"{DCTERMS}source", ox.Literal(HOSTILE)),
            (node, f"{PL}divisionCode", ox.Literal(HOSTILE)),
            (node, f"{PL}issuer", JAVASCRIPT),
            (node, f"{PL}sameAs", JAVASCRIPT),
        ]
    for number, (start, end) in enumerate([(len(text) - 3, len(text) - 1), (2, 40), (10, 60)]):
        mention = ox.NamedNode(f"{TRAP_DOCUMENT}#mention={start},{end}/{number}")
        triples += [
            (mention, f"{RDF}type", f"{PL}Mention"),
            (mention, f"{ITSRDF}taIdentRef", (trap, trap, other)[number]),
        ]
        triples += _passage(mention, document, start, end, text)
    section = ox.NamedNode(f"{TRAP_DOCUMENT}#section=0,{len(text)}")
    triples += [(section, f"{RDF}type", f"{PL}Section"), (section, f"{PL}heading", ox.Literal(HOSTILE))]
    triples += _passage(section, document, 0, len(text), text)
    figure = ox.NamedNode(f"{TRAP_DOCUMENT}#indicator=60,70")
    triples += [
        (figure, f"{RDF}type", f"{PL}Indicator"),
        (figure, f"{PL}value", ox.Literal("12", datatype=ox.NamedNode(f"{XSD}decimal"))),
        (figure, f"{PL}unit", ox.Literal(HOSTILE)),
        (figure, f"{PL}measure", ox.Literal(HOSTILE)),
        (figure, f"{PL}indicatorOf", TRAP),
    ]
    measured = ox.NamedNode(f"{TRAP_DOCUMENT}#mention=60,70/Indicator")
    triples += [(measured, f"{ITSRDF}taIdentRef", figure), *_passage(measured, document, 60, 70, text)]
    proof = ox.NamedNode(f"{TRAP_DOCUMENT}#evidence=0,50")
    triples += _passage(proof, document, 0, 50, text)
    project, town, nation = (ox.NamedNode(iri) for iri in FLOW)
    for node, kind, level in (
        (project, "Project", None),
        (town, "Strategy", "township"),
        (nation, "Strategy", "national"),
    ):
        triples += [(node, f"{RDF}type", f"{PL}{kind}"), (node, f"{SKOS}prefLabel", ox.Literal(HOSTILE, language="zh"))]
        triples += [(node, f"{PL}level", f"{PL}{level}")] if level else []
    links = [(trap, other), (other, trap), (project, town), (town, nation)]
    triples += [(project, f"{PL}contributesTo", nation)]
    for number, (subject, object_) in enumerate(links):
        link = ox.NamedNode(f"{TRAP_DOCUMENT}#link={number}")
        triples += [
            (subject, f"{PL}serves", object_),
            (subject, f"{PL}contributesTo", object_),
            (link, f"{RDF}type", f"{PL}Link"),
            (link, f"{RDF}subject", subject),
            (link, f"{RDF}predicate", f"{PL}serves"),
            (link, f"{RDF}object", object_),
            (link, f"{PL}basis", f"{PL}stated"),
            (link, f"{PL}confidence", ox.Literal("0.9", datatype=ox.NamedNode(f"{XSD}decimal"))),
            (link, f"{PL}evidence", proof),
        ]
    return [ox.Triple(s, ox.NamedNode(p), ox.NamedNode(o) if isinstance(o, str) else o) for s, p, o in triples]


def _passage(node: ox.NamedNode, document: ox.NamedNode, start: int, end: int, text: str) -> list[tuple]:
    return [
        (node, f"{NIF}referenceContext", document),
        (node, f"{NIF}beginIndex", ox.Literal(start)),
        (node, f"{NIF}endIndex", ox.Literal(end)),
        (node, f"{NIF}anchorOf", ox.Literal(text[start:end])),
    ]
