"""Tells which candidates name nothing: honours, sorts of things, persons, what is counted, opposed or only said."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from extract.annotation import Candidate
from extract.document import Span
from extract.finders.organizations import is_beginning
from extract.names import FIVE_YEARS, alternation, alternations, conferring, ending, lexicon, nameless_words
from extract.surface import HAN
from ontology.terms import IDEAS, Kind

_COUNTED = re.compile("(?:[0-9一二两三四五六七八九十]+(?:余|多)?个|一批|一些)$")
_SUMMED = re.compile("等一(?:批|系列)|等[^、，]{0,8}(?:举措|措施)$")
_CUT = re.compile(
    "的|等(?![级不靠待])|[和及与][0-9]|[一二三四五六七八九十]是|均?落户|待(?=[省市县区镇乡])|.{4,}尽[^，。]{2,4}$"
)
"""How a name begins, or ends, that was cut wrong: 五是|凝聚齐心党建, 待|县卫健局, 中国式现代化福建篇章|尽坂溪之力."""
_CUT_ROUNDS = ("轮中央", "轮国家")
"""So does one before its list: 第二轮中央|、省生态环保督察."""
_FIRM = re.compile("(?:股份|集团|控股)?(?:有限)?(?:责任)?公司")
"""What goes on behind a name that was cut out of a firm's: 广东省信息工程|有限公司."""
_LABORATORY = re.compile("(?:技术)?(?:研究)?(?:中心|实验室|研究院)|师")
"""What goes on behind one cut out of a body's name or a trade's: 综合利用工程|技术研究中心 (of 22 none is a work)."""
_AND = ("、", "和", "及")
_PHASE = re.compile("[期一二三四五][、和及][一二三四五六]期(?:项目|工程)?")
"""A phase behind another, which is one with it: 甲工程一期、|二期."""
_FITTINGS = re.compile(f"(?:、[{HAN}]{{2,10}})*等[{HAN}]{{0,4}}配套(?:服务)?设施")
"""What stands behind what only belongs to a work: 尾矿库|、渣场、园区道路等配套设施."""
_BARE = 4
"""Characters of such a thing that has no name of its own, at most."""
_COMPARED = re.compile('[比较]上?"?$')
"""What stands before a period to which a figure is compared, no name of its plan: 比|“十三五”|时期增长71%."""
_RIVER = re.compile("[河江溪渠沟]$")
_CLEANED = re.compile(
    f"(?:、[{HAN}]{{1,5}}[河江溪渠沟])*(?:等[0-9一二两三四五六七八九十]*[条段]?(?:河流|河道)?)?"
    "(?:综合|生态|流域|水环境|段|河道|水质|水系|干流)*(?:治理|整治|清淤|疏浚|断面|防洪|水质|水系|两岸)"
)
"""What is done along a river, behind its name, which a village may have too: 磁窑河、瓦窑河|综合治理."""
_SINCE, _ENDS = re.compile('[由从自]"?$'), re.compile('"?期?[末初]')
"""And around one from whose end a figure has grown: 由|“十二五”|末的29.1亿元."""
_ROAD = re.compile("[A-Z]+[0-9]+(?:[国省县乡]道)?")
"""A road by its number: S520."""
_TWO_BODIES = re.compile("委员会.{3,}(?:人民政府|办事处)$")
"""A committee and a government that share a line: 中共张营镇委员会|张营镇人民政府."""
_TWO_FIRMS = re.compile("(?P<end>银行|公司|集团|大学|学院|医院)、[^、]+(?P=end)$")
"""Two that end alike: 甲银行、|乙银行."""
_SO_MANY = re.compile(r"\d+[余多]?个")
"""Behind 项目 it counts projects: 完成帮扶项目|23个. Two of 490 such are annotated."""
_FOREMOST = re.compile("最[大长]|唯一|首个")
"""How what is said of a thing begins, no name (one of 15,000): 作为全市|最大研学基地."""
_CONFERRED = ("rated", "given", "admitted")
"""Verbs behind which a name that no authority knows is an honour's."""
_TITLED = re.compile('"?(?:荣誉)?称号')
"""What stands behind the name of an honour: “时代楷模”|称号 (none of 5)."""
_SO_MANY_BODIES = re.compile(r"\d+[余多]?家(?=[，。；\n]|$)")
"""Behind institutions it counts them: 山东省院士工作站|1家."""
_SO_MANY_VILLAGES = re.compile("[0-9一二两三四五六七八九十]+个[^，。、子]{2}村")
"""What counts villages and names none: 五个拆迁村 (none of 156), unlike 三个庄子村."""
_OURS = re.compile("我[省市县区旗镇乡]")
"""What stands in no name of a work (of 14,485): 创|我县|工业制造项目单体投资之最."""
_SOME_WORK = re.compile("的(?:大|好|新|重点|重大)?项目$")
"""How what is said of works ends, no name of one: 富民强县|的大项目 (none of 14,485)."""
_CLAUSES = re.compile('[^"（《]*，[^"（《]*')
"""What explains an instrument, no name of one: 每处滩涂明确一名滩长，每周巡护."""
_ADJACENT = re.compile('""(?![^"]*"等?[0-9两三四五六七八九十]+[项大个])')
"""Two quotations side by side are two names, but where a count makes one of them: “甲”“乙”三项工程."""
_STATED = re.compile('被(?:认定|评|列|授|命名)|"作为|[一二三四五六七八九十双].指(?![标数导挥定])|(?:的|^)一种|等信息$')
"""What a sentence says of a thing, in no name (0 of 14,000): 某公司|被认定为…工程, 四治|指治理非法广告."""
_LIST_OF = re.compile("为(?:代表|主导|主)的")
"""What stands behind a list of firms and before what they are taken for: 甲公司、乙公司|为代表的|新材料产业."""
_OF_SYSTEMS = re.compile(f"(?:、[{HAN}]{{2,10}})*等[{HAN}]{{0,6}}系统(?!性|工程|推进|开展|治理)")
"""What stands behind an item of a list of what systems are for, no work: 执法监督|、社区矫正等业务系统 (1 of 102)."""
_PERIOD = re.compile(f'"?{FIVE_YEARS}"?')
"""The five years of a plan, by which it is named too."""
TOLD = frozenset({"policy_authority", "policy_glossary"})
"""Finders that know what a name means."""
_SITTING = re.compile("第[0-9一二三四五六七八九十]+[届次]")
"""The number of a fair's or a meeting's sitting, which is no body."""
_NO_PERSON = "院大学校所社司局委厅部会华"
"""How short names of institutions end: 中科院、工程院院士."""
_LONGEST_PERSON = 3
"""Characters of a person's name before a title."""


