"""Tells how far a project has come: completed, ongoing or planned, by the words around its name.

A rule reads the telling words (``lexicon/kinds.toml``, ``Project.status``); a learned model weighs its reading with the
wording of the clause, as annotators did. Trained with the tagger: ``python -m extract.training``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from extract.document import Span, Structure
from extract.learned.classifier import classify, opened
from extract.names import alternation, alternations, lexicon
from extract.surface import HAN
from ontology.terms import Kind, Level, Period, Status

MODEL = "status.crfsuite"
"""The model's file name, beside the tagger's."""
_SENTENCE_END, _CLAUSE_END = re.compile("[。；！\n]"), re.compile("[，。；！\n]")
_REACH = 60
_NEAR = 24
"""How far the rule and the model read to either side of a name, at most to the clause's end; in characters."""
_CONTINUED = 10
"""How far before a name a word may stand that says that the work goes on."""
_SENTENCE = 160
"""How far behind a name another clause may say where the work stands."""
_LIST_OPENS, _LIST_ENDS = 8, 10
"""How much is read at either end of a clause that lists works, where it is said of all: 建成|甲路、乙桥等|三个项目."""
_ONE_LIST = re.compile("[^，]*、[^，]*|[^，、]{0,8}")
"""What may stand between the words that label a list and one of its works."""
_CELLS = re.compile(r" {2,}| *\| *| (?=[^ ])")
"""What parts the cells of a row; folding makes a tab a space."""
_FEWEST_CELLS = 4


@cache
def _of_years() -> re.Pattern[str]:
    """Return how a work is called that takes longer than the year that a report looks ahead."""
    works = alternation(lexicon("kinds")[Kind.PROJECT]["status"]["of_years"])
    return re.compile(f"(?:{works})(?:[{HAN}]{{0,6}}段|[一二三四]期|改?扩建|项目|工程)*$")


@cache
def _in_cell() -> Mapping[Status, re.Pattern[str]]:
    """Return what a cell of a table says by itself of how far the work of its row has come."""
    words = alternations(lexicon("kinds")[Kind.PROJECT]["status"])
    return {
        Status.PLANNED: re.compile(
            "(?:拟|待|未|尚未|计划)(?:开工|动工|建|建设|启动)|(?:项目)?前期(?:工作)?(?:阶段|中)?|储备|谋划"
        ),
        Status.ONGOING: re.compile(
            "在建|续建|(?:建设|施工|推进)中|正在.{2,6}|(?:项目)?主体(?:结构|工程|已)?.{2,4}|.{0,4}封顶"
            "|设备安装.{0,2}|.{2,4}施工|扫尾|收尾|路基.{2}"
            r"|(?:已?完成?(?:总?工程量?|总?进度)?的?)?\d{1,2}%|已?开工(?:建设)?"
        ),
        Status.COMPLETED: re.compile(
            f"(?:现|均)?已?(?:{words['surely_in_cell']})?(?:{words['completed_in_cell']})"
            f"(?:{words['use_in_cell']})*(?:100%)?"
        ),
    }


def status_by_rule(before: str, behind: str, *, plan: bool) -> Status:
    """Tell by rule how far a project has come from the words around one of its mentions.

    Args:
        before: the clause before the name.
        behind: the clause behind it.
        plan: whether the passage looks ahead.

    >>> status_by_rule("", "顺利完工", plan=False)
    <Status.COMPLETED: 'completed'>
    >>> status_by_rule("持续推进", "，确保按期建成投产", plan=True)
    <Status.ONGOING: 'ongoing'>
    """
    if plan:
        return Status.ONGOING if _says("continued", before + "|" + behind) else Status.PLANNED
    if _says("prepared_before", before):
        return Status.PLANNED
    if _says("ongoing_behind", behind) or _says("ongoing_before", before):
        return Status.ONGOING
    if _says("completed", behind) or _says("completed", before):
        return Status.COMPLETED
    return Status.ONGOING if _says("kept_up_before", before) else Status.COMPLETED


