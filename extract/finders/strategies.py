"""Finds strategies: target states by their head, a place's own epithet (幸福永济), the spirit of a speech."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate, Claim
from extract.document import Span
from extract.levels import named_level
from extract.names import alternation, beginning, ending, headed, lexicon, name_start
from extract.numerals import parse
from extract.surface import HAN, folded_text, quotations, text_of
from ontology.divisions import divisions
from ontology.terms import IDEAS, Basis, Kind, Level, Predicate

_SPIRIT = re.compile(
    r"(?:习近平总|总)书记[^，。；！？\n]{0,24}?(?:重要讲话(?:、?重要)?(?:指示)?(?:批示)?精神|重要论述(?:精神)?|"
    r"重要(?:指示|批示)(?:批示)?精神|"
    r"殷殷嘱托|嘱托|重要要求|视察[^，。；\n]{0,12}?精神)(?:和重要指示(?:批示)?精神)?"
)
_ORDINAL = "[一二三四五六七八九十]{1,4}"
_CONGRESS = rf"(?:(?:党的|中国共产党)(?:第?{_ORDINAL}次全国代表大会|{_ORDINAL}大)|{_ORDINAL}大(?=[和、及]))"
_PLENUM = rf"(?:党的)?{_ORDINAL}届(?:历次|{_ORDINAL}中(?:[、和]{_ORDINAL}中)*)全会"
_LOCAL_MEETING = (
    rf"(?:[省市县区州旗镇乡]|自治区|自治州)(?:委|党委)?(?:第?{_ORDINAL}(?:届|次))?"
    rf"(?:(?:历次|{_ORDINAL}次(?:[、和]{_ORDINAL}次)*)?(?:全会|全体会议|党代会|代表大会)(?:暨[{HAN}]{{2,14}}?会议)?)"
    rf"|{_ORDINAL}届[省市县区州旗]委(?:历次|{_ORDINAL}次(?:[、和]{_ORDINAL}次)*)全会"
)
_WORK_MEETING = rf"(?:中央|全国|全[省市县区州]|[省市县区州旗]委|自治区党委)(?!全)[{HAN}]{{1,10}}?会议"
_MEETING = rf"(?:{_CONGRESS}(?:[和、及]{_PLENUM})?|{_PLENUM}|{_LOCAL_MEETING}|{_WORK_MEETING})"
_MEETING_BEGINS = "一二三四五六七八九十第党中全省市县区州旗镇乡自"
"""What one begins with; a look ahead for it spares trying all else at each place."""
_MEETINGS = re.compile(
    rf"(?=[{_MEETING_BEGINS}])(?P<list>{_MEETING}(?:(?:精神)?(?:、|和|及|以及|与){_MEETING})*)(?P<tail>的?(?:精神|(?:决策|工作|战略|改革)?部署(?!会)))"
)
"""Meetings whose spirit or decisions are carried out, one or several in a row: 党的二十大、省第八次党代会和…精神."""
_LONGEST_EPITHET = 16
_SHORTEST = 4
"""A target state has at least so many characters."""
_MOTTO_END = re.compile("[省市县区镇乡旗城民]$|[立强兴富活]州$")
"""生态富民, 生态立州, not 品质泉州."""
_BRIEFEST = 2
"""Characters of a place's short name, at least."""
_MOTTOES = re.compile(f"[{HAN}]{{3}}(?P<unit>[省市县区镇乡])(?:、[{HAN}]{{3}}(?P=unit)){{2,}}")
"""A list of such mottoes, in which further verbs stand: 生态立镇、农业稳镇、和谐安镇."""
_COUNTED = re.compile('"?(?:[^、"]{2,14}|[^、"和]{15,24})(?:"?、"?[^、"]{2,20}){1,7}"?$')
"""What counts a list, and the list before it: 工业强县、电商兴县、生态立县|三大战略."""
_SET_LENGTH = 4
"""Characters of the members of a list that are equally long for them to make up a set: 招商突破、水系治理|两大行动."""
_LONGEST_OF_POLICIES = 3
"""And of a set of policies one is at least so long: 绿化、美化|四大工程 names sorts of work."""
_LIKELY = 0.7
"""A strategy that is a list, so sure before anybody has judged it, makes its items names elsewhere too."""
_SHORTEST_ITEM, _ITEM = 3, 10
"""Characters of the items of such a list, at least and at most."""
_OPENING = re.compile("[（）\\w.、—*]{0,8}[^，。：；\n]{0,10}")
"""What may stand in a line before a name for the line to open with it: numbering, and verbs."""
_SYSTEM, _LONGEST_ATTRIBUTE = "产业体系", 40
"""How a known system of trades ends, and the characters of what is said of it, at most."""
_SHORTEST_PICTURE = 2
"""Characters before a place's name that say what it is to become, at least."""