def is_nameless(c: Candidate, folded: str) -> bool:
    """Tell whether what was taken for a name is that of an honour, of a sort of things, or of nothing."""
    return _is_honour(c, folded) or _is_sort(c, folded)


class _Sorts(NamedTuple):
    """What tells that a phrase names a sort of thing, or nothing.

    Attributes:
        opposed: what stands before that which the text is against: 坚决反对|“台独”分裂活动.
        numbered: how what counts works begins: 5座水库除险加固工程.
        summing: how what counts a list of works is joined to the last of them: 中段管网改造|三项市政工程.
        amount: how much was done, which ends no work's or instrument's name: 清理“四堆”五十处.
        predicate: what a thing is taken for: 为主线.
        building: a building of a work, which is none by itself: 4、5号教学楼.
        counted: what a number counts that has a name each: 五个指挥部.
        label: what is counted and nothing carried out or worked for (三大机遇), meetings, and where effort goes
            (乡村振兴上发力).
        art_before, art_behind: what stands around the title of a film, song or programme: 电影《…》, 《…》播出.
    """

    opposed: re.Pattern[str]
    numbered: re.Pattern[str]
    summing: re.Pattern[str]
    amount: re.Pattern[str]
    predicate: re.Pattern[str]
    counted: re.Pattern[str]
    label: re.Pattern[str]
    building: re.Pattern[str]
    art_before: re.Pattern[str]
    art_behind: re.Pattern[str]