def told(behind: str) -> Status | None:
    """Return what the words behind a name say of it without doubt, whatever the passage around them is about.

    >>> told("投资300万元，已建成投用"), told("尚未开工"), told("即将完工")
    (<Status.COMPLETED: 'completed'>, <Status.PLANNED: 'planned'>, <Status.ONGOING: 'ongoing'>)
    """
    return next((status for status, pattern in _certain() if pattern.match(behind)), None)


@cache
def _certain() -> tuple[tuple[Status, re.Pattern[str]], ...]:
    words = alternations(lexicon("kinds")[Kind.PROJECT]["status"])
    lead = "(?:[^，。；、\n]{0,6}|[^，。；\n]{0,16}，(?:现|目前|现在)?)"
    unsaid = f"(?![^，。；\n]*(?:{words['intended']}))"
    together = f"{unsaid}(?:[、和及][^，。；、\n]{{2,18}}){{0,3}}[^，。；、\n]{{0,6}}"
    apart = f"(?![^，。；\n]*前期){together}"
    surely = "(?:经|全面|全部|顺利|正式|于[^，。；\n]{1,10})?"
    return (
        (Status.PLANNED, re.compile(f"{lead}(?:{words['not_yet']})(?:{words['begun']})")),
        (Status.ONGOING, re.compile(f"{lead}(?:即将{surely}(?:{words['finished']})|已?(?:{words['at_rest']}))")),
        (Status.COMPLETED, re.compile(f"{lead}已{surely}(?:{words['finished']})")),
        (Status.PLANNED, re.compile(f"{together}(?:已|尚|还)?(?:{words['prepared']})")),
        (Status.ONGOING, re.compile(f"{apart}(?:{words['steadily']})(?:{words['in_progress']})")),
        (Status.COMPLETED, re.compile(f"{together}已?(?:{words['told_complete']})")),
    )


def _labelled(span: Span, folded: str) -> Status | None:
    """Return what the words before a list say of all its works: 续建顺利的，有|甲铁路、乙电站."""
    before = _SENTENCE_END.split(folded[max(0, span.start - _SENTENCE) : span.start])[-1]
    labels = [(match.end(), status) for status, label in _labels().items() for match in label.finditer(before)]
    if not labels:
        return None
    end, said = max(labels)
    return said if _ONE_LIST.fullmatch(before, end) else None


@cache
def _labels() -> Mapping[Status, re.Pattern[str]]:
    words = alternations(lexicon("kinds")[Kind.PROJECT]["status"])
    listing = "(?:顺利|建设|当中|中)?的(?:项目|工程)?(?:主要|分别)?[，：]?(?:有|是|包括)"
    signed = "签约(?:引进|了)?(?:[0-9]+个：)?"
    settled = f"(?:{words['settled']})"
    return {
        Status.COMPLETED: re.compile(f"(?:{words['finished']}){listing}"),
        Status.ONGOING: re.compile(f"(?:{words['in_hand']}){listing}|{signed}{settled}的?"),
        Status.PLANNED: re.compile(f"(?:{words['in_view']}){listing}|{signed}(?!{settled})"),
    }


def _to_be_finished(span: Span, folded: str, structure: Structure, level: Level | None) -> Status | None:
    """Tell that a work of years which a province or the nation means to finish is under way: 建成雄忻高铁.

    So were ten of the twelve such works of reports of provinces; of works of other kinds half were.
    """
    wide = level in (Level.NATIONAL, Level.PROVINCIAL) and _of_years().search(folded[span.start : span.end])
    if not wide or structure.period_at(span.start) is not Period.PLAN:
        return None
    return Status.ONGOING if re.search("(?<!已)建成", _clauses(span, folded)[0]) else None


