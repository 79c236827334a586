"""Reads serves and advances: which work is for which strategy, and which strategy carries out a higher one.

Four readings, from the surest to the least sure: a sentence says so (stated), a heading or lead announces the strategy
of what follows (structural), the names contain one another (definitional), the subject matter is the same (inferred).
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from extract.relations.service.headings import structural
from extract.relations.service.likeness import definitional, inferred
from extract.relations.service.reading import Reading
from extract.relations.service.sentences import stated


class ServiceReader:
    """Claims what serves and advances what.

    Attributes:
        inferred: whether claims from subject matter are made too.
    """

    def __init__(self, inferred: bool) -> None:
        self.inferred = inferred

    def __call__(self, doc: Doc) -> Doc:
        """Append the claims."""
        reading = Reading(doc)
        stated(reading)
        structural(reading)
        definitional(reading)
        if self.inferred:
            inferred(reading)
        return doc


@Language.factory("policy_service", default_config={"inferred": True})
def make_service_reader(nlp: Language, name: str, inferred: bool) -> ServiceReader:
    """Create the reader of serves and advances."""
    return ServiceReader(inferred)