@cache
def _sorts() -> _Sorts:
    kinds = lexicon("kinds")
    works, opposed = alternations(kinds[Kind.PROJECT]), alternation(kinds["category"]["opposed"])
    return _Sorts(
        opposed=re.compile(f'(?:{opposed})(?:了|各种|各类|一切|任何)?"?$'),
        numbered=re.compile(f"(?:[0-9]+(?:余|多)?(?:{works['counted']})|[两三四五六七八九十]+[个座处条项](?!一))"),
        summing=re.compile(f"(?:{works['done']})[两三四五六七八九十]+[个项条](?!一)"),
        amount=re.compile(f"(?:[0-9]|[一二两三四五六七八九十百千万]{{2}})(?:余|多)?(?:{works['amounts']})$"),
        predicate=re.compile(f"为(?:{alternation(kinds[Kind.STRATEGY]['predicates'])})"),
        building=re.compile(
            f"(?:[0-9一二三四五六七八九十、]+号)?(?:{works['building_attributes']})*(?:{works['buildings']})"
        ),
        counted=re.compile(
            f'[0-9一二两三四五六七八九十]+个[^、，"]*(?:{alternation(kinds["category"]["counted_things"])})'
        ),
        art_before=re.compile(f"(?:{alternation(kinds[Kind.POLICY]['works_of_art'])})(?:《[^》]*》、?)*《$"),
        art_behind=re.compile(
            f"》(?:、?《[^》]*》)*(?:[^，。；《]{{0,5}})(?:{alternation(kinds[Kind.POLICY]['shown'])})"
        ),
        label=re.compile(
            f'"?[一二两三四五六七八九十]+[重大个种项类]?[^、，"]{{0,4}}(?:{alternation(kinds["category"]["counted"])})"?$'
            '|"?[0-9一二两三四五六七八九十]+大?类[^、，"]{0,6}(?:人员|人群|群体|对象|项目)"?$'
            '|"?[^、，"]{2,6}(?<![环细关季调])节"?$'
            f"|[^，。]*(?:{alternation(kinds['category']['meetings'])})$"
            "|(?!在)[^，。]*上(?:发力|下功夫|求突破|见实效|做文章|出实招)"
        ),
    )


def _is_sort(c: Candidate, folded: str) -> bool:
    """Tell whether a name is a sort of thing's (5个工业强县), a list's, a clause's, a river's, opposed, two or cut."""
    if _CUT.match(folded, c.span.start, c.span.end) or folded.endswith(_CUT_ROUNDS, c.span.start, c.span.end):
        return True
    if c.kind is Kind.VILLAGE:
        if _SO_MANY_VILLAGES.fullmatch(folded, c.span.start, c.span.end):
            return True
        person = folded[max(0, c.span.start - 6) : c.span.start].rstrip(" \u3000？").endswith(_category("posts"))
        river = _RIVER.search(folded, c.span.start, c.span.end) is not None
        return person or (river and _CLEANED.match(folded, c.span.end) is not None)
    if c.kind in (Kind.PROJECT, Kind.ORGANIZATION) and (
        _sorts().building.fullmatch(folded, c.span.start, c.span.end)
        or _LIST_OF.search(folded, c.span.start, c.span.end)
    ):
        return True
    if c.concept is None and _sorts().counted.fullmatch(folded, c.span.start, c.span.end):
        return True
    if c.concept is None and _FOREMOST.match(folded, c.span.start):
        return True
    if c.kind is Kind.ORGANIZATION:
        two = any(bodies.search(folded, c.span.start, c.span.end) for bodies in (_TWO_BODIES, _TWO_FIRMS))
        return two or _is_person(c.span, folded) or _is_no_body(c.span, folded)
    if c.kind is Kind.POLICY and _PERIOD.fullmatch(folded, c.span.start, c.span.end):
        near = max(0, c.span.start - 3), c.span.start
        since = _SINCE.search(folded, *near) and _ENDS.match(folded, c.span.end)
        return _COMPARED.search(folded, *near) is not None or since is not None
    if c.concept is not None or c.kind not in (Kind.PROJECT, *IDEAS):
        return False
    words = _sorts()
    meeting = c.kind is Kind.STRATEGY and folded.endswith(("全会", "会议"), c.span.start, c.span.end)
    if meeting and folded.startswith(_category("met"), c.span.end):
        return True
    form = folded[c.span.start : c.span.end].strip('"')
    if c.extractor not in TOLD and form in nameless_words():
        return True
    if _STATED.search(form) or (c.kind is Kind.PROJECT and "作为" in form):
        return True
    if '""' in form and c.extractor not in TOLD and _ADJACENT.search(form):
        return True
    if c.kind in IDEAS and form.startswith("以") and folded.startswith("为", c.span.end):
        return True  # 坚持|以发展|为主题
    if c.kind in IDEAS and words.label.match(folded, c.span.start, c.span.end):
        return True
    if folded[c.span.start - 1 : c.span.start] == "《" and (
        words.art_before.search(folded, max(0, c.span.start - 9), c.span.start)
        or words.art_behind.match(folded, c.span.end)
    ):
        return True
    if _FIRM.match(folded, c.span.end) or words.opposed.search(folded, max(0, c.span.start - 8), c.span.start):
        return True
    if _COUNTED.search(folded, max(0, c.span.start - 6), c.span.start) is not None:
        return c.kind in (Kind.STRATEGY, Kind.PROJECT)
    if _is_part(c, folded):
        return True
    if c.kind is Kind.PROJECT and (
        (folded.endswith("项目", c.span.start, c.span.end) and _SO_MANY.match(folded, c.span.end))
        or ("我" in form and _OURS.search(form))
        or "提出" in form
        or (form.endswith("项目") and _SOME_WORK.search(form))
        or (folded[c.span.end - 1].isdigit() and folded[c.span.end : c.span.end + 1].isdigit())
        or words.numbered.match(folded, c.span.start, c.span.end)
        or words.summing.search(folded, c.span.start, c.span.end)
    ):
        return True
    if (
        c.kind in (Kind.PROJECT, Kind.POLICY)
        and c.extractor not in TOLD
        and _OF_SYSTEMS.match(folded, c.span.end)
        and not ending(Kind.PROJECT, "works", "systems").search(folded, c.span.start, c.span.end)
    ):
        return True
    if c.kind is Kind.POLICY and c.extractor not in TOLD and _CLAUSES.fullmatch(folded, c.span.start, c.span.end):
        return True
    if c.kind in (Kind.PROJECT, Kind.POLICY) and words.amount.search(folded, c.span.start, c.span.end):
        return True
    pattern = {Kind.STRATEGY: words.predicate, Kind.POLICY: _SUMMED}.get(c.kind)
    return pattern is not None and pattern.search(folded, c.span.start, c.span.end) is not None


