"""Reads componentOf: which strategy, policy or slogan is part of which."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Claim, Entity
from extract.document import Span
from extract.finders.definitions import counts_of, names_of, strives
from extract.layout.explanations import meaning_behind
from extract.mentions import Mentions
from extract.numerals import announced
from extract.surface import HAN, folded_text
from ontology.scheme import Scheme
from ontology.terms import IDEAS, Basis, Kind, Predicate

_SUMMED = re.compile('等(?:全?(?:自治区|[省市州盟县区旗镇乡])委?)?"?$')
"""What sums up a list before its whole, with whose it is: …、…等|自治区|“六个工程”."""
_SUMMING = 7
_COUNTED = re.compile(r"^([二两三四五六七八九十])(?:个|大|条|项)?(.{2,6})$")
_COMPOUND = re.compile(rf"[二两三四五六七八九十][个大项条]?[{HAN}]")
"""A name that announces its parts (六保, 两不愁三保障): only there do mentions of both imply that one is the whole."""
_SPELLED_OUT = 60
"""Characters from a whole to the last of the parts that it is spelled out into."""
_OPENED = re.compile(r'(?:^|[、和与])"?$')
_CLOSED = re.compile(r'"?(?:$|[、和与]|[双两二三四五六七八九十][个大项])')
"""What stands before and behind an item of a name that is a list."""
_BRIEFEST = 3
"""Characters of the shortest name that is looked for among a list's items."""
_MANY = 4
"""So many names of one ending are a counted whole's parts wherever they stand; fewer in several lines seldom."""
_BETWEEN = re.compile('"?[、，；]?(?:以及|[和与及])?[^，。；、在委]{0,4}?"?')
"""What stands between two parts, or before the first: a mark and a verb."""
_MARK = re.compile("[，。：；]")
_MOST, _NEARLY_ALL = 0.7, 0.8
"""Shares of a sub-heading's first clause and of the heading above it that their instruments' names make up."""
_NUMBERED = re.compile(rf'"?([双两二三四五六七八九十])(?:个|大|条|项|区|城)?[{HAN}]')


