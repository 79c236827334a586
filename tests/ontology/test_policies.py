"""The policy instruments of the authority file: enough of them, well formed, linked upward, and no year too late."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from ontology.iri import NATION, mint, normalise
from ontology.scheme import Concept, Scheme, load
from ontology.terms import Kind, Level

REPORTS = Path(__file__).parents[3] / "shared" / "reports"

# The index gives these files the year 2013, though they name instruments of much later years.
MISDATED = re.compile(r"policy_中央部门_\d+_2013\.txt")

# Older texts in which the characters stand, but not the instrument: form -> what they are part of there.
HOMONYMS = {
    "双减": "“双减半”: 减环节、减时间 of Shanghai's approvals, 2020",
    "“两重”项目": "三优两重项目 of Shandong's industrial data, 2020",
    "两重": "三优两重项目, as above",
}

# Forms that are too loose to be looked for as they stand: each is an ordinary word or a piece of one.
ORDINARY = {
    "招商引资",
    "补短板",
    "智能制造",
    "乡村建设",
    "村集体经济",
    "特色小镇",
    "林长",
    "田长",
    "河长",
    "清单制",
    "化债",
    "严打",
}


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load()


@pytest.fixture(scope="module")
def policies(scheme: Scheme) -> list[Concept]:
    return [concept for concept in scheme if concept.kind is Kind.POLICY]


@cache
def reports_by_year() -> list[tuple[int, str, str]]:
    """Return year, name and text without white space and quotation marks of each report, the oldest first."""
    with (REPORTS / "index.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if not MISDATED.fullmatch(row["file"])]
    texts = {row["file"]: (REPORTS / row["file"]).read_text(encoding="utf-8") for row in rows}
    return sorted((int(row["year"]), row["file"], re.sub(r"[\s“”]", "", texts[row["file"]])) for row in rows)


def test_there_are_as_many_as_promised(policies: list[Concept]):
    assert len(policies) >= 2250
    linked = [concept for concept in policies if concept.serves or concept.component_of]
    assert len(linked) >= 0.98 * len(policies), "an instrument that leads to no strategy ends the lineage"


def test_every_instrument_is_complete(policies: list[Concept]):
    for concept in policies:
        assert concept.label_en and concept.definition, concept.label
        if concept.level is not None:
            assert concept.level is (Level.PROVINCIAL if concept.issuer else Level.NATIONAL), concept.label
        assert concept.year or not concept.source, f"{concept.label}: an occasion without its year"
        place = concept.issuer.rsplit("/", 1)[1] if concept.issuer else NATION
        assert concept.iri == mint(Kind.POLICY, (place,), concept.label)


def test_what_each_government_sets_up_for_itself_has_no_level_and_no_first_issue(policies: list[Concept]):
    customary = [concept for concept in policies if concept.level is None]
    assert {"专班推进机制", "民生实事", "领导包案"} <= {concept.label for concept in customary}
    for concept in customary:
        assert concept.issuer is None and concept.year is None, concept.label


def test_instruments_serve_strategies(scheme: Scheme, policies: list[Concept]):
    for concept in policies:
        for iri in concept.serves:
            target = scheme.concept(iri)
            assert target is not None and target.kind is Kind.STRATEGY, f"{concept.label} serves {iri}"


def test_no_form_names_two_concepts(scheme: Scheme):
    owners: dict[str, str] = {}
    for surface, concept in scheme.surfaces():
        assert owners.setdefault(normalise(surface), concept.iri) == concept.iri, surface


def test_forms_are_names_rather_than_quoted_names_or_ordinary_words(policies: list[Concept]):
    for concept in policies:
        for surface in concept.surfaces:
            assert surface not in ORDINARY
            assert not re.fullmatch("“[^”]*”|《[^》]*》", surface), f"{surface}: marks around the name"


@pytest.mark.parametrize(
    ("form", "label"),
    [
        ("简政放权、放管结合、优化服务改革", "“放管服”改革"),
        ("低保救助", "最低生活保障"),
        ("防返贫监测", "防止返贫动态监测和帮扶机制"),
        ("乳腺癌、宫颈癌筛查", "“两癌”筛查"),
        ("“12345”便民服务平台", "12345政务服务便民热线"),
        ("河(湖)长制", "河湖长制"),
        ("二轮延包", "第二轮土地承包到期后再延长三十年"),
        ("散乱污整治", "“散乱污”企业整治"),
        ("RCEP", "区域全面经济伙伴关系协定"),
        ("农村户厕改造", "厕所革命"),
        ("党支部+合作社+贫困户", "“党支部+合作社+农户”模式"),
        ("六小工程", "农村“六小工程”"),
        ("校安工程", "中小学校舍安全工程"),
        ("环境保护“党政同责、一岗双责”", "环境保护党政同责"),
        ("节约型机关和绿色家庭、绿色学校、绿色社区创建行动", "绿色生活创建行动"),
    ],
)
def test_short_forms_lead_to_their_instrument(scheme: Scheme, form: str, label: str):
    found = scheme.by_label(form)
    assert found is not None and found.label == label


@pytest.mark.parametrize(
    ("form", "label", "neighbour"),
    [
        ("闽宁对口扶贫协作", "闽宁对口扶贫协作", "东西部协作"),
        ("企业离退休人员基本养老金", "企业退休人员基本养老金", "退休人员基本养老金调整"),
        ("绿电直连", "绿电直连", "绿证绿电交易"),
        ("土壤污染源头防控行动", "土壤污染源头防控行动", "土壤污染防治行动计划"),
    ],
)
def test_a_neighbouring_instrument_is_a_concept_of_its_own(scheme: Scheme, form: str, label: str, neighbour: str):
    found, other = scheme.by_label(form), scheme.by_label(neighbour)
    assert found is not None and found.label == label
    assert other is not None and other.label == neighbour and other.iri != found.iri


@pytest.mark.parametrize(
    ("form", "strategy"),
    [
        ("高标准农田建设", "粮食安全"),
        ("粮食安全党政同责", "粮食安全"),
        ("千万工程", "乡村振兴战略"),
        ("四个不摘", "巩固拓展脱贫攻坚成果同乡村振兴有效衔接"),
        ("稳岗返还", "稳就业"),
        ("林长制", "美丽中国"),
    ],
)
def test_an_instrument_leads_to_its_strategy(scheme: Scheme, form: str, strategy: str):
    instrument, target = scheme.by_label(form), scheme.by_label(strategy)
    assert instrument is not None and target is not None
    assert target.iri in instrument.serves


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        ("两不愁三保障", {"两不愁", "三保障"}),
        ("四个不摘", {"摘帽不摘责任", "摘帽不摘政策", "摘帽不摘帮扶", "摘帽不摘监管"}),
        ("三线一单", {"生态保护红线", "环境质量底线", "资源利用上线", "生态环境准入清单"}),
        ("三个“十条”", {"大气污染防治行动计划", "水污染防治行动计划", "土壤污染防治行动计划"}),
        ("三去一降一补", {"去产能", "去库存", "去杠杆", "降成本"}),
        ("残疾人两项补贴", {"困难残疾人生活补贴", "重度残疾人护理补贴"}),
        ("“三北”工程", {"科尔沁、浑善达克沙地歼灭战", "河西走廊—塔克拉玛干沙漠边缘阻击战"}),
        ("碧水保卫战", {"渤海综合治理攻坚战", "长江保护修复攻坚战", "城市黑臭水体治理攻坚战", "水源地保护攻坚战"}),
        ("社会保障体系", {"基本养老保险", "基本医疗保险", "失业保险", "工伤保险", "生育保险", "社会救助"}),
    ],
)
def test_wholes_have_their_parts(scheme: Scheme, whole: str, parts: set[str]):
    target = scheme.by_label(whole)
    assert target is not None
    assert parts <= {concept.label for concept in scheme if target.iri in concept.component_of}


def test_famous_provincial_instruments_keep_their_province(scheme: Scheme):
    for form, province in [
        ("千万工程", "浙江省"),
        ("百千万工程", "广东省"),
        ("清化收", "山西省"),
        ("梨树模式", "吉林省"),
        ("渝快办", "重庆市"),
    ]:
        concept = scheme.by_label(form)
        assert concept is not None and concept.issuer is not None
        assert concept.level is Level.PROVINCIAL and concept.issuer.endswith(province)


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the reports are not part of the repository")
def test_no_report_is_older_than_the_year_of_an_instrument_that_it_names(policies: list[Concept]):
    too_late = []
    for concept in policies:
        forms = {surface: re.sub(r"[\s“”]", "", surface) for surface in concept.surfaces if surface not in HOMONYMS}
        for year, name, text in reports_by_year():
            if concept.year is None or year >= concept.year:
                break
            too_late += [f"{surface} ({concept.year}) in {name}" for surface, form in forms.items() if form in text]
    assert not too_late


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the reports are not part of the repository")
@pytest.mark.parametrize("form", HOMONYMS)
def test_a_homonym_is_listed_only_where_there_is_one(scheme: Scheme, form: str):
    concept = scheme.by_label(form)
    assert concept is not None and concept.year is not None
    bare = re.sub("[“”]", "", form)
    assert any(year < concept.year and bare in text for year, _, text in reports_by_year())
