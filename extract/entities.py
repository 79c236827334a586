"""Decides which candidates stand, and joins the mentions of one thing into one entity.

The finders propose overlapping spans; here a document speaks with one voice: a phrase has one kind throughout, a short
form belongs to the full name it was introduced for, and a name once recognised is recognised everywhere.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TypeVar

import ahocorasick_rs
from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from extract.annotation import Candidate, Entity
from extract.candidates import naming
from extract.document import Metadata, Place, Span
from extract.finders.authority import is_ours
from extract.finders.organizations import firms_own, is_firm
from extract.finders.villages import short_name
from extract.layout.masthead import links_from
from extract.learned.classifier import MODELS
from extract.levels import coined_level, level_of
from extract.names import alternation, generic_names, joined_heads, lexicon
from extract.status import status
from extract.surface import HAN, JOINTS, folded_text
from ontology.divisions import divisions
from ontology.iri import normalise
from ontology.scheme import Scheme
from ontology.terms import IDEAS, PLACES, Kind, Level, Predicate

_T = TypeVar("_T")
_ROADS = re.compile("[路街道]$")
"""How the bare name of a road ends, a site within a longer work's name."""
_SURE = 0.7
"""A name less sure than this is not looked for elsewhere in its document."""
_COUNT = re.compile(r"(?<=^[二三四五六七八九十])(?:大|种|个|项|条|类)")
_UNIT_ENDS = "省市县区旗州盟镇乡"
_UNIT = re.compile(f"[{HAN}]{{1,6}}[{_UNIT_ENDS}]")
_NUMERAL = re.compile("[一二两三四五六七八九十百千万多0-9]")
_LISTED = re.compile("|".join(JOINTS))
_WITHOUT_QUOTES = str.maketrans("", "", '"“”')
_PLACES_ONLY = re.compile(f"[{HAN}]{{2,5}}|[{HAN}]{{2,6}}至[{HAN}]{{2,6}}(?:（[^（）]{{2,12}}）)?")
"""How a work is called by nothing but the places that it joins or stands in."""
_ANOTHER = re.compile(f".*(?:第{_NUMERAL.pattern}+|{_NUMERAL.pattern}[期号]|[东西南北]段)")
"""What makes another work of a name: 第二|污水处理厂."""
_OF_ANOTHER = re.compile("农村|乡村|城市|农业|新")
"""What makes another strategy of a name: 农村|宜居宜业."""
_HEADED_QUOTATION = re.compile(f'[{HAN}]{{0,4}}["“]([^"“”]{{2,}})["”][{HAN}]{{0,8}}')
"""A quotation with what it is called, perhaps with whose it is."""
_LEAST = 4
"""Characters that a name needs to be told in a longer one."""
_FIVE_YEARS = re.compile("“十[一二三四五六七]五”规划")
_PLANNING = (Level.PROVINCIAL, Level.PREFECTURE)
"""The levels whose reports mean their own plan by “十四五”规划; a county's and a town's mean the nation's."""
_TRUSTED = {
    "policy_authority": 3,
    "policy_glossary": 2,
    "policy_places": 2,
    "policy_organizations": 2,
    "policy_quotations": 1,
}


@dataclass(slots=True)
class _Cluster:
    kind: Kind
    name: str
    candidates: list[Candidate] = field(default_factory=list)

    def best(self) -> Candidate:
        if len(self.candidates) == 1:
            return self.candidates[0]
        return max(self.candidates, key=lambda c: (_TRUSTED.get(c.extractor, 0), c.confidence, -c.span.start))

    def first(self, told: Callable[[Candidate], _T | None]) -> _T | None:
        """Return what the surest candidate that tells it tells."""
        if len(self.candidates) == 1:
            return told(self.candidates[0])
        telling = [c for c in self.candidates if told(c) is not None]
        if not telling:
            return None
        return told(min(telling, key=lambda c: (-_TRUSTED.get(c.extractor, 0), -c.confidence, c.span)))