@cache
def _beginning() -> re.Pattern[str]:
    """Return what is said behind a work, or behind a list that it stands in, of its beginning, and nothing more."""
    words = alternations(lexicon("kinds")[Kind.PROJECT]["status"])
    listed = "(?:[、和及][^，。；、\n]{2,18}){0,5}"
    asked = f"[^，。；、\n]{{0,10}}，(?:{words['urged']})(?:项目)?"
    return re.compile(
        f"{listed}(?:{asked}|(?:(?!{words['soon']})[^，。；、\n已]){{0,6}})"
        f"(?P<soon>{words['soon']}|[0-9]{{1,2}}月底前)?(?:全部|核准)?(?<!全线)(?<!复工)(?:{words['set_going']})(?=[，。；\n]|$)"
    )


def _to_be_begun(span: Span, folded: str, structure: Structure) -> Status | None:
    """Tell that a plan still has to get a work begun: 推动|鹮湾水厂|、鹭园等项目开工建设, 鹮湾水厂|年内开工.

    So were 108 of 109 such works; one that is begun along its whole line (全线开工) is under way.
    """
    if structure.period_at(span.start) is not Period.PLAN:
        return None
    said = _beginning().match(folded, span.end, span.end + _REACH)
    if said is None:
        return None
    return Status.PLANNED if said["soon"] or _says("urged", _clauses(span, folded)[0]) else None


def _is_taken_up(mentions: Sequence[Span], folded: str, structure: Structure, level: Level | None) -> bool:
    """Tell whether a town's or county's plan takes up a work that it has not named before: 推进|鹭湾水厂建设.

    Of 79 such works outside the texts trained on 65 were planned; a prefecture or province has begun half of them.
    """
    if level not in (Level.TOWNSHIP, Level.COUNTY):
        return False
    if any(structure.period_at(span.start) is not Period.PLAN for span in mentions):
        return False
    first = mentions[0]
    before, behind, _ = _clauses(first, folded)
    return _says("taken_up", before) and not _says("under_way", before + folded[first.start : first.end] + behind)


def _told_in_row(span: Span, folded: str) -> Status | None:
    """Return what a cell of the row that names a work says of it: 3 | 春江路拓宽 | 1.2公里 | 主体完工."""
    if folded[span.end : span.end + 1] not in (" ", "|"):
        return None
    begin, end = folded.rfind("\n", 0, span.start) + 1, folded.find("\n", span.end)
    row = folded[span.end : end if end >= 0 else len(folded)]
    cells = [cell for cell in _CELLS.split(row) if cell]
    before = [cell for cell in _CELLS.split(folded[begin : span.start]) if cell]
    if len(before) + 1 + len(cells) < _FEWEST_CELLS or "。" in row:
        return None
    in_cell = _in_cell()
    said = next((said for cell in reversed(cells) for said, words in in_cell.items() if words.fullmatch(cell)), None)
    return Status.PLANNED if said is not None and _heads_targets(folded, begin) else said


def _heads_targets(folded: str, row: int) -> bool:
    """Tell whether the first of the rows right above one that begins at an offset, the head, speaks of targets."""
    head, end = "", row
    while folded[end - 1 : end] == "\n":
        end -= 1
    while end > 0:
        begin = folded.rfind("\n", 0, end) + 1
        line = folded[begin:end]
        if len(_CELLS.split(line.strip(" |"))) < _FEWEST_CELLS or "。" in line:
            break
        head, end = line, begin - 1
    return re.search("目标|计划(?!总?投资)", head) is not None


def _says(progress: str, words: str) -> bool:
    return any(word in words for word in lexicon("kinds")[Kind.PROJECT]["status"][progress])