class CompositionReader:
    """Claims parts and wholes: by enumeration, name, number and heading, by the authority file in one sentence."""

    def __call__(self, doc: Doc) -> Doc:
        """Append the claims."""
        mentions = Mentions.of(doc)
        folded = folded_text(doc)
        self._by_enumeration(doc, mentions, folded)
        self._by_definition(doc, mentions, folded)
        self._by_name(doc, mentions, folded)
        self._by_number(doc, mentions, folded)
        self._by_heading(doc, mentions)
        self._by_policy_heading(doc, mentions, folded)
        self._by_authority(doc, mentions)
        return doc

    def _claim(self, doc: Doc, part: Span, whole: Span, basis: Basis, sure: float, evidence: Span, rule: str) -> None:
        doc._.claims.append(
            Claim(part, Predicate.COMPONENT_OF, whole, basis, sure, evidence, f"policy_composition/{rule}")
        )

    def _by_authority(self, doc: Doc, mentions: Mentions) -> None:
        scheme: Scheme | None = doc._.scheme
        if scheme is None:
            return
        by_concept = {entity.concept: entity for entity in mentions.entities if entity.concept}
        wholes = mentions.wholes(doc._.claims)
        for iri, part in by_concept.items():
            concept = scheme.concept(iri) if iri else None
            for whole_iri in concept.component_of if concept else ():
                whole = by_concept.get(whole_iri)
                if whole is None or not _COMPOUND.search(whole.name):
                    continue
                if any(whole.id in wholes.get(between, ()) for between in wholes.get(part.id, ())):
                    continue  # the document spells out a nearer whole
                for span, other in mentions.together(part, whole):
                    if max(span, other).start - min(span, other).end <= _SPELLED_OUT:
                        sentence = mentions.sentence(span)
                        self._claim(doc, span, other, Basis.DEFINITIONAL, 0.5, sentence, "authority")
                        break

    def _by_enumeration(self, doc: Doc, mentions: Mentions, folded: str) -> None:
        for entity in mentions.entities:
            if entity.kind not in IDEAS:
                continue
            for whole in entity.mentions:
                summed = _SUMMED.search(folded, max(0, whole.start - _SUMMING), whole.start)
                counted = _NUMBERED.match(folded, whole.start)
                if summed is None and counted is None:
                    continue
                sentence = mentions.sentence(whole)
                edge = summed.start() if summed else whole.start
                listed = self._listed(mentions, folded, Span(min(sentence.start, edge), edge + 1), entity)
                # “双一流”“双特色”“双高”: the last counts as the others do
                alike = any(_NUMBERED.match(folded, part.start) for part in listed)
                as_many = len(listed) >= 2 and counted and len(listed) == announced(counted.group(1)) and not alike
                if (listed and summed) or as_many:
                    for part in listed:
                        self._claim(doc, part, whole, Basis.STATED, 0.95, sentence, "enumeration")

    @staticmethod
    def _listed(mentions: Mentions, folded: str, stretch: Span, entity: Entity) -> list[Span]:
        """Return the names of an entity's kind that are listed up to the last character of a stretch."""
        before = [span for span, other in mentions.outermost(stretch, (entity.kind,)) if other is not entity]
        listed: list[Span] = []
        edge = len(folded[: stretch.end - 1].rstrip('"'))
        for span in reversed(before):
            between = folded[span.end : edge].strip('"')
            # A whole follows its last part at once: in 邓小平理论、“三个代表”重要思想 it is one more item.
            if between not in (("", "、", "和", "及", "与", "以及", '"、"') if listed else ("",)):
                break
            listed.append(span)
            edge = span.start
        return listed

    def _by_definition(self, doc: Doc, mentions: Mentions, folded: str) -> None:
        """What a name is explained as is its parts: as many names as it counts, or a bare list of them.

        What an item that the glossary makes a part goes on behind is none: 绿色低碳转型 in 在绿色低碳转型上聚力提升.
        """
        wholes = mentions.wholes(doc._.claims)
        items = [claim.subject for claim in doc._.claims if claim.predicate is Predicate.COMPONENT_OF]
        for at, whole, meaning in _explained(mentions, folded):
            listed = [i for i in items if meaning.contains(i) and "、" not in folded[i.start : i.end]]
            named: dict[str, Span] = {}
            for span, part in mentions.outermost(meaning, IDEAS):
                within = any(item.contains(span) and folded[span.end : item.end].strip('"') for item in listed)
                if part is not whole and not within:
                    named.setdefault(part.id, span)
            found = [
                span
                for part, span in named.items()
                if not any(other in named or whole.id in wholes.get(other, ()) for other in wholes.get(part, ()))
            ]
            parts = _spelled_out(folded, at, meaning, found)
            for span in parts if len(parts) > 1 else ():
                self._claim(doc, span, at, Basis.DEFINITIONAL, 0.9, mentions.sentence(span), "definition")

    def _by_name(self, doc: Doc, mentions: Mentions, folded: str) -> None:
        """A name that is a list of names (茶旅名县、工业兴县; 大扶贫、大数据、大生态三大战略行动) is their whole.

        The names may stand in it as such, or elsewhere in the document. A slogan that is a list has no parts (3 of 29
        such links were right), nor has a policy of whose list one name is known (3 of 48); of a strategy's 57 of 131
        were right where one is, nine of ten where more are.
        """
        forms: dict[str, tuple[Span, Entity]] = {}
        for entity in mentions.entities:
            for span in entity.mentions if entity.kind in IDEAS else ():
                forms.setdefault(folded[span.start : span.end].strip('"'), (span, entity))
        for entity in mentions.entities:
            for whole in entity.mentions if entity.kind in (Kind.STRATEGY, Kind.POLICY) else ():
                name = folded[whole.start : whole.end]
                if "、" not in name:
                    continue
                items = {
                    part.id: span
                    for span, part in mentions.within(whole, IDEAS)
                    if span != whole and _is_item(name, span.start - whole.start, span.end - whole.start)
                }
                for item in _items(name):
                    if len(item) >= _BRIEFEST and item in forms:
                        span, part = forms[item]
                        items.setdefault(part.id, span)
                items.pop(entity.id, None)
                alone = len(items) == 1  # one known name in a list may just stand there
                if alone and entity.kind is not Kind.STRATEGY:
                    continue
                for span in items.values():
                    # “港人治港”、“澳人治澳” is one known name written as two, not a whole.
                    if not alone or folded[span.start : span.end].strip('"') in entity.name:
                        sure = 0.45 if alone else 0.95
                        self._claim(doc, span, whole, Basis.DEFINITIONAL, sure, mentions.sentence(whole), "name")

    def _by_number(self, doc: Doc, mentions: Mentions, folded: str) -> None:
        """As many names of one ending as a name counts are its parts, or as many as the headings of one rank name."""
        headed: dict[int, set[str]] = defaultdict(set)
        for index, section in enumerate(mentions.structure.sections):
            if section.heading is not None and section.role == "body":
                named = mentions.within(section.heading, IDEAS)
                headed[len(mentions.structure.path(index))] |= {entity.id for _, entity in named}
        for whole in mentions.entities:
            match = _COUNTED.match(whole.name.strip('“”"')) if whole.kind in IDEAS else None
            if match is None:
                continue
            count, head = announced(match.group(1)), match.group(2)
            parts = [e for e in mentions.entities if e.kind is whole.kind and e is not whole and e.name.endswith(head)]
            ranks = ([part for part in parts if part.id in ids] for ids in headed.values())
            counted = next((found for found in (parts, *ranks) if len(found) == count), [])
            first = [part.mentions[0] for part in counted]
            apart = counted is parts and "\n" in folded[min(first).start : max(first).start]
            sure = 0.45 if apart and len(first) < _MANY else 0.94
            for span in first:
                self._claim(doc, span, whole.mentions[0], Basis.DEFINITIONAL, sure, mentions.sentence(span), "number")

    def _by_heading(self, doc: Doc, mentions: Mentions) -> None:
        sections = mentions.structure.sections
        if doc._.document.metadata.wide:
            return  # 2 of 39 such headings of the nation and of provinces were part and whole
        for index, section in enumerate(sections):
            if section.heading is None or section.role != "body":
                continue
            inner = list(mentions.within(section.heading, (Kind.STRATEGY,)))
            for ancestor in mentions.structure.path(index)[1:]:
                heading = sections[ancestor].heading
                outer = list(mentions.within(heading, (Kind.STRATEGY,))) if heading is not None else []
                if not outer:
                    continue
                for span, part in inner:
                    for whole_span, whole in outer:
                        if part is not whole and part.level is whole.level and not (part.concept or whole.concept):
                            self._claim(doc, span, whole_span, Basis.STRUCTURAL, 0.8, section.heading, "heading")
                break

    def _by_policy_heading(self, doc: Doc, mentions: Mentions, folded: str) -> None:
        """What a sub-heading names is part of the instrument that the heading above it names.

        Of such instruments of annotated texts 24 of 32 were: 场景应用“赋能”行动, below it 人工智能+工业制造.
        """
        sections = mentions.structure.sections
        for index, section in enumerate(sections):
            path = mentions.structure.path(index)
            above = sections[path[1]].heading if len(path) > 1 else None
            if section.heading is None or above is None or section.role != "body":
                continue
            start, end = section.heading.start, section.heading.end
            mark = _MARK.search(folded, start + 1, end)  # 一是|，城乡居民收入…: a scan's heading may open with one
            first = Span(start, mark.start() if mark is not None else end)
            part, whole = _filling(mentions, first, _MOST), _filling(mentions, above, _NEARLY_ALL)
            if part is not None and whole is not None and part[1] is not whole[1]:
                self._claim(doc, part[0], whole[0], Basis.STRUCTURAL, 0.7, section.heading, "policy heading")