def one_kind_a_phrase(candidates: Iterable[Candidate], folded: str) -> list[Candidate]:
    """Keep, for each surface form, the kind that the document's evidence favours.

    Villages and units are left out of the vote: 张营 may be the town here and the village there.
    """
    votes: dict[str, Counter[Kind]] = defaultdict(Counter)
    for c in candidates:
        if c.kind not in PLACES:
            form = folded[c.span.start : c.span.end].strip('"')
            votes[form][c.kind] += c.confidence + _TRUSTED.get(c.extractor, 0) * 0.2  # type: ignore[assignment]
    winner = {form: max(kinds, key=lambda k: (kinds[k], k)) for form, kinds in votes.items()}
    return [c for c in candidates if c.kind in PLACES or winner[folded[c.span.start : c.span.end].strip('"')] is c.kind]


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
        neighbours = {id(k): k for b in buckets for k in by_line[b]}.values()
        if all(_compatible(c, other, folded) for other in neighbours):
            kept.append(c)
            for b in buckets:
                by_line[b].append(c)
    return sorted(kept, key=lambda c: (c.span.start, -c.span.end, c.kind))


def _strength(c: Candidate) -> float:
    return c.confidence + _TRUSTED.get(c.extractor, 0) * 0.1 + min(c.span.end - c.span.start, 20) * 0.01


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
    if outer.span.start == inner.span.start - 1 and outer.span.end > inner.span.end + 1 and not (same or item):
        return False  # “一带三园”|发展思路: one thing, by the likelier of its names
    if c.kind is Kind.PROJECT and _ROADS.search(folded, inner.span.start, inner.span.end) and outer is other:
        return False  # 薛卫台路 within 万安路、薛卫台路道路维修工程
    known = inner.concept is not None or inner.extractor == "policy_organizations"
    if known and outer.span.end == inner.span.end and outer.extractor not in _TRUSTED:
        return False  # a verb or an ordinary attribute before a known name: 因疫因灾遇困群众|临时救助
    if inner.concept is not None and outer.extractor == "policy_tagger" and outer.span.start == inner.span.start:
        return outer.span.end - inner.span.end not in range(2, 7)  # 改革开放|持续深化
    if _TRUSTED.get(inner.extractor, 0) > 0 or same or inner.span.start != outer.span.start:
        return True
    # The first item of a name that is a list, 工业立市|、制造强市, but no list of names that are surer than it.
    return item and (outer is other or outer.extractor in _TRUSTED)


def with_shared_heads(candidates: Sequence[Candidate], folded: str) -> list[Candidate]:
    """Name works that share the head of the last of them in full: 西康|、西十|高铁, 府谷、定边|机场.

    Args:
        candidates: settled, in the order of the text.
        folded: folded text.
    """
    named = list(candidates)
    shared, behind, heads = _shared_heads()
    head, begins = None, -1  # of the work that follows, and where it begins
    for number, c in reversed(list(enumerate(candidates))):
        if c.kind is not Kind.PROJECT:
            continue
        form = _form(folded, c.span)
        if form.endswith(shared):
            head = next(each for each in shared if form.endswith(each))
        elif (listed := behind.match(folded, c.span.end)) is not None:
            head = listed[1]
        elif folded[c.span.end : begins] not in JOINTS or form.endswith(heads):
            head = None
        if head is not None and c.name is None and _PLACES_ONLY.fullmatch(form) and not form.endswith(heads):
            named[number] = replace(c, name=form + head)
        begins = c.span.start
    return named


@cache
def _shared_heads() -> tuple[tuple[str, ...], re.Pattern[str], tuple[str, ...]]:
    """Return the heads of works named after places (高铁, 机场), how a list gets one behind it, and all heads."""
    words = lexicon("kinds")[Kind.PROJECT]
    shared = tuple(sorted(words["shared"], key=len, reverse=True))
    behind = re.compile(f"等(?:[0-9]+[条座个])?({alternation(shared)})(?=[，。；、建项工投通开相前纳]|$)")
    return shared, behind, (*words["heads"], *words["works"], *words["no_place"])


