"""Decides which candidates stand, and makes them the document's entities.

The finders propose overlapping spans; here a document speaks with one voice: a phrase has one kind throughout, names
do not cross, and the mentions of one thing (``identity``) are one entity with a level and, of projects, a status.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from extract.annotation import Candidate, Entity
from extract.candidates import naming
from extract.document import Metadata, Place, Span, Structure
from extract.finders.authority import is_ours
from extract.finders.glossary import genus_of
from extract.identity import TRUSTED, Cluster, bare_form, cluster, everywhere, with_shared_heads
from extract.learned.classifier import MODELS
from extract.levels import coined_level, level_of, made_here
from extract.lists import completed
from extract.nameless import TOLD
from extract.names import FIVE_YEARS, alternation, lexicon
from extract.status import status
from extract.surface import folded_text
from ontology.iri import normalise
from ontology.scheme import Scheme
from ontology.terms import IDEAS, PLACES, Kind, Level, Predicate

_ROADS = re.compile("[路街道]$")
"""How the bare name of a road ends, a site within a longer work's name."""
_OFFICE = re.compile("(?:局|委|委员会|办|办公室|服务中心)$")
_FORMULA = re.compile(r"\d\"?$")
"""What makes a known name one's own: 622|现代产业体系."""
_IDEA = re.compile('["“]?(?P<of>[^"“”]{4,})["”]?的?(?:五大)?(?:发展)?理念')
"""A name that is called an idea: 人民至上|的理念."""
_MODERN = "建设社会主义现代化"
"""How a name ends that leaves out of what: 全面建设社会主义现代化|国家 (3 of 3)."""
_ROUND = re.compile("第[一二三四五六]轮(?=中央)")
"""Which round it is of a known instrument, which is one entity (7 of 7): 第二轮|中央生态环境保护督察."""
_FIVE_YEARS = re.compile(f"“{FIVE_YEARS}”规划")
_PLANNING = (Level.PROVINCIAL, Level.PREFECTURE)
"""The levels whose reports mean their own plan by “十四五”规划; a county's and a town's mean the nation's."""


def one_kind_a_phrase(candidates: Sequence[Candidate], folded: str) -> list[Candidate]:
    """Keep, for each surface form, the kind that the document's evidence favours.

    Villages and units are left out of the vote: 张营 may be the town here and the village there. What is a unit is no
    organization besides (of 7,858 surfaces of units two are).
    """
    printed = [(c, folded[c.span.start : c.span.end]) for c in candidates]
    units = {form for c, form in printed if c.kind is Kind.ADMINISTRATIVE_UNIT}
    printed = [(c, form.strip('"')) for c, form in printed if c.kind is not Kind.ORGANIZATION or form not in units]
    votes: dict[str, dict[Kind, float]] = defaultdict(lambda: defaultdict(float))
    for c, form in printed:
        if c.kind not in PLACES:
            votes[form][c.kind] += c.confidence + TRUSTED.get(c.extractor, 0) * 0.2
    winner = {form: max((sure, kind) for kind, sure in kinds.items())[1] for form, kinds in votes.items()}
    return [c for c, form in printed if c.kind in PLACES or winner[form] is c.kind]


