"""A pipeline that is quick and easy to foresee, and sources to go with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")  # the machines are noisy: no test is timed

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from kg import Graph


@pytest.fixture(scope="session")
def toy() -> Language:
    """A pipeline that takes whatever stands in “…” for a strategy that serves the next one in the text."""
    import re
    from itertools import pairwise

    from spacy.language import Language

    from extract import pipeline
    from extract.annotation import Entity, Link
    from extract.document import Span, Structure
    from ontology.terms import Basis, Kind, Level, Predicate

    @Language.component("toy_strategies")
    def toy_strategies(doc: Doc) -> Doc:
        text = doc._.document.text
        mentions: dict[str, list[Span]] = {}
        for quoted in re.finditer("“(.+?)”", text):
            mentions.setdefault(quoted[1], []).append(Span(quoted.start(1), quoted.end(1)))
        entities = tuple(
            Entity(name, Kind.STRATEGY, name, tuple(spans), Level.NATIONAL if "国" in name else Level.TOWNSHIP)
            for name, spans in mentions.items()
        )
        doc._.structure = Structure((), (Span(0, len(text)),), ())
        doc._.entities = entities
        doc._.links = tuple(
            Link(lower.id, Predicate.SERVES, upper.id, Basis.STATED, 0.9, (Span(0, len(text)),), "toy")
            for lower, upper in pairwise(entities)
        )
        return doc

    nlp = pipeline.load(components=[])
    nlp.add_pipe("toy_strategies")
    return nlp


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Three short documents."""
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "甲镇_2023.txt").write_text("围绕“实力甲镇”，服务“兴国战略”。", encoding="utf-8")
    (folder / "乙镇_2023.txt").write_text("打造“生态乙镇”，推进“美丽乡村”，服务“兴国战略”。", encoding="utf-8")
    (folder / "丙镇_2023.txt").write_text("建设“幸福丙镇”。", encoding="utf-8")
    return folder


@pytest.fixture
def rejecting(sources: Path, tmp_path: Path, toy: Language) -> tuple[Path, tuple[str, str, str]]:
    """The store of these documents, and one of their links, which curators reject."""
    import kg

    store, table = tmp_path / "rejecting", tmp_path / "decisions.csv"
    kg.build(sources, store=store, nlp=toy)
    with kg.open(store) as graph:
        (link,) = graph.query("SELECT ?s ?p ?o { ?s skos:prefLabel '实力甲镇'@zh VALUES ?p { pl:serves } ?s ?p ?o }")
    table.write_text(
        f"subject,predicate,object,action,note\n{link.s},{link.p},{link.o},reject,名称相同而已\n", encoding="utf-8"
    )
    kg.build(sources, store=store, decisions=table, nlp=toy)
    return store, (link.s, link.p, link.o)


@pytest.fixture(scope="session")
def example_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the example corpus, for reading only."""
    import kg
    from kg import example

    folder = tmp_path_factory.mktemp("example") / "graph"
    kg.build([example.folder()], store=folder, metadata=example.metadata())
    return folder


@pytest.fixture(scope="session")
def graph(example_store: Path) -> Graph:
    """The graph of the example corpus."""
    import kg

    return kg.open(example_store)