def cluster(candidates: Iterable[Candidate], folded: str) -> list[_Cluster]:
    """Join candidates of one kind whose names are the same once normalised.

    A surface that stands for a longer name somewhere (舜帝 for 舜帝村) stands for it everywhere in the document.
    """
    full_name: dict[tuple[Kind, str], str] = {}
    for c in sorted(candidates, key=lambda c: (c.concept is None, c.span)):
        if c.name is not None:
            full_name.setdefault((c.kind, normalise(_form(folded, c.span))), c.name)
    full_name = _villages_in_full(full_name) | full_name
    where = {(c.kind, normalise(c.name or _form(folded, c.span))): c.place for c in candidates if c.place is not None}
    clusters: dict[tuple[Kind, str, tuple[str, ...]], _Cluster] = {}
    for c in candidates:
        own_name = c.name or _form(folded, c.span)
        name = own_name if c.concept else full_name.get((c.kind, normalise(own_name)), own_name)
        unit = c.place or where.get((c.kind, normalise(name)))
        key = (c.kind, normalise(name), unit.path if unit is not None and c.kind in PLACES else ())
        clusters.setdefault(key, _Cluster(c.kind, name)).candidates.append(c)
    return _join_short_forms(list(clusters.values()))


def _villages_in_full(names: Mapping[tuple[Kind, str], str]) -> dict[tuple[Kind, str], str]:
    """Return the villages by their names without 村 or 社区, but for those that two of them share."""
    full: dict[str, set[str]] = defaultdict(set)
    for (kind, _), name in names.items():
        if kind is Kind.VILLAGE and (stem := short_name(name)) != name:
            full[stem].add(name)
    return {(Kind.VILLAGE, stem): found.pop() for stem, found in full.items() if len(found) == 1}


def _join_short_forms(clusters: list[_Cluster]) -> list[_Cluster]:
    """Join a project, policy, strategy or firm with its short form.

    镇村综治中心标准化建设, 综治中心标准化建设; 工业“千项技改”行动, “千项技改”行动; …公路张营段, …公路;
    湖南洢水源茶业有限公司, 洢水源公司; “红绿旗”激励机制, 红绿旗.
    """
    joined: list[_Cluster] = []
    alike: dict[tuple[Kind, str], list[_Cluster]] = defaultdict(list)  # by the four characters at either end; firms all
    headed: dict[tuple[Kind, str], list[_Cluster]] = defaultdict(list)  # by the quotation inside
    for group in sorted(clusters, key=lambda g: (-len(g.name), g.candidates[0].span)):
        name = _unquoted(group.name)
        ends = [""] if group.kind is Kind.ORGANIZATION else dict.fromkeys((name[:4], name[-4:]))
        same = (other for other in headed[group.kind, name] if not _are_known_apart(group, other))
        known = (other for end in ends for other in alike[group.kind, end])
        whole = next(chain(same, (other for other in known if _short_form(group, other))), None)
        if whole is not None:
            if group.kind is Kind.STRATEGY and _is_better(group, whole):
                whole.name = group.name
            whole.candidates.extend(group.candidates)
            continue
        joined.append(group)
        if group.kind in IDEAS and (quoted := _HEADED_QUOTATION.fullmatch(group.name)):
            headed[group.kind, quoted[1]].append(group)
        for end in ends:
            alike[group.kind, end].append(group)
    return joined


def _is_better(short: _Cluster, whole: _Cluster) -> bool:
    """Tell whether a strategy is better called by its shorter name: where that is surer, or a unit stands before it."""
    of_unit = _UNIT.fullmatch(_unquoted(whole.name).removesuffix(_unquoted(short.name))) is not None
    return of_unit or short.best().confidence > whole.best().confidence


def _short_form(short: _Cluster, whole: _Cluster) -> bool:
    one, other = _unquoted(short.name), _unquoted(whole.name)
    another = _OF_ANOTHER if short.kind is Kind.STRATEGY else _ANOTHER
    if (other.endswith(one) and another.fullmatch(other.removesuffix(one))) or one in _generic():
        return False
    if short.kind is whole.kind is Kind.STRATEGY and not whole.best().concept:
        return _core(one) == _core(other) or (not short.best().concept and _only_longer(one, other))
    if short.kind is whole.kind is Kind.ORGANIZATION:
        own = firms_own(one) if is_firm(other) else ""
        return own != "" and own in other
    if short.kind is not whole.kind or short.kind not in (Kind.PROJECT, Kind.POLICY) or len(one) < _LEAST:
        return False
    if _are_known_apart(short, whole):
        return False
    if _COUNT.sub("", one) == _COUNT.sub("", other) or other.endswith(one):
        return True
    if short.kind is Kind.POLICY:
        more = other.removeprefix(one)
        return short.best().concept is not None and more != other and _instrument().fullmatch(more) is not None
    further = re.escape(one) + r"(?:(?:续建|扩建|建设|改造)?(?:项目|工程)|[^，。]{2,4}段)"
    return re.fullmatch(further, other) is not None or _leaves_out(one, other)


