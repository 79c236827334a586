"""Tells which mentions are of one thing: names that are the same once normalised, short forms, shared heads.

A short form belongs to the full name that it was introduced for, and a name once recognised is recognised everywhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain
from typing import TypeVar

import ahocorasick_rs

from extract.annotation import Candidate
from extract.document import Place, Span
from extract.finders.organizations import firms_own, is_beginning, is_firm
from extract.finders.villages import short_name
from extract.layout.masthead import links_from
from extract.names import alternation, generic_names, is_governing, joined_heads, lexicon, within_another_plan
from extract.surface import HAN, JOINTS
from ontology.divisions import divisions
from ontology.iri import normalise
from ontology.terms import IDEAS, PLACES, Kind

_T = TypeVar("_T")
_SURE = 0.7
"""A name less sure than this is not looked for elsewhere in its document."""
_COUNT = re.compile(r"(?<=^[二三四五六七八九十])(?:大|种|个|项|条|类)")
_CHINESE = str.maketrans("123456789", "一二三四五六七八九")
"""A table for ``str.translate`` that writes digits as Chinese numerals."""
_UNIT_ENDS = "省市县区旗州盟镇乡"
_UNIT = re.compile(f"[{HAN}]{{1,6}}[{_UNIT_ENDS}]")
_NUMERAL = re.compile("[一二两三四五六七八九十百千万多0-9]")
_LISTED = re.compile("|".join(JOINTS))
_PLACES_ONLY = re.compile(f"[{HAN}]{{2,5}}|[{HAN}]{{2,6}}至[{HAN}]{{2,6}}(?:（[^（）]{{2,12}}）)?")
"""How a work is called by nothing but the places that it joins or stands in."""
_ANOTHER = re.compile(f".*(?:第{_NUMERAL.pattern}+|{_NUMERAL.pattern}[期号]|[东西南北]段)")
"""What makes another work of a name: 第二|污水处理厂."""
_OF_ANOTHER = re.compile("农村|乡村|城市|农业|新")
"""What makes another strategy of a name: 农村|宜居宜业."""
_ELIDED = re.compile(
    f"(?:、(?![^、]*(?:实验室|中心)[、等])[{HAN}]{{2,8}})+?(?:等?[0-9一二两三四五六七八九十]+[家个所]|等)[{HAN}]{{0,6}}?(?:实验室|中心)"
)
"""How a list goes on whose members are nothing by their names alone: 金凤、|嘉陵江|、明月湖3个实验室."""
_HEADED_QUOTATION = re.compile(f'[{HAN}]{{0,4}}["“]([^"“”]{{2,}})["”][{HAN}]{{0,8}}')
"""A quotation with what it is called, perhaps with whose it is."""
_CALLED = re.compile(f"(?!建设$|[一二三四五六七八九十]|[{HAN}]大)[{HAN}]{{2,8}}")
"""What an instrument's name says behind the idea that it is called after, but for what only counts or builds this."""
_FURTHER = re.compile(
    "(?:拆除|原址|异地|升级)?(?:续建|扩建|改扩建|改造|改建|新建|重建|迁建|扩容|增容|除险加固)(?:项目|工程)?"
    "|(?:建设)?(?:项目|工程)|[^，。]{2,4}段"
)
"""How a work's longer name goes on behind its short form: what is done there (36 of 36), or which part it is."""
_BRIEFEST = 3
"""Characters of a name that stands within a longer one only."""
_LEAST = 4
"""Characters that a name needs to be told in a longer one."""
TRUSTED = {
    "policy_authority": 3,
    "policy_glossary": 2,
    "policy_places": 2,
    "policy_organizations": 2,
    "policy_quotations": 1,
}
"""How far a finder is trusted beyond the confidence of what it proposes."""


@dataclass(slots=True)
class Cluster:
    """The mentions of one thing, as the finders proposed them."""

    kind: Kind
    name: str
    candidates: list[Candidate] = field(default_factory=list)

    def best(self) -> Candidate:
        """Return the surest candidate."""
        if len(self.candidates) == 1:
            return self.candidates[0]
        return max(self.candidates, key=lambda c: (TRUSTED.get(c.extractor, 0), c.confidence, -c.span.start))

    def first(self, told: Callable[[Candidate], _T | None]) -> _T | None:
        """Return what the surest candidate that tells it tells."""
        if len(self.candidates) == 1:
            return told(self.candidates[0])
        telling = [c for c in self.candidates if told(c) is not None]
        if not telling:
            return None
        return told(min(telling, key=lambda c: (-TRUSTED.get(c.extractor, 0), -c.confidence, c.span)))