class StrategyFinder:
    """Proposes target states (…示范区, …强市), epithets of the document's places, spirits of speeches and meetings."""

    def __call__(self, doc: Doc) -> Doc:
        """Append a candidate for each strategy's name."""
        folded, candidates = folded_text(doc), doc._.candidates
        # A unit's full name before a target state says whose it is: 运城市|现代农业强市.
        units: dict[int, list[int]] = defaultdict(list)
        for c in candidates:
            if c.kind is Kind.ADMINISTRATIVE_UNIT and folded[c.span.end - 1] in "省市县区镇乡":
                units[c.span.start].append(c.span.end)
        headings = {
            i for s in doc._.structure.sections if s.heading is not None for i in range(s.heading.start, s.heading.end)
        }
        certain = ending(Kind.STRATEGY, "certain")
        works = tuple(lexicon("kinds")[Kind.STRATEGY]["works"])
        for start, end, head in headed(folded, Kind.STRATEGY, longest=36):
            if end - start - len(head) < 2 or folded[start:end].endswith(works):
                continue
            start = max([start, *(unit for unit in units.get(start, ()) if end - unit >= _SHORTEST)])
            aimed = _aims().search(folded[max(0, start - 8) : start].rstrip('"'))
            sure = 0.7 if aimed or start in headings else 0.55 if certain.search(head) else 0.4
            candidates.append(Candidate(Span(start, end), Kind.STRATEGY, "policy_strategies", sure))
        self._around_known(doc, folded)
        self._ambitions(doc, folded)
        self._mottoes(doc, folded)
        explained = {entry.definition.start for entry in doc._.structure.glossary}
        for match in _words().formula.finditer(folded):
            if match.start() - folded.startswith('"', match.start() - 1) in explained:
                continue  # 六稳：|稳就业、稳金融、…: a term's parts (0 of 2)
            doc._.candidates.append(
                Candidate(Span(*match.span()), Kind.STRATEGY, "policy_strategies", 0.9, level=Level.NATIONAL)
            )
        self._taken_up(doc, folded)
        self._epithets(doc, folded)
        self._pictures(doc, folded)
        self._take_back(doc, folded)
        self._counted(doc, folded)
        self._bracketed(doc, folded)
        for match in _SPIRIT.finditer(folded):
            doc._.candidates.append(Candidate(Span(*match.span()), Kind.STRATEGY, "policy_strategies", 0.85))
        self._meetings(doc, folded)
        return doc

    @staticmethod
    def _around_known(doc: Doc, folded: str) -> None:
        """Propose what is to be a doctrine's (高质量发展|动力源), and a known system with its long attributes.

        Of 33 such positions 33 are annotated whole; of 16 such systems behind a verb 14.
        """
        words, aims, spans = _words(), _aims(), set()
        for c in doc._.candidates:
            if c.concept is None or c.kind is not Kind.STRATEGY:
                continue
            start, end = c.span.start, c.span.end
            if position := words.position.match(folded, end):
                listed = folded[start - 1 : start] in ("、", '"')
                if listed or aims.search(folded, max(0, start - 8), start):
                    spans.add(Span(start, position.end()))
                continue
            said = folded.endswith(_SYSTEM, start, end) and folded[start - 1 : start] == "的"
            if said and (found := words.characterised.search(folded, max(0, start - _LONGEST_ATTRIBUTE), start)):
                spans.add(Span(found.start("name"), end))
        doc._.candidates += [Candidate(span, Kind.STRATEGY, "policy_strategies", 0.85) for span in sorted(spans)]

    @staticmethod
    def _mottoes(doc: Doc, folded: str) -> None:
        """Propose mottoes: 工业强县; each of a list too, which may be one name, they its parts: 工业立市、制造强市."""
        motto = _words().motto
        for match in motto.finditer(folded):
            start = name_start(folded, match.start(), floor=max(0, match.start() - 12))
            if 2 <= match.start() - start <= 5 and not re.search(
                "[一二两三四五六七八九十的]", folded[start : match.start()]
            ):
                doc._.candidates.append(Candidate(Span(start, match.end()), Kind.STRATEGY, "policy_strategies", 0.7))
        for match in _MOTTOES.finditer(folded):
            if motto.search(match.group()):
                items = range(match.start(), match.end(), _SET_LENGTH + 1)
                doc._.candidates += [
                    Candidate(span, Kind.STRATEGY, "policy_strategies", 0.7)
                    for span in (Span(*match.span()), *(Span(at, at + _SET_LENGTH) for at in items))
                ]

    @staticmethod
    def _take_back(doc: Doc, folded: str) -> None:
        """Drop what is only an item of a quoted list of several sorts."""
        items = list(_only_listed(folded))
        doc._.candidates = [
            c
            for c in doc._.candidates
            if c.extractor != "policy_strategies" or not any(item.contains(c.span) for item in items)
        ]

    @staticmethod
    def _counted(doc: Doc, folded: str) -> None:
        """Propose a counted group and what is listed before it: 工业强县、电商兴县、生态立县|三大战略.

        What is not called a strategy is quoted whole, or its members are equally long. Where the authority file knows
        list and group as one name, the group is that name's short form; so it is where the list is quoted (27 of 27).
        """
        words = _words()
        known = {c.span.end: c for c in doc._.candidates if c.concept is not None and c.kind in IDEAS}
        for match in (*words.counting.finditer(folded), *words.label.finditer(folded)):
            apart = folded[match.start() - 1 : match.start()] == folded[match.end() : match.end() + 1] == '"'
            parts, quoted = _listed(folded, match.start() - apart)
            if len(parts) != parse(match["count"]):
                continue
            names = [folded[part.start : part.end] for part in parts]
            evidence = doc._.structure.sentence_of(Span(*match.span()))
            if match.re is words.label:
                group = Span(match.start("count"), match.end("sort"))
                if not all(name.endswith(match["sort"]) for name in names):
                    continue
                wholes, kind, one_name = [group], Kind.STRATEGY, None
            else:
                group = Span(*match.span())
                alike = len({len(name) for name in names}) == 1 and len(names[0]) >= _SET_LENGTH
                works = sum(ending(Kind.PROJECT, "works").search(name) is not None for name in names)  # 场镇南街改造
                works = 0 if match["quoted"] and all(name.endswith(words.layout) for name in names) else works
                if not (match["strategic"] or alike or quoted or apart) or 2 * works > len(names):
                    continue
                if match["quoted"] and (
                    min(map(len, names)) < _SHORTEST_ITEM or '"' in folded[parts[0].start : match.start() - 1]
                ):
                    continue  # 拥护“两个确立”、|坚决做到|“两个维护”
                kind = Kind.POLICY if match["policy"] else Kind.STRATEGY
                if kind is Kind.POLICY and max(map(len, names)) < _LONGEST_OF_POLICIES:
                    continue
                begin = parts[0].start - folded.startswith('"', parts[0].start - 1)
                wholes = [group] if apart or quoted else [group, Span(begin, group.end)]
                one_name = text_of(doc)[begin : group.end] if quoted and not apart else None
            one = known.get(group.end)
            if one is not None and one.span.start < group.start:
                doc._.candidates.append(replace(one, span=group))
            else:
                doc._.candidates.append(Candidate(group, kind, "policy_strategies", 0.9, name=one_name))
            doc._.candidates += [Candidate(part, kind, "policy_strategies", 0.9) for part in parts]
            doc._.claims += [
                Claim(part, Predicate.COMPONENT_OF, whole, Basis.STATED, 0.95, evidence, "policy_strategies/counted")
                for part in parts
                for whole in wholes
            ]

    @staticmethod
    def _bracketed(doc: Doc, folded: str) -> None:
        """Propose a set and what brackets behind it list, as many as it says: 抓好|两大主导（现代工业、洞穴旅游）."""
        words = _words()
        for match in words.bracketed.finditer(folded):
            group = Span(*match.span("name"))
            parts = [Span(*item.span()) for item in re.compile("[^、]+").finditer(folded, *match.span("list"))]
            if len(parts) != parse(match["count"]) or not folded.endswith(words.done_with_sets, 0, group.start):
                continue
            evidence = doc._.structure.sentence_of(Span(*match.span()))
            doc._.candidates += [Candidate(span, Kind.STRATEGY, "policy_strategies", 0.9) for span in (group, *parts)]
            doc._.claims += [
                Claim(part, Predicate.COMPONENT_OF, group, Basis.STATED, 0.95, evidence, "policy_strategies/counted")
                for part in parts
            ]

    @staticmethod
    def _taken_up(doc: Doc, folded: str) -> None:
        """Propose the items of a strategy that is a list where a line opens with them or they stand quoted alone.

        稳粮增效、文旅兴镇: in a heading 聚焦文旅兴镇 it is a strategy.
        """
        forms = (
            folded[c.span.start : c.span.end].strip('"').split('"')[0]  # 建大港、壮产业|”双轮驱动战略
            for c in doc._.candidates
            if c.kind is Kind.STRATEGY and c.confidence >= _LIKELY
        )
        lists = {form for form in forms if "、" in form}
        within = {at for name in lists for m in re.finditer(re.escape(name), folded) for at in range(*m.span())}
        for item in sorted(
            {item for name in lists for item in name.split("、") if _SHORTEST_ITEM <= len(item) <= _ITEM}
        ):
            for match in re.finditer(re.escape(item), folded):
                start, end = match.span()
                opening = _OPENING.fullmatch(folded, folded.rfind("\n", 0, start) + 1, start) is not None
                quoted = folded[start - 1 : start] == folded[end : end + 1] == '"'
                if (opening or quoted) and start not in within:
                    doc._.candidates.append(Candidate(Span(start, end), Kind.STRATEGY, "policy_strategies", 0.85))

    @staticmethod
    def _ambitions(doc: Doc, folded: str) -> None:
        """Propose what a place is to become: 打造|新一代世界一流汽车城, 加快建设|国际性综合交通枢纽城市."""
        words = lexicon("strategies")["ambition"]
        ranks = alternation(words["ranks"])
        for match in re.finditer(f'(?:{alternation(words["becomes"])})(?=[，。；、和！”"]|建设|$)', folded, re.M):
            start = name_start(folded, match.start(), floor=max(0, match.start() - 24))
            name = folded[start : match.end()]
            aimed = _aims().search(folded[max(0, start - 8) : start].rstrip('"'))
            if aimed and len(name) >= _SHORTEST + 1 and re.search(ranks, name) and not re.search('[的“”"、，]', name):
                doc._.candidates.append(Candidate(Span(start, match.end()), Kind.STRATEGY, "policy_strategies", 0.7))

    @staticmethod
    def _meetings(doc: Doc, folded: str) -> None:
        """Propose each meeting of a list; the last one's name takes in what the list is followed by (…精神)."""
        for match in _MEETINGS.finditer(folded):
            meetings = list(re.finditer(_MEETING, folded[: match.end("list")][match.start() :]))
            for meeting in meetings:
                start, end = match.start() + meeting.start(), match.start() + meeting.end()
                last = meeting is meetings[-1]
                end = match.end() if last else end + len("精神") if folded.startswith("精神", end) else end
                name = folded[start:end]
                level = Level.NATIONAL if re.match("党的|中国共产党|中央|全国", name) else None
                level = level or named_level(name, doc._.document.metadata.place)
                doc._.candidates.append(
                    Candidate(Span(start, end), Kind.STRATEGY, "policy_strategies", 0.9, level=level)
                )

    @staticmethod
    def _epithets(doc: Doc, folded: str) -> None:
        """Propose the epithets of the document's places: 幸福永济, and what a list has of them: 智造甪直、枢纽甪直.

        Of 261 items of such lists 238 are annotated, whatever the epithet.
        """
        place = doc._.document.metadata.place
        if place is None:
            return
        for unit in place.chain:
            short = alternation(divisions().spoken_names(unit)[1:])
            if not short:
                continue
            practice = re.compile(
                f"中国式现代化(?:建设)?的?(?:{short})(?:{alternation(lexicon('strategies')['practice'])})"
            )
            own = re.compile(f"[{HAN}]{{2}}新?(?:{short})")
            listed = re.finditer(f'{own.pattern}(?:"?、"?{own.pattern})+', folded)
            items = (item.span() for match in listed for item in own.finditer(folded, *match.span()))
            doc._.candidates.extend(
                Candidate(Span(*item), Kind.STRATEGY, "policy_strategies", 0.85, level=unit.level) for item in items
            )
            for match in re.finditer(f"(?:{short})(?!路|街|大道)", folded):
                before = _epithets().search(folded, max(0, match.start() - _LONGEST_EPITHET), match.start())
                spans = [Span(before.start(), match.end())] if before else []
                spans += [
                    Span(*m.span()) for m in practice.finditer(folded, max(0, match.start() - 9), match.end() + 4)
                ]
                doc._.candidates.extend(
                    Candidate(span, Kind.STRATEGY, "policy_strategies", 0.85, level=unit.level) for span in spans
                )

    @staticmethod
    def _pictures(doc: Doc, folded: str) -> None:
        """Propose what the speaker's own place is to become, in whatever words: 建设|粮丰畜旺、村美人和的新清溪."""
        place = doc._.document.metadata.place
        short = divisions().spoken_names(place)[1:] if place is not None else ()
        if not short:
            return
        never = re.compile(f"[的与尽]|(?<![人祥])和(?![美谐睦顺平善])|建设|{alternation(short)}")
        home = re.compile(f'(?P<link>"?的?新?)(?:{alternation(short)})(?=[，。；！、"\n]|建设|目标|而)(?!"?品牌)')
        for match in home.finditer(folded):
            start = _behind(folded, "，。；：！\n", match.start())
            verbs = _becoming().search(folded[start : match.start()])
            if verbs is None:
                continue
            start += verbs.end()
            words = folded[start : match.start()]
            set_off = words.startswith('"') and not match["link"].startswith('"')
            if set_off and folded[match.end()] != '"':
                continue  # “稻香清溪|、活力新城”
            whole = len({len(item) for item in words.split("、")}) == 1 or '"' in words
            if len(words.strip('"')) >= _SHORTEST_PICTURE and whole and not never.search(words):
                doc._.candidates.append(
                    Candidate(Span(start + set_off, match.end()), Kind.STRATEGY, "policy_strategies", 0.85)
                )