def _leaves_out(short: str, long: str) -> bool:
    """Tell whether a work's name only leaves out words within a longer one, and no number.

    >>> _leaves_out("盛禾农机项目", "盛禾农机装备制造项目"), _leaves_out("茶山坳观光园", "茶山坳二号观光园")
    (True, False)
    """
    begun = next((n for n in range(len(short) - 2, _LEAST - 1, -1) if long.startswith(short[:n])), 0)
    rest = short[begun:]
    return begun > 0 and long.endswith(rest) and not _NUMERAL.search(long[begun : -len(rest)])


def _are_known_apart(one: _Cluster, other: _Cluster) -> bool:
    """Tell whether two names are those of two concepts."""
    concept = one.best().concept
    return concept is not None and other.best().concept not in (None, concept)


@cache
def _generic() -> frozenset[str]:
    """Return the words that are a name only with what stands before them, and are no one thing's short form."""
    kinds = lexicon("kinds")
    heads = (head for kind in (Kind.STRATEGY, Kind.POLICY, Kind.PROJECT) for head in kinds[kind]["quoted_joined"])
    return generic_names().union(heads)


@cache
def _instrument() -> re.Pattern[str]:
    """Return what the name of a known policy may go on with: 四送一服, 四送一服平台."""
    return re.compile(f"(?:{joined_heads(Kind.POLICY)}){{1,2}}")


def _core(name: str) -> str:
    """Return a strategy's name without what it may as well lack.

    >>> _core("一城两区三谷发展战略"), _core("美好城区建设"), _core("乡村建设")
    ('一城两区三谷', '美好城区', '乡村建设')
    """
    core = _ending().sub("", name)
    return core if len(core) >= _LEAST else name


@cache
def _ending() -> re.Pattern[str]:
    words = lexicon("strategies")
    return re.compile(f"的?(?:{alternation(words['attributes'])})?(?:{alternation(words['endings'])})$")


def _only_longer(short: str, long: str) -> bool:
    """Tell whether a strategy's longer name only says more of the same: 更高水平平安河南, and no list or group of it.

    >>> _only_longer("边贸重镇", "闽赣省际边贸重镇"), _only_longer("三园", "一河两岸三园")
    (True, False)
    >>> _only_longer("稻香小镇", "产业兴、生态美的稻香小镇"), _only_longer("制造强市", "工业立市、制造强市")
    (True, False)
    """
    more = long.removesuffix(short)
    numbered = _NUMERAL.match(short) is not None and _NUMERAL.search(more) is not None
    said_of = more.endswith("的")  # 宜居宜业的|和美静宁
    listed = _LISTED.search(short.removeprefix("和") if said_of else long) is not None
    return len(short) >= _LEAST < len(long) and more != long and not numbered and not listed


def _unquoted(name: str) -> str:
    return name.translate(_WITHOUT_QUOTES)


def _form(folded: str, span: Span) -> str:
    return folded[span.start : span.end].strip('" ')