def with_shared_heads(candidates: Sequence[Candidate], folded: str) -> list[Candidate]:
    """Name works that share the head of the last of them in full: 西康|、西十|高铁, 府谷、定边|机场.

    Args:
        candidates: settled, in the order of the text.
        folded: folded text.
    """
    named = list(candidates)
    shared, behind, heads = _shared_heads()
    head, begins, last = None, -1, -1  # of the work that follows, and where it begins and ends
    for number, c in reversed(list(enumerate(candidates))):
        if c.kind is not Kind.PROJECT:
            continue
        form = bare_form(folded, c.span)
        if begins == c.span.start and last == c.span.end:
            pass  # proposed twice
        elif form.endswith(shared):
            head = next(each for each in shared if form.endswith(each))
        elif (listed := behind.match(folded, c.span.end)) is not None:
            head = listed[1]
        elif not _are_joined(folded[c.span.end : begins]) or form.endswith(heads):
            head = None
        # 高阳桥、颛顼|大桥: the first is whole
        if (
            head is not None
            and c.name is None
            and _PLACES_ONLY.fullmatch(form)
            and not form.endswith((head[-1], *heads))
        ):
            named[number] = replace(c, name=form + head)
        begins, last = c.span.start, c.span.end
    return named


def _are_joined(between: str) -> bool:
    """Tell whether what stands between two works joins them, perhaps with what is done at the second: 、改扩建."""
    return between in JOINTS or (between[:1] in JOINTS and is_governing(between[1:]))


@cache
def _shared_heads() -> tuple[tuple[str, ...], re.Pattern[str], tuple[str, ...]]:
    """Return the heads of works named after places (高铁, 机场), how a list gets one behind it, and all heads."""
    words = lexicon("kinds")[Kind.PROJECT]
    shared = tuple(sorted(words["shared"], key=len, reverse=True))
    behind = re.compile(f"等(?:[0-9]+[条座个])?({alternation(shared)})(?=[，。；、建项工投通开相前纳]|$)")
    return shared, behind, (*words["heads"], *words["works"], *words["no_place"])


def cluster(candidates: Iterable[Candidate], folded: str, home: Place | None = None) -> list[Cluster]:
    """Join candidates of one kind whose names are the same once normalised.

    A surface that stands for a longer name somewhere (舜帝 for 舜帝村) stands for it everywhere in the document.

    Args:
        candidates: settled.
        folded: folded text.
        home: the place that the document speaks for.
    """
    candidates = list(candidates)
    full_name = _concepts_called(candidates, folded) | _own_bodies(candidates, folded, home)
    called = [(c, c.name) for c in candidates if c.name is not None]
    for c, name in sorted(called, key=lambda pair: (pair[0].concept is None, pair[0].span)):
        full_name.setdefault((c.kind, normalise(bare_form(folded, c.span))), name)
    full_name = _villages_in_full(full_name) | full_name
    where = {
        (c.kind, normalise(c.name or bare_form(folded, c.span))): c.place for c in candidates if c.place is not None
    }
    clusters: dict[tuple[Kind, str, tuple[str, ...]], Cluster] = {}
    for c in candidates:
        own_name = c.name or bare_form(folded, c.span)
        name = own_name if c.concept else full_name.get((c.kind, normalise(own_name)), own_name)
        unit = c.place or where.get((c.kind, normalise(name)))
        key = (c.kind, normalise(name), unit.path if unit is not None and c.kind in PLACES else ())
        clusters.setdefault(key, Cluster(c.kind, name)).candidates.append(c)
    return _join_short_forms(list(clusters.values()))


def _concepts_called(candidates: Iterable[Candidate], folded: str) -> dict[tuple[Kind, str], str]:
    """Return, by what they are called, the concepts in quotation marks with an instrument behind: “好差评”|机制."""
    called = {(c.kind, c.span): c.name for c in candidates if c.concept is None and c.kind in IDEAS and c.name}
    names: dict[tuple[Kind, str], str] = {}
    for c in candidates if called else ():
        name = called.get((c.kind, c.span)) if c.concept is not None else None
        if name is not None and c.name is not None:
            before, found, behind = _unquoted(name).partition(_unquoted(bare_form(folded, c.span)))
            if found and not before and _instrument().fullmatch(behind):
                names[c.kind, normalise(name)] = c.name
    return names