def _behind(folded: str, marks: str, at: int) -> int:
    """Return the offset behind the last of some marks before an offset."""
    return max(folded.rfind(mark, 0, at) for mark in marks) + 1


def _listed(folded: str, end: int) -> tuple[list[Span], bool]:
    """Return the members of the list that ends at an offset, behind the verb before it, and whether it is quoted."""
    clause = _behind(folded, "，。；：\n", end)
    listed = _COUNTED.search(folded[clause:end])
    if listed is None:
        return [], False
    begin = clause + listed.start()
    first, *others = (Span(begin + item.start(), begin + item.end()) for item in re.finditer('[^、"]+', listed.group()))
    start = name_start(folded, first.end - 1, floor=first.start)
    return [Span(start, first.end), *others], re.fullmatch('"[^"]+"', listed.group()) is not None


class _Words(NamedTuple):
    """The forms of strategies that are told by their words.

    Attributes:
        motto: what a unit lives by, from its verb on: 工业|强县, 生态|立县, 农业|富镇.
        formula: a working formula of verb-object pairs: 稳增长、促改革、调结构、惠民生、防风险.
        counting: what counts a list: 三大战略; whatever is quoted behind as many names (21 of 33): 甲、乙|“两个鹮乡”.
        position: what is to be a doctrine's, behind it: 新发展格局|的战略支点.
        characterised: the attributes of a system behind the verb: 构建|具有山东优势的|现代化产业体系.
        bracketed: a set that brackets behind it list (9 of 9): 抓好|两大主导（现代工业、洞穴旅游）.
        done_with_sets: what stands before it.
        layout: how parts of a layout end.
        label: a group of a layout, which quotation marks set off behind what it sums up: 甲走廊、乙走廊|“两廊”.
    """

    motto: re.Pattern[str]
    formula: re.Pattern[str]
    counting: re.Pattern[str]
    position: re.Pattern[str]
    characterised: re.Pattern[str]
    bracketed: re.Pattern[str]
    done_with_sets: tuple[str, ...]
    label: re.Pattern[str]
    layout: tuple[str, ...]


