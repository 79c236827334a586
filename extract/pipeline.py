"""The extraction pipeline: registered spaCy components in their order, from a document's text to its annotation."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

# ruff: noqa: F401  importing a module registers its factory
from extract import entities, links
from extract.annotation import Annotation, Entity, Indicator, Link
from extract.document import Document, GlossaryEntry, Section, Span, Structure
from extract.finders import (
    authority,
    glossary,
    indicators,
    organizations,
    places,
    policies,
    projects,
    quotations,
    slogans,
    strategies,
)
from extract.layout import structure, tables
from extract.layout.reflow import Reflowed, reflow
from extract.learned import inference, measurement, reranker, tagger
from extract.relations import composition, location, service
from ontology.errors import UsageError
from ontology.scheme import Scheme

COMPONENTS: tuple[str, ...] = (
    "policy_structure",
    "policy_authority",
    "policy_glossary",
    "policy_quotations",
    "policy_places",
    "policy_organizations",
    "policy_projects",
    "policy_policies",
    "policy_strategies",
    "policy_slogans",
    "policy_tables",
    "policy_tagger",
    "policy_reranker",
    "policy_indicators",
    "policy_entities",
    "policy_composition",
    "policy_location",
    "policy_service",
    "policy_inference",
    "policy_links",
    "policy_measurement",
)
"""The order matters in this: structure, then the finders, places before those that look at them, then the tagger, which
sees what they propose, the reranker, entities, the readers of relations, the inference, which sees what they claim, and
links."""

LEARNED = ("policy_tagger", "policy_reranker", "policy_entities", "policy_inference", "policy_measurement")
"""The components with learned parts, whose ``models`` names the folder that these lie in."""

_LISTS = ("candidates", "claims")
_FOUND = {"structure": Structure((), (), ()), "entities": (), "indicators": (), "links": ()}
"""What is found where the component that finds it is left out."""


def _register_extensions() -> None:
    for name in ("document", "scheme", *_LISTS, *_FOUND):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=None)


_register_extensions()


def load(
    *,
    components: Sequence[str] = COMPONENTS,
    config: Mapping[str, Mapping[str, Any]] | None = None,
    scheme: Scheme | None = None,
) -> Language:
    """Build the pipeline.

    Args:
        components: names of registered factories, in order; leave one out to switch it off, add your own.
        config: settings per component, JSON-able.
        scheme: the authority file, which ``policy_authority`` looks up; the bundled one by default.

    Returns:
        A spaCy pipeline without a tokenizer: feed it through ``annotate``.

    Raises:
        ValueError: a component that no one registered (spaCy's message names it).
        UsageError: settings of a component that is not among these, or a scheme that none looks up.

    >>> load(components=["policy_structure"]).pipe_names
    ['policy_structure']
    """
    set_up = {*(config or ()), *(["policy_authority"] if scheme is not None else ())}
    if idle := ", ".join(sorted(set_up.difference(components))):
        raise UsageError(f"«{idle}» is set up but not among the components; add it or leave that out", subject=idle)
    nlp = spacy.blank("zh")
    for name in components:
        nlp.add_pipe(name, config=dict((config or {}).get(name, {})))
    if scheme is not None:
        nlp.get_pipe("policy_authority").scheme = scheme  # type: ignore[attr-defined]
    return nlp


def make_doc(nlp: Language, document: Document) -> Doc:
    """Make a Doc with one token a code point, so that a token's index is its offset."""
    doc = Doc(nlp.vocab, words=list(document.text), spaces=[False] * len(document.text))
    doc.user_data["text"] = document.text
    doc._.document = document
    for name in _LISTS:
        setattr(doc._, name, [])
    for name, nothing in _FOUND.items():
        setattr(doc._, name, nothing)
    return doc


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python's garbage collector from going over the lists of a document while they are made: a tenth of the time.

    What goes is freed at once all the same; only cycles wait, which no component makes.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_collector_paused()
def process(nlp: Language, document: Document) -> Doc:
    """Run every component over a document's text as it is; the Doc renders with displaCy (``style="span"``)."""
    doc = make_doc(nlp, document)
    for _, component in nlp.pipeline:
        doc = component(doc)
    return doc


@_collector_paused()
def annotate(nlp: Language, document: Document) -> Annotation:
    """Annotate one document.

    Args:
        nlp: a pipeline that ``load`` built.
        document: text and metadata.

    Returns:
        Entities with mentions, indicators and links; all offsets in code points of ``document.text``. They are found in
        the text with its broken lines joined (``extract.layout.reflow``).
    """
    flow = reflow(document.text)
    doc = process(nlp, replace(document, text=flow.text))
    found: dict[str, Any] = {name: getattr(doc._, name) for name in _FOUND}
    return Annotation(document, **(found if flow.text == document.text else _as_read(found, flow)))


def _as_read(found: Any, flow: Reflowed) -> Any:
    """Place every span of what was found in the joined text in the text as read."""
    match found:
        case str() | float() | None:
            return found
        case Span():
            return flow.as_read(found)
        case tuple():
            return tuple(_as_read(each, flow) for each in found)
        case dict():
            return {name: _as_read(each, flow) for name, each in found.items()}
        case Structure() | Section() | GlossaryEntry() | Entity() | Indicator() | Link():
            return type(found)(*(_as_read(getattr(found, each.name), flow) for each in fields(found)))
    return found


def annotate_all(nlp: Language, documents: Iterable[Document]) -> Iterable[Annotation]:
    """Annotate documents one after the other, lazily."""
    return (annotate(nlp, document) for document in documents)