def _own_bodies(candidates: Iterable[Candidate], folded: str, home: Place | None) -> dict[tuple[Kind, str], str]:
    """Return the bodies called after a unit's last character that the text also calls after the document's own unit.

    县医院 is 永和县医院 (3 of 3); another county's stays apart.
    """
    names: dict[str, set[str | None]] = defaultdict(set)
    for c in candidates:
        if c.kind is Kind.ORGANIZATION:
            names[bare_form(folded, c.span)].add(c.name)
    forms = {form for form, known in names.items() if known == {None}}
    called = {unit.name[-1]: unit.name for unit in home.chain} if home is not None else {}  # the innermost counts
    brief = ((form, called[form[0]] + form[1:]) for form in forms if form[0] in called)
    return {(Kind.ORGANIZATION, normalise(form)): full for form, full in brief if full in forms}


def _villages_in_full(names: Mapping[tuple[Kind, str], str]) -> dict[tuple[Kind, str], str]:
    """Return the villages by their names without 村 or 社区, but for those that two of them share."""
    full: dict[str, set[str]] = defaultdict(set)
    for (kind, _), name in names.items():
        if kind is Kind.VILLAGE and (stem := short_name(name)) != name:
            full[stem].add(name)
    return {(Kind.VILLAGE, stem): found.pop() for stem, found in full.items() if len(found) == 1}


def _join_short_forms(clusters: list[Cluster]) -> list[Cluster]:
    """Join a project, policy, strategy or firm with its short form.

    镇村综治中心标准化建设, 综治中心标准化建设; 工业“千项技改”行动, “千项技改”行动; …公路张营段, …公路;
    湖南洢水源茶业有限公司, 洢水源公司; “红绿旗”激励机制, 红绿旗.
    """
    joined: list[Cluster] = []
    alike: dict[tuple[Kind, str], list[Cluster]] = defaultdict(list)  # by the four characters at either end; firms all
    headed: dict[tuple[Kind, str], list[Cluster]] = defaultdict(list)  # by the quotation inside
    inside = _held_by(clusters, Kind.POLICY) | _held_by(clusters, Kind.STRATEGY) | _called_after(clusters)
    became: dict[int, Cluster] = {}
    for group in sorted(clusters, key=lambda g: (-len(g.name), g.candidates[0].span)):
        name = _unquoted(group.name)
        ends = [""] if group.kind is Kind.ORGANIZATION else dict.fromkeys((name[:4], name[-4:]))
        wholes = headed[group.kind, _as_headed(name)] if name not in _generic() else ()
        same = (other for other in wholes if not _are_known_apart(group, other))
        known = (other for end in ends for other in alike[group.kind, end])
        whole = next(chain(same, (other for other in known if _short_form(group, other))), None)
        holder = inside.get(id(group)) if whole is None else None
        if holder is not None and (holder.kind is not group.kind or _is_within(group, holder)):
            became[id(group)] = whole = became.get(id(holder), holder)
            whole.candidates.extend(group.candidates)
            continue
        if whole is not None:
            became[id(group)] = whole
            if group.kind is Kind.STRATEGY and _is_better(group, whole):
                whole.name = group.name
            whole.candidates.extend(group.candidates)
            continue
        joined.append(group)
        if group.kind in IDEAS and (quoted := _HEADED_QUOTATION.fullmatch(group.name)):
            headed[group.kind, _as_headed(quoted[1])].append(group)
        for end in ends:
            alike[group.kind, end].append(group)
    return joined


def _as_headed(name: str) -> str:
    """Return a quoted name without its commas and with its numbers as Chinese numerals: 7个专项行动, 七个专项行动."""
    return name.replace("、", "").translate(_CHINESE)


def _called_after(clusters: Iterable[Cluster]) -> dict[int, Cluster]:
    """Return the coined ideas that only the name of one instrument holds, with this: “四零”|承诺服务创建.

    Of 13 such ideas in the unseen and retold texts one was annotated beside the instrument, two alone.
    """
    found = _held_by(clusters, *IDEAS)
    named = {id(group): group for group in clusters if id(group) in found and group.kind is not Kind.POLICY}
    return {
        one: found[one]
        for one, group in named.items()
        if found[one].kind is Kind.POLICY
        and group.best().concept is None
        and _unquoted(found[one].name).startswith(_unquoted(group.name))
        and _CALLED.fullmatch(_unquoted(found[one].name), len(_unquoted(group.name)))
    }


def _held_by(clusters: Iterable[Cluster], *kinds: Kind) -> dict[int, Cluster]:
    """Return, by the identity of those that stand within the names of one other of these kinds only, that other."""
    held: dict[int, Cluster | None] = {}
    around: list[tuple[int, Cluster]] = []  # the names that are open, with their ends
    groups = [group for group in clusters if group.kind in kinds]
    for _, end, number in sorted((c.span.start, -c.span.end, n) for n, g in enumerate(groups) for c in g.candidates):
        group = groups[number]
        while around and around[-1][0] < -end:
            around.pop()
        holder = next((other for _, other in reversed(around) if other is not group), None)
        held[id(group)] = holder if held.get(id(group), holder) is holder else None
        around.append((-end, group))
    return {held_one: holder for held_one, holder in held.items() if holder is not None}