@cache
def _words() -> _Words:
    data = lexicon("strategies")
    many, two = (f"(?:{alternation(data[verbs])})" for verbs in ("formulas", "formulas_of_two"))
    positions = alternation(data["positions"])
    groups = alternation([*data["layout"]["parts"], *data["layout"]["groups"], *data["layout"]["sorts"]])
    return _Words(
        motto=re.compile(
            f"(?:{alternation(lexicon('levels')['name']['own'])})(?:省|市|县|区|镇|乡|旗|州)(?:战略)?"
            '(?=[，。；、和与及！”"]|建设|目标|$)',
            re.M,
        ),
        formula=re.compile(
            f"{beginning((*data['formulas'], *data['formulas_of_two']))}"
            f"(?:(?:{many}[{HAN}]{{2}}、){{2,}}{many}[{HAN}]{{2}}(?![{HAN}])"
            f"|(?<=坚持){two}[{HAN}]{{2}}、(?:{two}|降)[{HAN}]{{2}}(?![{HAN}]{{3}}))"
        ),
        counting=re.compile(
            "(?P<count>[两二三四五六七八])(?:大(?P<strategic>战略(?:行动)?)"
            f"|[大项场个](?!攻坚)[{HAN}]{{0,4}}?(?P<policy>{alternation(data['counted_policies'])})"
            f"|[大张场条][{HAN}]{{0,2}}?(?:{alternation(data['counted'])})"
            '|(?P<quoted>(?<="[两二三四五六七八])[个大][^"、，。；]{1,6}(?<!装置|机构|平台|中心)(?<!实验室)(?=")))'
        ),
        position=re.compile(
            f"的?(?:{alternation(data['position_ranks'])})*(?:{positions})(?!、(?:{positions}|示范区))"
        ),
        characterised=re.compile(
            "(?:构建|打造|建设|建成|形成|建立)(?P<name>(?:"
            f'(?:{alternation(data["characterised"])})[^，。；：\n"]{{2,24}}'
            '|[^，。；：、\n"]{2,10}(?:、[^，。；：、\n"]{2,10})+)的)$'
        ),
        bracketed=re.compile(
            f"(?P<name>(?P<count>[两二三四五六七八])[{HAN}]{{1,7}})"
            "（(?P<list>[^（）、：；。\n]{2,24}(?:、[^（）、：；。\n]{2,24})+)）"
        ),
        done_with_sets=("）", *data["aims"], *data["done_with_sets"]),
        label=re.compile(f'"(?P<count>[两二三四五六七八])(?P<sort>{groups})"'),
        layout=tuple(data["layout"]["parts"]),
    )


