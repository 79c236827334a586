"""Reads locatedIn: where a village, an organization or a project stands."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Claim, Entity
from extract.document import Place, Span
from extract.mentions import Mentions
from extract.surface import folded_text
from ontology.terms import Basis, Kind, Level, Predicate

_INSTITUTION = re.compile(
    r"(?:政府|委员会|党委|人大|代表大会|政协|主席团|中心|专班|小分队|[队所站办局厅院校社会]|办公室|[一-鿿]区|口岸|合作社|大学|实验室|学校|医院)$"
)
"""Institutions of the place; where a firm or a brand sits, a report seldom says."""


class LocationReader:
    """Claims the most specific place that the name, the clause or the document's own place gives."""

    def __call__(self, doc: Doc) -> Doc:
        """Append the claims."""
        mentions = Mentions(doc)
        folded = folded_text(doc)
        home: Place | None = doc._.document.metadata.place
        units = {
            e.place.path: e for e in mentions.entities if e.kind is Kind.ADMINISTRATIVE_UNIT and e.place is not None
        }
        own = units.get(home.path) if home is not None else None
        for entity in mentions.entities:
            if entity.kind is Kind.VILLAGE:
                container = entity.place.within[-1] if entity.place is not None and entity.place.within else home
                unit = units.get(container.path) if container is not None else None
                self._claim(doc, entity, unit or own, mentions, "village", 0.97)
            elif entity.kind is Kind.ORGANIZATION:
                small = home is not None and home.level.rank >= Level.COUNTY.rank
                if not _INSTITUTION.search(entity.name) and not small:
                    continue
                unit = units.get(entity.place.path) if entity.place is not None else None
                elsewhere = re.match("[省市县区州旗](?:委|人|政|第)", entity.name)  # a body of a unit that is not told
                if (
                    unit is None
                    and entity.place is None
                    and not elsewhere
                    and home
                    and home.level is not Level.NATIONAL
                ):
                    unit = self._named(mentions, entity) or own
                if unit is not None and unit.level is not Level.NATIONAL:
                    self._claim(doc, entity, unit, mentions, "organization", 0.97)
            elif entity.kind is Kind.PROJECT:
                self._project(doc, entity, mentions, folded, own, home)
        return doc

    @staticmethod
    def _named(mentions: Mentions, entity: Entity) -> Entity | None:
        """Return the unit that an organization's name names: 大同 in 大同经开区."""
        units = (Kind.ADMINISTRATIVE_UNIT,)
        return next((unit for span in entity.mentions for _, unit in mentions.within(span, units)), None)

    def _project(
        self, doc: Doc, entity: Entity, mentions: Mentions, folded: str, own: Entity | None, home: Place | None
    ) -> None:
        places = (Kind.VILLAGE, Kind.ADMINISTRATIVE_UNIT)
        found: dict[str, tuple[Span, Entity]] = {}
        for span in entity.mentions:
            for kinds in ((Kind.VILLAGE,), (Kind.ADMINISTRATIVE_UNIT,)):
                inner = {e.id: (span, e) for _, e in mentions.within(span, kinds)}
                if inner and not found:
                    found = inner
        if not found:
            for span in entity.mentions:
                sentence = mentions.sentence(span)
                clause = re.split("[，；。]", folded[sentence.start : span.start])[-1]
                stretch_start = span.start - len(clause)
                if stretch_start < span.start and re.search("在|为|以|对", clause):
                    for _, place in mentions.within(Span(stretch_start, span.start), places):
                        found.setdefault(place.id, (span, place))
                if found:
                    break
        if any(place.kind is Kind.VILLAGE for _, place in found.values()):
            found = {key: value for key, value in found.items() if value[1].kind is Kind.VILLAGE}
        for span, place in found.values():
            doc._.claims.append(
                Claim(
                    span,
                    Predicate.LOCATED_IN,
                    place.mentions[0],
                    Basis.STATED,
                    0.86,
                    mentions.sentence(span),
                    "policy_location/name",
                )
            )
        if not found and own is not None and home is not None and home.level is not Level.NATIONAL:
            self._claim(doc, entity, own, mentions, "document", 0.9)

    @staticmethod
    def _claim(doc: Doc, entity: Entity, unit: Entity | None, mentions: Mentions, rule: str, sure: float) -> None:
        if unit is None or unit is entity:
            return
        span = entity.mentions[0]
        doc._.claims.append(
            Claim(
                span,
                Predicate.LOCATED_IN,
                unit.mentions[0],
                Basis.STATED,
                sure,
                mentions.sentence(span),
                f"policy_location/{rule}",
            )
        )


@Language.factory("policy_location")
def make_location_reader(nlp: Language, name: str) -> LocationReader:
    """Create the reader of places."""
    return LocationReader()