def _filling(mentions: Mentions, stretch: Span, share: float) -> tuple[Span, Entity] | None:
    """Return the instrument whose name makes up a share of a stretch."""
    least = share * (stretch.end - stretch.start)
    named = mentions.within(stretch, (Kind.POLICY,))
    return next(((span, policy) for span, policy in named if span.end - span.start >= least), None)


def _explained(mentions: Mentions, folded: str) -> Iterator[tuple[Span, Entity, Span]]:
    """Yield the names that the document explains, by its glossary or in the same sentence, with what explains them."""
    glossary = {name: e.definition for e in mentions.structure.glossary for name in names_of(folded, e.term)}
    for span, entity in mentions.within(mentions.whole, IDEAS):
        meaning = glossary.get(span) or meaning_behind(folded, span.end)
        if meaning is not None:
            yield span, entity, meaning


def _spelled_out(folded: str, whole: Span, meaning: Span, named: Sequence[Span]) -> Sequence[Span]:
    """Return which of the names in an explanation are the parts: as many as the whole counts, or a bare list."""
    counts = counts_of(folded, whole)
    groups = [span for span in named if folded[span.start] in "一双两二三四五六七八九十"]
    if counts and [announced(folded[group.start]) for group in groups] == counts:
        return groups
    if len(named) in (sum(counts), len(counts)):
        return named
    first: list[Span] = []
    edge = meaning.start
    for span in named:
        if not _BETWEEN.fullmatch(folded, edge, span.start) or (first and strives().match(folded, edge)):
            break
        first.append(span)
        edge = span.end
    bare = len(first) == len(named) and not folded[edge : meaning.end].strip('"。；，\n')
    return first if bare or len(first) in (sum(counts), *counts) else ()


def _items(name: str) -> Iterator[str]:
    """Yield the stretches of a name that may be items of it, if it is a list.

    >>> list(_items("茶旅名县、工业兴县"))
    ['茶旅名县', '茶旅名县、工业兴县', '工业兴县']
    """
    starts = [match.end() for match in re.finditer('(?:^|[、和与])"?', name)]
    ends = [at for at in range(1, len(name) + 1) if _CLOSED.match(name, at)]
    return (name[start:end] for start in starts for end in ends if start < end)


def _is_item(name: str, start: int, end: int) -> bool:
    """Tell whether a stretch of a name is one of the items that it lists.

    >>> _is_item("茶旅名县、工业兴县", 5, 9), _is_item("茶旅名县、工业兴县", 7, 9)
    (True, False)
    """
    return _OPENED.search(name[:start]) is not None and _CLOSED.match(name[end:]) is not None


@Language.factory("policy_composition")
def make_composition_reader(nlp: Language, name: str) -> CompositionReader:
    """Create the reader of parts and wholes."""
    return CompositionReader()