def settle_overlaps(candidates: Iterable[Candidate], folded: str) -> list[Candidate]:
    """Drop what cannot stand beside a better candidate.

    Names may nest (小姚村 in 小姚村…创建项目), but two names never cross, and of two nested names of one kind the inner
    stands only where it is known by itself (authority file, glossary, quotation marks).
    """
    ranked = sorted(candidates, key=lambda c: (-_strength(c), -(c.span.end - c.span.start), c.span.start, c.kind))
    kept: list[Candidate] = []
    by_line: dict[int, list[Candidate]] = defaultdict(list)
    for c in ranked:
        buckets = range(c.span.start // 64, c.span.end // 64 + 1)
        if all(_compatible(c, other, folded) for b in buckets for other in by_line[b]):
            kept.append(c)
            for b in buckets:
                by_line[b].append(c)
    return sorted(kept, key=lambda c: (c.span.start, -c.span.end, c.kind))


def _strength(c: Candidate) -> float:
    return c.confidence + TRUSTED.get(c.extractor, 0) * 0.1 + min(c.span.end - c.span.start, 20) * 0.01


def _compatible(c: Candidate, other: Candidate, folded: str) -> bool:
    """Tell whether a candidate may stand beside a surer one."""
    if not c.span.overlaps(other.span):
        return True
    if c.span == other.span:
        guess = c.kind is Kind.VILLAGE and c.extractor == "policy_tagger" and other.kind is Kind.ORGANIZATION
        return c.kind is other.kind or ((c.kind in PLACES) != (other.kind in PLACES) and not guess)
    if not (c.span.contains(other.span) or other.span.contains(c.span)):
        return False
    if c.kind is not other.kind:
        inner, outer = (other, c) if c.span.contains(other.span) else (c, other)
        return not (outer.kind is Kind.VILLAGE and inner.kind is not Kind.ADMINISTRATIVE_UNIT)
    inner, outer = (other, c) if c.span.contains(other.span) else (c, other)
    same = c.name == other.name is not None
    item = "、" not in folded[inner.span.start : inner.span.end] and folded.startswith(("、", '"、'), inner.span.end)
    marked = folded[outer.span.start] == '"' and outer.span.start == inner.span.start - 1
    if marked and outer.span.end > inner.span.end + 1 and not (same or item):
        return False  # “一带三园”|发展思路: one thing, by the likelier of its names
    if c.kind is Kind.PROJECT and _ROADS.search(folded, inner.span.start, inner.span.end) and outer is other:
        return False  # 薛卫台路 within 万安路、薛卫台路道路维修工程
    known = inner.concept is not None or inner.extractor == "policy_organizations"
    before = outer.span.start, inner.span.start
    own = _FORMULA.search(folded, *before) is not None or _attribute().match(folded, *before) is not None
    if known and outer.span.end == inner.span.end and outer.extractor not in TRUSTED and not own:
        return False  # a verb or an ordinary attribute before a known name: 因疫因灾遇困群众|临时救助
    if inner.concept is not None and outer.extractor == "policy_tagger" and outer.span.start == inner.span.start:
        # 改革开放|持续深化, unlike 打造|生态文明建设先行试验区
        behind = outer.span.end - inner.span.end
        whole = tuple(lexicon("strategies")["ambition"]["whole"])
        return behind not in range(2, 7) or (outer is c and folded.endswith(whole, *outer.span))
    if TRUSTED.get(inner.extractor, 0) > 0 or same or inner.span.start != outer.span.start:
        return True
    # The first item of a name that is a list, 工业立市|、制造强市, but no list of names that are surer than it, and no
    # work of a list on which one work is done (of 15 that only such a list holds 3 are annotated).
    return item and c.kind is not Kind.PROJECT and (outer is other or outer.extractor in TRUSTED)


@cache
def _attribute() -> re.Pattern[str]:
    """Return the long attribute that makes a known name one's own, too: 具有山东优势的|现代化产业体系."""
    return re.compile(f"(?:{alternation(lexicon('strategies')['characterised'])}|[^，、]+、)[^，]+的$")


def named_by_themselves(clusters: list[Cluster], folded: str) -> list[Cluster]:
    """Return the clusters without what only the names of others hold: 军民融合 of 市委军民融合办.

    None of 11 strategies in the names of offices was annotated (of what leading groups, 制造强国建设领导小组, and zones
    are called after half was), nor of 4 known ones within slogans; of 29 coined names within those of other kinds 3.
    """
    spans: dict[Kind, list[Span]] = defaultdict(list)
    for group in clusters:
        spans[group.kind] += [c.span for c in group.candidates]
    bodies, slogans = spans[Kind.ORGANIZATION], spans[Kind.SLOGAN]
    offices = [span for span in bodies if _OFFICE.search(folded, span.start, span.end)]
    known = {Kind.STRATEGY: _Holders([*offices, *slogans])}
    coined = {
        Kind.STRATEGY: _Holders([*offices, *slogans, *spans[Kind.POLICY]]),
        Kind.POLICY: _Holders([*bodies, *spans[Kind.STRATEGY]]),
    }
    named = []
    for group in clusters:
        others = (coined if group.best().concept is None else known).get(group.kind)
        if others is None or not all(others.hold(c.span) for c in group.candidates):
            named.append(group)
    return named


class _Holders:
    """Spans of which one may ask whether a shorter one stands within any.

    >>> _Holders([Span(2, 6)]).hold(Span(3, 6)), _Holders([Span(2, 6)]).hold(Span(2, 6))
    (True, False)
    """

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reach = [0, *accumulate((end for _, end in ordered), max)]  # the farthest end of so many

    def hold(self, span: Span) -> bool:
        """Tell whether a span stands within one of these that is longer."""
        before, beside = (bisect(self._starts, span.start) for bisect in (bisect_left, bisect_right))
        return self._reach[before] >= span.end or self._reach[beside] > span.end


def _own_level(group: Cluster, folded: str, place: Place | None) -> Level | None:
    """Return the speaking government's level where a name is that of its plan, of what it makes or is to be itself."""
    if place is None:
        return None
    if _FIVE_YEARS.fullmatch(group.name):
        return place.level if place.level in _PLANNING else None
    made = group.kind is Kind.POLICY and made_here(group.name, [c.span for c in group.candidates], folded)
    own = group.kind is Kind.STRATEGY and group.name in lexicon("levels")["name"]["own_government"]
    return place.level if made or own else None


class _Reading(NamedTuple):
    """What a document's names are judged by.

    Attributes:
        folded: its folded text.
        structure: its sections.
        metadata: who speaks.
        scheme: the authority file, where it was looked up.
    """

    folded: str
    structure: Structure
    metadata: Metadata
    scheme: Scheme | None


class EntityResolver:
    """Turns ``doc._.candidates`` into ``doc._.entities`` and ``doc.spans["sc"]``.

    Attributes:
        threshold: entities whose best candidate is less sure are dropped.
        shortest: forms of fewer characters are not looked for elsewhere in the text.
        models: folder of the models that tell who issued a name and how far a project has come.
    """

    def __init__(self, threshold: float, shortest: int, models: Path) -> None:
        self.threshold = threshold
        self.shortest = shortest
        self.models = models

    def __call__(self, doc: Doc) -> Doc:
        """Resolve the candidates of a document."""
        folded = folded_text(doc)
        reading = _Reading(folded, doc._.structure, doc._.document.metadata, doc._.scheme)
        likely = [c for c in doc._.candidates if c.confidence >= self.threshold]
        likely = _without_genera(likely, reading)
        meant = frozenset(c.concept for c in likely if c.concept is not None)
        likely = [_recognised(c, reading, meant) for c in completed(list(naming(likely, folded)), folded)]
        settled = settle_overlaps(one_kind_a_phrase(likely, folded), folded)
        clusters = cluster(with_shared_heads(settled, folded), folded, reading.metadata.place)
        everywhere(clusters, folded, shortest=self.shortest)
        clusters = named_by_themselves(clusters, folded)
        clusters.sort(key=lambda g: (min(c.span for c in g.candidates), g.kind))
        levels = _levels(doc, clusters, folded, self.models)
        doc._.entities = tuple(
            self._entity(f"e{number}", group, level, reading)
            for number, (group, level) in enumerate(zip(clusters, levels, strict=True), 1)
        )
        key = doc.vocab.strings.add
        keyed = [(key(entity.kind), key(entity.id), entity.mentions) for entity in doc._.entities]
        doc.spans["sc"] = [
            DocSpan(doc, span.start, span.end, label=label, kb_id=identifier)
            for label, identifier, mentions in keyed
            for span in mentions
        ]
        return doc

    def _entity(self, identifier: str, group: Cluster, level: Level | None, reading: _Reading) -> Entity:
        """Return the entity that a cluster is; ``level`` is that of who issued its name."""
        folded, structure, metadata, scheme = reading
        place = metadata.place
        concept = group.first(lambda c: c.concept)
        known = scheme.concept(concept) if concept and scheme is not None else None
        if known is not None and known.level is not level and _own_level(group, folded, place):
            concept = known = None
        mentions = tuple(sorted({c.span for c in group.candidates}))
        unit, issuer, progress = group.first(lambda c: c.place), None, None
        if group.kind in PLACES:
            level = unit.level if unit is not None else level
        elif place is not None and level is not None:
            issuer = place.at(level)
        if group.kind is Kind.PROJECT:
            progress = status(mentions, folded, structure, metadata.level, self.models)
        return Entity(
            id=identifier,
            kind=group.kind,
            name=known.label if known is not None else group.name if concept else normalise(group.name),
            mentions=mentions,
            level=level,
            issuer=issuer,
            place=unit,
            concept=concept,
            definition=group.first(lambda c: c.definition),
            status=progress,
            confidence=round(min(1.0, max(c.confidence for c in group.candidates)), 3),
            finders=frozenset(c.extractor for c in group.candidates),
        )


def _without_genera(candidates: list[Candidate], reading: _Reading) -> list[Candidate]:
    """Leave out what a definition only calls its term: 金通工程: …通客车的|提质升级工程."""
    found = (genus_of(reading.folded, entry.definition) for entry in reading.structure.glossary)
    genera = {span.end: span for span in found if span is not None}
    if not genera:
        return candidates
    known = {c.span for c in candidates if c.extractor in TOLD}
    return [
        c
        for c in candidates
        if (genus := genera.get(c.span.end)) is None
        or c.kind not in IDEAS
        or c.span in known
        or not genus.contains(c.span)
    ]


def _recognised(c: Candidate, reading: _Reading, meant: Collection[str]) -> Candidate:
    """Return a candidate as the concept of exactly its name: the nation's, an own unit's or one that the text means.

    An instrument that is called a project is that instrument: “全面改薄”|项目, “两重”|项目.
    """
    scheme = reading.scheme
    called = c.kind is Kind.PROJECT and c.extractor == "policy_quotations"
    if scheme is None or not (c.kind in IDEAS or called) or c.concept is not None:
        return c
    form = bare_form(reading.folded, c.span)
    name = form if called else c.name or form
    kinds: Sequence[Kind] = (Kind.POLICY, Kind.STRATEGY) if called else (c.kind,)
    concept = scheme.by_label(name)
    if name.endswith("理念") and (idea := _IDEA.fullmatch(name)):
        concept = concept or scheme.by_label(idea["of"]) or scheme.by_label(f"{idea['of']}发展理念")
        kinds = IDEAS
    elif concept is None and name.endswith(_MODERN):
        concept = scheme.by_label(name + "国家")
    elif concept is None and (another := _ROUND.match(name)):
        concept = scheme.by_label(name[another.end() :])
    if concept is None or concept.kind not in kinds:
        return c
    if concept.iri not in meant and not is_ours(concept, reading.metadata.place):
        return c
    return replace(c, kind=concept.kind, concept=concept.iri, name=concept.label, level=concept.level)


def _levels(doc: Doc, clusters: list[Cluster], folded: str, models: Path) -> list[Level | None]:
    """Return the level of each cluster; a part that no authority knows is of the level of its whole.

    So is what a known name lists (so annotated were all seven that else had another: 园区经济 as a county's).
    Who issued a name the authority file knows also where the document takes it for another kind.
    """
    at = {c.span: number for number, group in enumerate(clusters) for c in group.candidates if group.kind in IDEAS}
    levels: list[Level | None] = []
    metadata = doc._.document.metadata
    known = {c.span: c.level for c in doc._.candidates if c.concept is not None and c.kind in IDEAS}
    for group in clusters:
        plan = _own_level(group, folded, metadata.place)
        level = plan or group.best().level or group.first(lambda c: c.level)
        if level is None and group.kind in IDEAS:
            spans = sorted({c.span for c in group.candidates})
            meaning = group.first(lambda c: c.definition)
            level = (
                next(filter(None, map(known.get, spans)), None)
                or (coined_level(meaning, metadata.place) if meaning else None)
                or level_of(group.kind, group.name, spans, folded, metadata, models, own=bool(meaning))
            )
        levels.append(level)
    listed = {
        item: level
        for group, level in zip(clusters, levels, strict=True)
        if "、" in group.name and group.kind in (Kind.STRATEGY, Kind.POLICY) and group.best().concept is not None
        for item in re.split("[、和与]", group.name)
    }
    for number, group in enumerate(clusters if listed else ()):
        level = listed.get(group.name.strip('“”"'))
        if level is not None and group.kind in IDEAS and group.best().concept is None:
            levels[number] = level
    for claim in doc._.claims:  # wholes come before their parts
        part, whole = at.get(claim.subject), at.get(claim.object)
        if claim.predicate is not Predicate.COMPONENT_OF or part is None or whole is None:
            continue
        if clusters[part].best().concept is None:
            levels[part] = levels[whole]
    return levels


@Language.factory("policy_entities", default_config={"threshold": 0.5, "shortest": 3, "models": None})
def make_entity_resolver(
    nlp: Language, name: str, threshold: float, shortest: int, models: str | None
) -> EntityResolver:
    """Create the resolver of candidates; ``models`` names another folder of models than the bundled one."""
    return EntityResolver(threshold, shortest, Path(models) if models else MODELS)
