"""The strategies and slogans of the authority file: enough of them, well formed, and no year too late."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ontology.iri import NATION, mint, normalise
from ontology.scheme import Concept, Scheme, load
from ontology.terms import PLID, Kind, Level

REPORTS = Path(__file__).parents[3] / "shared" / "reports"

# Files whose year in index.tsv is not that of their text: they name the Party's 20th congress (2022) and its plenums.
MISDATED = {
    "policy_中央部门_161_2013.txt",
    "policy_中央部门_164_2013.txt",
    "policy_中央部门_166_2013.txt",
    "policy_山东省_030_2021.txt",
}

WHOLES = {
    "“五位一体”总体布局": 5,
    "“四个全面”战略布局": 5,  # the first of the four was another one until 2020
    "新发展理念": 5,
    "乡村振兴战略": 6,  # its five aims, and the five revitalisations as one
    "六稳": 6,
    "六保": 6,
    "乡村五大振兴": 5,
    "四个意识": 4,
    "四个自信": 4,
    "两个确立": 2,
    "两个维护": 2,
    "“两个一百年”奋斗目标": 2,
    "三大攻坚战": 3,
    "蓝天、碧水、净土保卫战": 3,
    "三区三地": 6,
    "一基地三区": 3,
    "三区一基地": 4,
    "三个定位": 3,
    "产业“四地”建设": 4,
    "五大任务": 5,
    "三新一高": 4,
    "六个龙江": 6,
    "五篇大文章": 5,
    "三张牌": 3,
    "新时代“六地”": 6,
    "“四大集群”“六新产业”“四新设施”": 3,
    "两个毫不动摇": 2,
    "稳就业稳企业稳市场稳预期": 4,
    "粮头食尾、农头工尾": 2,
    "“1+2+4+N”目标任务体系": 2,
}


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load()


@pytest.fixture(scope="module")
def concepts(scheme: Scheme) -> list[Concept]:
    return [concept for concept in scheme if concept.kind in (Kind.STRATEGY, Kind.SLOGAN)]


def name_of(iri: str) -> str:
    return iri.rsplit("/", 1)[1]


def test_there_are_as_many_as_promised(concepts: list[Concept]):
    assert len(concepts) >= 1200
    issuers = Counter(name_of(concept.issuer) for concept in concepts if concept.issuer)
    assert len(issuers) >= 25, "provinces"
    assert sum(concept.kind is Kind.SLOGAN for concept in concepts) >= 200


def test_every_iri_follows_from_kind_issuer_and_label(scheme: Scheme):
    for concept in scheme:
        place = NATION if concept.issuer is None else name_of(concept.issuer)
        assert concept.iri == mint(concept.kind, (place,), concept.label)


def test_every_concept_is_complete(concepts: list[Concept]):
    for concept in concepts:
        assert concept.label_en, concept.label
        assert concept.definition, concept.label
        if concept.level is not None or concept.kind is Kind.STRATEGY or concept.issuer or concept.year:
            assert concept.level is (Level.NATIONAL if concept.issuer is None else Level.PROVINCIAL), concept.label
        assert concept.issuer is None or concept.issuer.startswith(PLID + "AdministrativeUnit/")
        assert concept.year or not concept.source, f"{concept.label}: an occasion without its year"


def test_forms_are_names_rather_than_quoted_names_or_ordinary_words(concepts: list[Concept]):
    ordinary = {"发展", "安全", "改革", "创新", "稳定", "绿色发展", "经济建设", "现代农业", "安全生产", "项目建设"}
    for concept in concepts:
        for surface in concept.surfaces:
            assert len(surface) >= 2 and normalise(surface) not in ordinary
            assert not re.fullmatch("“[^”]*”", surface), f"{surface}: marks around a whole name are outside it"


def test_no_further_form_is_a_known_form_with_a_verb_before_it(scheme: Scheme):
    """A verb in front belongs to no name; the finder would take 持续纠治“四风” for a name longer than 纠治“四风”."""
    verbs = ("坚持", "推进", "加强", "完善", "深入", "持续", "打造", "做好", "抓好", "落实", "大力", "努力", "修订")
    for concept in scheme:
        forms = {normalise(form) for form in concept.surfaces}
        for form in (*concept.alt_labels, *concept.hidden_labels):
            for verb in verbs:
                assert not form.startswith(verb) or normalise(form)[len(verb) :] not in forms, form


def test_links_easily_turned_round_lead_upward(scheme: Scheme):
    """What serves what, where it is easily turned round."""
    for part, whole in [
        ("乡村振兴", "农业农村现代化"),
        ("统筹发展和安全", "总体国家安全观"),
        ("六保", "六稳"),
        ("脱贫攻坚", "全面建成小康社会"),
        ("粮食安全", "总体国家安全观"),
    ]:
        lower, higher = scheme.by_label(part), scheme.by_label(whole)
        assert lower is not None and higher is not None
        assert higher.iri in lower.serves and lower.iri not in (*higher.serves, *higher.component_of), part


@pytest.mark.parametrize(("whole", "parts"), WHOLES.items())
def test_wholes_have_all_their_parts(scheme: Scheme, whole: str, parts: int):
    target = scheme.by_label(whole)
    assert target is not None
    assert sum(target.iri in concept.component_of for concept in scheme) == parts


@pytest.mark.parametrize(
    ("form", "label"),
    [
        ("乡村振兴", "乡村振兴战略"),
        ("绿水青山就是金山银山", "“两山”理念"),
        ("一带一路", "共建“一带一路”"),
        ("房住不炒", "房子是用来住的、不是用来炒的"),
        ("稳中求进", "稳中求进工作总基调"),
        ("和美乡村", "宜居宜业和美乡村"),
        ("碳达峰碳中和", "“双碳”目标"),
        ("“枫桥经验”", "新时代“枫桥经验”"),
        ("产业兴旺、生态宜居、乡风文明、治理有效、生活富裕", "乡村振兴总要求"),
        ("京津冀城市群", "京津冀世界级城市群"),
        ("稳得住、能致富", "搬得出、稳得住、能致富"),
        ("“3060”碳目标", "“双碳”目标"),
        ("首都政治护城河", "首都政治“护城河”"),
        ("质的稳步提升和量的合理增长", "质的有效提升和量的合理增长"),
        ("不发生系统性、区域性风险底线", "不发生系统性风险的底线"),
        ("两个市场两种资源", "国内国际两个市场两种资源"),
    ],
)
def test_short_forms_lead_to_their_concept(scheme: Scheme, form: str, label: str):
    found = scheme.by_label(form)
    assert found is not None and found.label == label


def test_a_provincial_part_leads_up_to_the_nation(scheme: Scheme):
    part = scheme.by_label("黄河流域生态保护和高质量发展重要实验区")
    assert part is not None
    assert [name_of(iri) for iri in part.component_of] == ["三区三地"]
    assert [name_of(iri) for iri in part.advances] == ["黄河流域生态保护和高质量发展"]


def reports() -> Iterator[tuple[str, int, str]]:
    """Yield name, year and text, without marks and line breaks, of each dated report."""
    with (REPORTS / "index.tsv").open(encoding="utf-8", newline="") as index:
        for row in csv.DictReader(index, delimiter="\t"):
            if row["year"].isdigit() and row["file"] not in MISDATED:
                yield row["file"], int(row["year"]), bare((REPORTS / row["file"]).read_text(encoding="utf-8"))


def bare(text: str) -> str:
    return text.translate(str.maketrans("", "", '“”"\n'))


@pytest.mark.skipif(not (REPORTS / "index.tsv").exists(), reason="needs ../shared/reports")
def test_no_report_uses_a_term_before_its_year(concepts: list[Concept]):
    """An older use is a mistake in the file, unless the concept's note names that year and explains it."""
    texts = list(reports())
    early = [
        f"{concept.label} ({concept.year}): {surface} in {file}"
        for concept in concepts
        if concept.year is not None
        for file, year, text in texts
        if year < concept.year and str(year) not in (concept.note or "")
        for surface in concept.surfaces
        if bare(surface) in text
    ]
    assert not early