def _is_part(c: Candidate, folded: str) -> bool:
    """Tell whether a work's name is cut out of a body's, is a phase behind another, or what belongs to a work."""
    start, end = c.span.start, c.span.end
    if c.kind in (Kind.PROJECT, Kind.POLICY) and folded.endswith("工程", start, end) and _LABORATORY.match(folded, end):
        return True
    if c.kind is not Kind.PROJECT:
        return False
    if folded[start - 1 : start] in _AND and _PHASE.fullmatch(folded, start - 2, end):
        return True
    return end - start <= _BARE and _FITTINGS.match(folded, end) is not None


@cache
def _category(table: str) -> tuple[str, ...]:
    return tuple(lexicon("kinds")["category"][table])


@cache
def _persons() -> re.Pattern[str]:
    """Return how a list of persons goes on to their title: 王某|、李某院士."""
    titles = alternation(_category("titles"))
    return re.compile(f"(?:[、和][{HAN}]{{2,3}})+(?:等[0-9一二两三四五六七八九十]*[位名]?)?(?:{titles})")


def _is_person(name: Span, folded: str) -> bool:
    """Tell whether what was taken for a body is a person by title: 王某院士, 王某|院士, 王某|、李某院士."""
    titles = _category("titles")
    brief = name.end - name.start <= _LONGEST_PERSON
    listed = brief and folded[name.end : name.end + 1] in ("、", "和") and folded[name.end - 1] not in _NO_PERSON
    if listed and _persons().match(folded, name.end):
        return True
    return folded.endswith(titles, name.start, name.end) or (brief and folded.startswith(titles, name.end))


class _NoBody(NamedTuple):
    """What tells that a phrase taken for an organization's name is none.

    Attributes:
        ends: how the names of roads end, and a member's title.
        behind: what follows goods, trades and the name of a contest.
        any_unit: what stands before the committee and the government of no unit in particular.
        each_unit: what stands before the last of such units: 各旗、县、|区人民政府.
        team, so_many: how a team's name ends, and what counts such teams: 成立272个|党员志愿者服务队.
    """

    ends: re.Pattern[str]
    behind: re.Pattern[str]
    any_unit: re.Pattern[str]
    each_unit: re.Pattern[str]
    team: re.Pattern[str]
    so_many: re.Pattern[str]