def _only_listed(folded: str) -> Iterator[Span]:
    """Yield the items of quoted lists of several sorts that stand nowhere else: 海丝名城、|智造强市|、品质泉州.

    Of mottoes of units and people (工业强县、生态立县; 产业立县、花木富民), and of names of one place (实力舒城、
    活力舒城), three of four are names of their own, of others two of five.
    """
    for start, end in quotations(folded):
        name = folded[start:end]
        items = name.split("、")
        if len(items) < 2 or re.search("[，；。]", name):
            continue
        if all(_MOTTO_END.search(item) for item in items) or len({item[-_BRIEFEST:] for item in items}) == 1:
            continue
        times = folded.count(name)
        for item in items:
            if folded.count(item) <= times:
                yield Span(start, start + len(item))
            start += len(item) + 1


@cache
def _becoming() -> re.Pattern[str]:
    becoming = alternation(lexicon("strategies")["becoming"])
    return re.compile(f"(?:{becoming})(?:成为?|好)?(?:更[^，。的]{{1,6}}的|更高水平|高水平)?(?=[^，。；：]{{2,26}}$)")


@cache
def _aims() -> re.Pattern[str]:
    return re.compile(f"(?:{alternation(lexicon('strategies')['aims'])})(?:成|为|好)?$")


@cache
def _epithets() -> re.Pattern[str]:
    return re.compile(f"(?:{alternation(lexicon('strategies')['epithets'])})+新?$")


@Language.factory("policy_strategies")
def make_strategy_finder(nlp: Language, name: str) -> StrategyFinder:
    """Create the finder of strategies."""
    return StrategyFinder()