def features(mentions: Sequence[Span], folded: str, structure: Structure, level: Level | None) -> list[str]:
    """Describe what is said around a project's mentions, for the model.

    Args:
        mentions: where it is named.
        folded: folded text.
        structure: of the document; tells whether a passage looks back or ahead.
        level: of the document; what 推进 says of a work differs with who says it.
    """
    found = {f"level{level}"}
    for span in mentions[:3]:
        looks = structure.period_at(span.start)
        period, plan = str(looks), looks is Period.PLAN
        before, behind, following = _clauses(span, folded)
        reading = status_by_rule(before, behind, plan=plan)
        found |= {f"r{reading}", period, f"r{reading}{period}", "n" + folded[span.end - 2 : span.end]}
        found |= {f"lb{period}{before[-2:]}", f"fb{period}{before[:2]}"}
        found |= {f"fa{period}{behind[:2]}", f"la{period}{behind[-2:]}"}
        found |= {f"level{level}{period}", f"then{following[:2]}"} | {f"then{period}{following[:n]}" for n in (2, 3, 4)}
        if _says("goes_on", before[-_CONTINUED:] + folded[span.start : span.end]):
            found |= {"goes on", f"goes on{period}"}
        for word in _told_later(span, folded):
            found |= {"now" + word, f"now{period}{word}"}
        said = [("b", before[-_NEAR:]), ("a", behind[:_NEAR])]
        if "、" in before:
            said.append(("b", before[:_LIST_OPENS]))
        if "、" in behind:
            said.append(("a", behind[-_LIST_ENDS:]))
        for side, words in said:
            for piece in _pieces(words):
                found |= {side + piece, side + period + piece}
    return sorted(found)


def _clauses(span: Span, folded: str) -> tuple[str, str, str]:
    """Return what stands before a name in its clause, what stands behind it there, and the following clause."""
    before = _CLAUSE_END.split(folded[max(0, span.start - _REACH) : span.start])[-1]
    behind, *others = _CLAUSE_END.split(folded[span.end : span.end + _REACH])
    return before, behind, others[0] if others else ""


def _told_later(span: Span, folded: str) -> list[str]:
    """Return the words of the first later clause that says where a work stands: 总投资…，甲公司承建，|目前主体封顶."""
    now, words = _telling()
    sentence = re.split("[。；\n]", folded[span.end : span.end + _SENTENCE])[0]
    clause = next((each for each in sentence.split("，")[1:] if now.search(each)), "")
    return words.findall(clause)


@cache
def _telling() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what tells a clause that says where a work stands, and the words that it may say it with."""
    told = lexicon("kinds")[Kind.PROJECT]["status"]
    words = alternation((*told["completed"], *told["ongoing_behind"], *told["told_now"]))
    return re.compile(f"{alternation(told['now'])}|完成[^，]{{0,8}}%"), re.compile(words)


def _pieces(words: str) -> Iterator[str]:
    for size in (2, 3):
        yield from (words[at : at + size] for at in range(len(words) - size + 1))


def status(mentions: Sequence[Span], folded: str, structure: Structure, level: Level | None, models: Path) -> Status:
    """Tell how far a project has come from all its mentions.

    Args:
        mentions: where it is named, in the order of the text.
        folded: folded text.
        structure: of the document; tells whether a passage looks back or ahead.
        level: of the document.
        models: the folder with the model; without one the rule alone decides.
    """
    certain = [
        said
        for span in mentions
        if (
            said := _told_in_row(span, folded)
            or _labelled(span, folded)
            or told(folded[span.end : span.end + _REACH])
            or _to_be_finished(span, folded, structure, level)
            or _to_be_begun(span, folded, structure)
        )
        is not None
    ]
    if certain:
        return certain[-1]
    if _is_taken_up(mentions, folded, structure, level):
        return Status.PLANNED
    if (model := opened(models, MODEL)) is not None:
        return Status(classify(model, features(mentions, folded, structure, level)))
    readings = [
        status_by_rule(*_clauses(span, folded)[:2], plan=structure.period_at(span.start) is Period.PLAN)
        for span in mentions
    ]
    if Status.COMPLETED in readings and len(set(readings)) > 1:
        return Status.ONGOING if readings[-1] is not Status.COMPLETED else Status.COMPLETED
    return readings[-1]