def everywhere(clusters: list[_Cluster], folded: str, *, shortest: int) -> None:
    """Add the mentions that no finder proposed: a name once recognised is recognised everywhere.

    Args:
        clusters: changed in place.
        folded: folded text.
        shortest: forms of fewer characters are too common to look for; in characters.
    """
    forms: dict[str, _Cluster] = {}
    for group in clusters:
        if group.kind in PLACES or group.best().confidence < _SURE:
            continue
        for c in group.candidates:
            form = _form(folded, c.span)
            if len(form) >= shortest:
                forms.setdefault(form, group)
    if not forms:
        return
    covered: dict[Kind, bytearray] = defaultdict(lambda: bytearray(len(folded)))
    for group in clusters:
        for c in group.candidates:
            covered[group.kind][c.span.start : c.span.end] = b"\1" * (c.span.end - c.span.start)
    automaton = ahocorasick_rs.AhoCorasick(list(forms), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    names = list(forms)
    for index, start, end in automaton.find_matches_as_indexes(folded[: links_from(folded)]):
        group = forms[names[index]]
        if any(covered[group.kind][start:end]) or (group.kind is Kind.ORGANIZATION and _of_another(folded, start)):
            continue
        span = Span(start, end)
        pattern = group.best()
        group.candidates.append(
            replace(pattern, span=span, extractor="policy_entities", confidence=pattern.confidence - 0.05)
        )
        covered[group.kind][start:end] = b"\1" * (end - start)


def _of_another(folded: str, start: int) -> bool:
    """Tell whether a body's name that begins with a unit's last character is another unit's: 金堂|县政府."""
    longest = 4 if folded[start] in _UNIT_ENDS else 0
    return any(divisions().find(folded[start - length : start + 1]) for length in range(2, min(longest, start) + 1))


def _own_plan(name: str, place: Place | None) -> Level | None:
    """Return the speaking government's level where a name is that of its own five-year plan."""
    return place.level if place and place.level in _PLANNING and _FIVE_YEARS.fullmatch(name) else None


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
        scheme: Scheme | None = doc._.scheme
        likely = [c for c in doc._.candidates if c.confidence >= self.threshold]
        place: Place | None = doc._.document.metadata.place
        likely = [self._recognised(c, folded, scheme, place) for c in naming(likely, folded)]
        settled = settle_overlaps(one_kind_a_phrase(likely, folded), folded)
        clusters = cluster(with_shared_heads(settled, folded), folded)
        everywhere(clusters, folded, shortest=self.shortest)
        clusters.sort(key=lambda g: (min(c.span for c in g.candidates), g.kind))
        levels = _levels(doc, clusters, folded, self.models)
        doc._.entities = tuple(
            self._entity(doc, f"e{number}", group, level)
            for number, (group, level) in enumerate(zip(clusters, levels, strict=True), 1)
        )
        doc.spans["sc"] = [
            DocSpan(doc, span.start, span.end, label=str(entity.kind), kb_id=entity.id)
            for entity in doc._.entities
            for span in entity.mentions
        ]
        return doc

    def _entity(self, doc: Doc, identifier: str, group: _Cluster, level: Level | None) -> Entity:
        """Return the entity that a cluster is; ``level`` is that of who issued its name."""
        metadata: Metadata = doc._.document.metadata
        place = metadata.place
        concept = None if _own_plan(group.name, place) else group.first(lambda c: c.concept)
        scheme: Scheme | None = doc._.scheme if concept else None
        known = scheme.concept(concept) if concept and scheme is not None else None
        mentions = tuple(sorted({c.span for c in group.candidates}))
        unit, issuer, progress = group.first(lambda c: c.place), None, None
        if group.kind in PLACES:
            level = unit.level if unit is not None else level
        elif place is not None and level is not None:
            issuer = place.at(level)
        if group.kind is Kind.PROJECT:
            progress = status(mentions, folded_text(doc), doc._.structure, metadata.level, self.models)
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

    @staticmethod
    def _recognised(c: Candidate, folded: str, scheme: Scheme | None, place: Place | None) -> Candidate:
        """Return a candidate as the concept of exactly its name, the nation's or one of the document's own units'.

        An instrument that is called a project is that instrument: “全面改薄”|项目, “两重”|项目.
        """
        called = c.kind is Kind.PROJECT and c.extractor == "policy_quotations"
        if scheme is None or not (c.kind in IDEAS or called) or c.concept is not None:
            return c
        form = _form(folded, c.span)
        concept = scheme.by_label(form if called else c.name or form)
        if concept is None or concept.kind not in ((Kind.POLICY, Kind.STRATEGY) if called else (c.kind,)):
            return c
        if not is_ours(concept, place):
            return c
        return replace(c, kind=concept.kind, concept=concept.iri, name=concept.label, level=concept.level)


def _levels(doc: Doc, clusters: list[_Cluster], folded: str, models: Path) -> list[Level | None]:
    """Return the level of each cluster; a part that no authority knows is of the level of its whole.

    Who issued a name the authority file knows also where the document takes it for another kind.
    """
    at = {c.span: number for number, group in enumerate(clusters) for c in group.candidates if group.kind in IDEAS}
    levels: list[Level | None] = []
    metadata = doc._.document.metadata
    known = {c.span: c.level for c in doc._.candidates if c.concept is not None and c.kind in IDEAS}
    for group in clusters:
        plan = _own_plan(group.name, metadata.place)
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