@cache
def _no_body() -> _NoBody:
    none = lexicon("organizations")["none"]
    words, ends = alternations(none), "|".join(none["ends"])
    units = alternation(lexicon("organizations")["names"]["units"])
    item = f"(?:[、和][{HAN}A-Za-z]{{2,10}})*"
    number = "(?:[0-9一二两三四五六七八九十]+[大个])?"
    goods = f"{item}等{number}(?:{words['ranks']})?(?:{words['goods']})(?={words['go_on']}|[，。；、]|$)"
    return _NoBody(
        ends=re.compile(f"[{HAN}]{{1,20}}(?:{ends})(?:、[{HAN}]{{1,6}}(?:{ends}))*"),
        behind=re.compile(f"{goods}|{words['contests']}"),
        any_unit=re.compile(f"(?:{words['any_unit']})(?:党委)?[、和]?$"),
        each_unit=re.compile(f"各(?:(?:{units})、)+(?=(?:{units})(?:人民)?政府)"),
        team=re.compile(f'[^"]+(?:{words["teams"]})'),
        so_many=re.compile(r"(?:\d|[两三四五六七八九十百])[余多]?[个支]$"),
    )


def _is_no_body(name: Span, folded: str) -> bool:
    """Tell whether a name is a road's, of goods (毛绒玩具、拉链箱包等产业), a contest's, any unit's or but counted.

    No name annotated as an organization's is such a one, but of 60 teams that are counted two.
    """
    words = _no_body()
    form = folded[name.start : name.end]
    bare = form in ("党委", "政府", "党委、政府")
    return (
        form in lexicon("organizations")["none"]["unnamed"]
        or _SITTING.fullmatch(form) is not None
        or is_beginning(folded, name.start, name.end)
        or words.ends.fullmatch(folded, name.start, name.end) is not None
        or _ROAD.fullmatch(folded, name.start, name.end) is not None
        or words.behind.match(folded, name.end) is not None
        or _SO_MANY_BODIES.match(folded, name.end) is not None
        or (
            folded[name.start - 1 : name.start] in ("个", "支")
            and words.team.fullmatch(form) is not None
            and words.so_many.search(folded, max(0, name.start - 4), name.start) is not None
        )
        or (bare and words.any_unit.search(folded, max(0, name.start - 6), name.start) is not None)
        or any(each.end() == name.start for each in words.each_unit.finditer(folded, max(0, name.start - 12), name.end))
    )


@cache
def _conferred(*sorts: str) -> re.Pattern[str]:
    """Return what stands before an honour, behind any of the verbs of some lists."""
    rank = "(?:[全国家省市县区级首第一二三四五六七八九十批年度届0-9]|创建)*"
    by = f"(?:(?:[0-9]{{4}}年度?)?[{HAN}]{{2,3}}[省市县区])?"
    return re.compile(f'(?:{conferring(*sorts)})(?:了|为)?{by}{rank}(?:"[^"\n]{{2,16}}"[、和及]?)*"?$')


@cache
def _called() -> tuple[str, ...]:
    return tuple(lexicon("honours")["called"])


def _is_honour(c: Candidate, folded: str) -> bool:
    """Tell whether a name is that of an honour conferred (获评“两山”实践创新基地), which is no entity.

    In a list of honours no name is any: 荣获国家级生态乡镇、全国一村一品示范镇、退耕还林先进单位等荣誉称号. Known names
    are honours where a place is called so (获评|乡村旅游重点村: of 126 eight are annotated, four of them 试点城市).
    """
    if c.kind is Kind.ADMINISTRATIVE_UNIT:
        return False
    if _TITLED.match(folded, c.span.end) and c.concept is None:
        return True
    near = max(0, c.span.start - 24), c.span.start
    called = c.kind in IDEAS and folded.endswith(_called(), *c.span)
    called = called and not folded.endswith("试点城市", *c.span)
    if called and _conferred("rated", "given", "attained").search(folded, *near):
        return True
    if c.kind in (Kind.VILLAGE, Kind.ORGANIZATION):  # who confers it may be named too: 入选|国务院|…典型案例
        return _conferred("rated").search(folded, *near) is not None
    if c.concept is None and _conferred(*_CONFERRED).search(folded, *near):
        return True
    return any(start <= c.span.start and c.span.end <= end for start, end in _honours(folded))


@lru_cache(maxsize=4)
def _honours(folded: str) -> tuple[tuple[int, int], ...]:
    """Return where a text lists honours."""
    honours = re.compile(f"(?:{conferring(*_CONFERRED)})[^，。；：\n]+、[^，。；：\n]+(?:荣誉|称号)")
    return tuple(match.span() for match in honours.finditer(folded))