def _is_within(short: Cluster, whole: Cluster) -> bool:
    """Tell whether a policy or strategy that stands within a longer one only is that one.

    “五包一”帮扶|机制, 富饶|美丽幸福新湖南; not what a list holds, nor a concept that other words follow (of 32 pairs in
    the gold and unseen texts both are never annotated).
    """
    one, other = _unquoted(short.name), _unquoted(whole.name)
    before, found, behind = other.partition(one)
    several = whole.name.count("“") > 1 or _LISTED.search(before + behind)
    if not found or several or len(one) < _BRIEFEST or _ANOTHER.fullmatch(before):
        return False
    coined = short.best().concept is None
    if short.kind is Kind.POLICY:
        return coined or not behind
    return coined and (not behind or _ending().fullmatch(behind) is not None)


def _is_better(short: Cluster, whole: Cluster) -> bool:
    """Tell whether a strategy is better called by its shorter name: where that is surer, or a unit stands before it."""
    of_unit = _UNIT.fullmatch(_unquoted(whole.name).removesuffix(_unquoted(short.name))) is not None
    return of_unit or short.best().confidence > whole.best().confidence


def _short_form(short: Cluster, whole: Cluster) -> bool:
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
    if _are_known_apart(short, whole) or within_another_plan(other, len(other) - len(one), len(other)):
        return False  # 军队建设“十五五”规划 is not “十五五”规划
    if _COUNT.sub("", one) == _COUNT.sub("", other) or other.endswith(one):
        return True
    if short.kind is Kind.POLICY:
        more = other.removeprefix(one)
        known = short.best().concept is not None and more != other and _instrument().fullmatch(more) is not None
        return known or more == "活动"  # 经济提质年|活动
    further = _FURTHER.fullmatch(other, len(one)) if other.startswith(one) else None
    return further is not None or _leaves_out(one, other)


def _leaves_out(short: str, long: str) -> bool:
    """Tell whether a work's name only leaves out words within a longer one, and no number.

    >>> _leaves_out("盛禾农机项目", "盛禾农机装备制造项目"), _leaves_out("茶山坳观光园", "茶山坳二号观光园")
    (True, False)
    """
    begun = next((n for n in range(len(short) - 2, _LEAST - 1, -1) if long.startswith(short[:n])), 0)
    rest = short[begun:]
    return begun > 0 and long.endswith(rest) and not _NUMERAL.search(long[begun : -len(rest)])


def _are_known_apart(one: Cluster, other: Cluster) -> bool:
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
    return name.replace('"', "").replace("“", "").replace("”", "")


def bare_form(folded: str, span: Span) -> str:
    """Return what is printed at a span, without the quotation marks around it."""
    return folded[span.start : span.end].strip('" ')


def everywhere(clusters: list[Cluster], folded: str, *, shortest: int) -> None:
    """Add the mentions that no finder proposed: a name once recognised is recognised everywhere.

    Args:
        clusters: changed in place.
        folded: folded text.
        shortest: forms of fewer characters are too common to look for; in characters.
    """
    forms: dict[str, Cluster] = {}
    for group in clusters:
        if group.kind in PLACES or group.best().confidence < _SURE:
            continue
        for c in group.candidates:
            form = bare_form(folded, c.span)
            listed = group.kind is Kind.ORGANIZATION and folded[c.span.end : c.span.end + 1] == "、"
            elided = listed and _ELIDED.match(folded, c.span.end) is not None
            if len(form) >= shortest and not elided:
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
        if 1 in covered[group.kind][start:end] or (group.kind is Kind.ORGANIZATION and _of_another(folded, start)):
            continue
        span = Span(start, end)
        pattern = group.best()
        if group.kind is Kind.ORGANIZATION and is_beginning(folded, start, end):
            continue
        group.candidates.append(
            replace(pattern, span=span, extractor="policy_entities", confidence=pattern.confidence - 0.05)
        )
        covered[group.kind][start:end] = b"\1" * (end - start)


def _of_another(folded: str, start: int) -> bool:
    """Tell whether a body's name that begins with a unit's last character is another unit's: 金堂|县政府."""
    longest = 4 if folded[start] in _UNIT_ENDS else 0
    return any(divisions().find(folded[start - length : start + 1]) for length in range(2, min(longest, start) + 1))
