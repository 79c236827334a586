"""The finders of projects, policies, strategies and slogans, on sentences of our own."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract import pipeline, status
from extract.annotation import Candidate
from extract.candidates import naming
from extract.document import Document, Metadata, Place, Span
from extract.entities import named_by_themselves, one_kind_a_phrase, settle_overlaps
from extract.examples import CORPUS
from extract.finders.quotations import read
from extract.identity import cluster, everywhere, with_shared_heads
from extract.learned import network
from extract.learned.classifier import MODELS
from extract.learned.tagger import LABELS, TAGGER, places_settled, works_apart
from extract.learned.traits import clause_runs, parallels
from extract.levels import level_by_rule, named_level
from extract.lists import completed
from extract.names import governors, headed, name_start
from extract.status import status_by_rule, told
from extract.surface import fold, pairs, quotations
from ontology.divisions import NATION, divisions
from ontology.iri import mint
from ontology.terms import IDEAS, Kind, Level, Predicate, Status
from tests import linking

PROVINCE = Place("甲省", Level.PROVINCIAL)
CITY = Place("乙市", Level.PREFECTURE, (PROVINCE,))
COUNTY = Place("丙县", Level.COUNTY, (PROVINCE, CITY))
TOWN = Place("丁镇", Level.TOWNSHIP, (PROVINCE, CITY, COUNTY))


@pytest.fixture(scope="module")
def nlp():
    return pipeline.load()


@pytest.fixture(scope="module")
def rules():
    """The finders without the learned one, whose opinion of a bare sentence changes with every training."""
    return pipeline.load(components=[name for name in pipeline.COMPONENTS if name != "policy_tagger"])


def annotate(nlp, text: str, place: Place = TOWN):
    return pipeline.annotate(nlp, linking.document(text, place))


def names(annotation, kind: Kind) -> set[str]:
    text = annotation.document.text
    return {text[m.start : m.end] for e in annotation.entities if e.kind is kind for m in e.mentions}


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_folding_keeps_every_offset(text):
    assert len(fold(text)) == len(text)


@given(st.text(alphabet='"（）《》甲乙，\n', max_size=40))
def test_marks_pair_within_a_line_and_never_cross_themselves(text):
    for closer, opener in pairs(text).items():
        assert opener < closer and "\n" not in text[opener:closer]
    for start, end in quotations(text):
        assert '"' not in text[start:end]


@pytest.mark.parametrize(
    ("text", "head", "name"),
    [
        ("持续推进青石村传统村落保护项目", "项目", "青石村传统村落保护项目"),
        ("在中心街建设丁镇全民健身中心", "中心", "丁镇全民健身中心"),
        ("启动白石村乡村振兴示范创建项目", "项目", "白石村乡村振兴示范创建项目"),
        ("投资30万元将青石村园林村项目", "项目", "青石村园林村项目"),
        ("以“一户一策”工作机制", "机制", "“一户一策”工作机制"),
        ("建立起农村医疗补偿机制", "机制", "农村医疗补偿机制"),
        ("打造起步区补偿机制", "机制", "起步区补偿机制"),
    ],
)
def test_a_name_begins_behind_its_governing_verb(text, head, name):
    folded = fold(text)
    at = folded.rindex(head)
    assert text[name_start(folded, at) : at + len(head)] == name


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("我们扎实开展“百村清洁”治理行动。", Kind.POLICY, "“百村清洁”治理行动"),
        ("深化“三办合一”改革。", Kind.POLICY, "“三办合一”改革"),
        ("紧紧围绕“一带三园”发展思路，真抓实干。", Kind.STRATEGY, "一带三园"),
        ("全力打造“实力丁镇”。", Kind.STRATEGY, "实力丁镇"),
        ("努力建设生态文化旅游强县。", Kind.STRATEGY, "生态文化旅游强县"),
        ("以“今日事今日毕、明日事早安排”的作风抓落实。", Kind.SLOGAN, "今日事今日毕、明日事早安排"),
        ("完成青石村日光温室大棚建设。", Kind.PROJECT, "青石村日光温室大棚"),
        ("深入学习贯彻党的二十大精神。", Kind.STRATEGY, "党的二十大精神"),
        ("制定《丁镇环境卫生管理办法》。", Kind.POLICY, "丁镇环境卫生管理办法"),
    ],
)
def test_a_name_is_found_with_its_kind(nlp, text, kind, name):
    assert name in names(annotate(nlp, text), kind)


@pytest.mark.parametrize(
    "text",
    ["抓好重点项目建设。", "清理“四堆”五十处。", "完善体制机制。", "大飞机制造取得突破。", "请各位代表提出意见。"],
)
def test_what_names_nothing_is_no_project_policy_strategy_or_slogan(nlp, text):
    found = annotate(nlp, text)
    assert [e for e in found.entities if e.kind in (Kind.PROJECT, Kind.POLICY, Kind.STRATEGY, Kind.SLOGAN)] == []


@pytest.mark.parametrize(
    "name", ["青石、白石等3个村灌溉提升项目", "青石村、白石村两个千亩蔬菜种植基地", "青石至白石旅游公路改扩建"]
)
def test_a_project_of_several_villages_is_one_with_all_of_them(nlp, name):
    found = annotate(nlp, f"丁镇青石村、白石村、红石村。今年完成{name}，修缮了校舍。")
    assert name in names(found, Kind.PROJECT)
    assert {"青石", "白石"} <= {n.removesuffix("村") for n in names(found, Kind.VILLAGE)}


def test_what_counts_a_list_of_works_is_no_part_of_the_last(nlp):
    found = names(annotate(nlp, "今年实施鹮湾路改造、鹭溪桥新建、白石水厂扩建三大工程。"), Kind.PROJECT)
    assert {"鹮湾路改造", "鹭溪桥新建", "白石水厂扩建"} <= found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("11.鹭湾大道快速化改造工程。概算95万元。", "鹭湾大道快速化改造工程"),
        ("鹭湾食品公司新上鹮果酒生产线项目，修渠三里。", "鹮果酒生产线项目"),
        ("力争2027年底鹭湾冷链物流园全部建成。", "鹭湾冷链物流园"),
    ],
)
def test_a_projects_name_begins_behind_its_number_its_doer_and_its_date(nlp, text, name):
    assert name in names(annotate(nlp, text), Kind.PROJECT)


def test_what_sums_up_a_list_is_named_without_it(nlp) -> None:
    text = "三、加强政府自身建设\n以建设忠诚型、创新型、担当型、服务型、过硬型“五型”政府为目标，改进作风。"
    annotation = annotate(nlp, text)
    named = {e.id: e.name for e in annotation.entities}
    parts = {text[m.start : m.end] for e in annotation.entities for m in e.mentions} - {"“五型”政府", "五型"}
    assert parts == {"忠诚型", "创新型", "担当型", "服务型", "过硬型"}
    assert {named[link.subject] for link in annotation.links if link.predicate is Predicate.COMPONENT_OF} == parts


def test_a_body_begins_behind_towards(nlp) -> None:
    assert names(annotate(nlp, "全年向鹮鸣铜业等企业输出劳力430人。"), Kind.ORGANIZATION) == {"鹮鸣铜业"}


def test_an_arrangement_is_named_with_who_does_what_in_it(rules) -> None:
    name = "党委统管、政府负责、鹮农参与的稻田管护体制"
    assert name in names(annotate(rules, f"今年，全镇建立健全{name}。"), Kind.POLICY)


def test_a_building_whose_name_begins_like_a_verb_keeps_it() -> None:
    text = "今年完成规划展馆提升工程。"
    assert text[name_start(text, text.index("提升")) :].startswith("规划展馆")


@pytest.mark.parametrize("count", ["茶叶、蔬菜两个种植基地", "丁镇2026年重点项目", "头号工程"])
def test_what_counts_or_ranks_works_is_no_project(nlp, count):
    assert not names(annotate(nlp, f"我们打造{count}。"), Kind.PROJECT)


@pytest.mark.parametrize(
    ("text", "kind", "parts", "group"),
    [
        ("实施茶业富县、工业强县、文旅活县三大战略。", Kind.STRATEGY, ["茶业富县", "工业强县", "文旅活县"], "三大战略"),
        ("开展招商提质、河道清淤、能人回乡三大行动。", Kind.POLICY, ["招商提质", "河道清淤", "能人回乡"], "三大行动"),
        ("围绕“茶山挺脊、瓷都添彩”两大工程发力。", Kind.POLICY, ["茶山挺脊", "瓷都添彩"], "两大工程"),
        (
            "开展“能人回乡、河道清淤、鹭园整治”三大比拼行动。",
            Kind.POLICY,
            ["能人回乡", "河道清淤", "鹭园整治"],
            "三大比拼行动",
        ),
        ("实施老街产业升级、茶园改良“两大行动”。", Kind.POLICY, ["老街产业升级", "茶园改良"], "两大行动"),
        ("推进“绿化、美化、亮化”三大工程。", Kind.POLICY, [], ""),
        ("擦亮白石茶乡、清水瓷镇两张名片。", Kind.STRATEGY, ["白石茶乡", "清水瓷镇"], "两张名片"),
        ("打好辣椒、民宿、竹笋三张牌。", Kind.STRATEGY, [], ""),
        ("完成东河湿地修复、老街管网两项工程。", Kind.STRATEGY, [], ""),
        ("抓好产业、就业、教育四大行动。", Kind.POLICY, [], ""),
        ("实施南街改造、市场迁建、车站改造三大工程。", Kind.STRATEGY, [], ""),
        ("打造东河农旅走廊、苍路猕猴桃走廊“两廊”。", Kind.STRATEGY, ["东河农旅走廊", "苍路猕猴桃走廊"], "两廊"),
        ("打造东河农旅走廊、苍路猕猴桃园“两廊”。", Kind.STRATEGY, [], ""),
        (
            "打造鹭溪世界地质公园旅游度假区、苍旺一号旅游公路户外运动示范区、鹮湖沿线农文旅融合示范区“三区”。",
            Kind.STRATEGY,
            ["鹭溪世界地质公园旅游度假区", "苍旺一号旅游公路户外运动示范区", "鹮湖沿线农文旅融合示范区"],
            "三区",
        ),
        ("全力建设茶香走廊、共富样板“两个鹮乡”。", Kind.STRATEGY, ["茶香走廊", "共富样板"], "两个鹮乡"),
        ("拥护“两个确立”、坚决做到“两个维护”。", Kind.STRATEGY, [], ""),
        ("抓好两大主导（现代茶业、洞穴旅游）。", Kind.STRATEGY, ["现代茶业", "洞穴旅游"], "两大主导"),
        (
            "认真做好三抓（抓茶、抓果、抓渔）两调（调种养、调产销）。",
            Kind.STRATEGY,
            ["抓茶", "抓果", "抓渔", "调种养", "调产销"],
            "两调",
        ),
        ("完成三项工作（茶业、果业）。整治四旁（村旁、宅旁、路旁、水旁）。", Kind.STRATEGY, [], ""),
    ],
)
def test_a_count_behind_a_set_names_its_whole(text: str, kind: Kind, parts: list[str], group: str) -> None:
    """Members of a set are quoted whole or equally long; three products or works are no strategies."""
    finder = pipeline.load(components=["policy_structure", "policy_strategies"])
    doc = pipeline.process(finder, Document("d", text, ""))
    claims = {(c.subject, c.object) for c in doc._.claims}
    assert {text[part.start : part.end] for part, _ in claims} == set(parts)
    assert group in {text[whole.start : whole.end] for _, whole in claims} | {""}
    assert {c.kind for c in doc._.candidates if c.span in {part for part, _ in claims}} <= {kind}


@pytest.mark.parametrize(
    ("text", "strategies"),
    [
        ("奋力建设粮丰畜旺、村美人和的新清溪。", {"粮丰畜旺、村美人和的新清溪"}),
        ("加快打造“强富美高”新清溪！", {"“强富美高”新清溪"}),
        ("建设更高水平的书香清溪，打造茶香清溪品牌。", {"书香清溪"}),
        ("打造“稻香清溪、活力新城”。", set()),
        ("竞逐稻香清溪、智造清溪、“枢纽清溪”、“侨韵清溪”。", {"稻香清溪", "智造清溪", "枢纽清溪", "侨韵清溪"}),
        ("建设连接清溪的公路，游客来到清溪。", set()),
    ],
)
def test_what_a_town_is_to_become_is_a_strategy_in_whatever_words(text: str, strategies: set[str]) -> None:
    finder = pipeline.load(components=["policy_structure", "policy_strategies"])
    document = Document("d", text, "", metadata=Metadata(place=Place("清溪镇", Level.TOWNSHIP), level=Level.TOWNSHIP))
    doc = pipeline.process(finder, document)
    found = {text[c.span.start : c.span.end] for c in doc._.candidates if c.confidence > 0.8}
    assert {name for name in found if "清溪" in name} == strategies


def test_the_items_of_a_strategy_are_strategies_where_a_line_opens_with_them() -> None:
    text = (
        "坚持“茶山挺脊、稻田生金”发展思路。\n一、聚焦茶山挺脊，建好茶园\n植茶千亩，也谈稻田生金。\n二、“稻田生金”再发力"
    )
    finder = pipeline.load(components=["policy_structure", "policy_quotations", "policy_strategies"])
    doc = pipeline.process(finder, Document("d", text, ""))
    found = {c.span.start for c in doc._.candidates if c.extractor == "policy_strategies"}
    assert found == {text.index("茶山挺脊，"), text.rindex("稻田生金")}


def test_the_items_of_a_strategy_do_not_stand_alone_within_any_list_of_them() -> None:
    """A list that a longer one holds (茶山挺脊、稻田生金、溪谷成画) makes no item of what the longer one says."""
    text = "按照“茶山挺脊、稻田生金”发展思路。\n“茶山挺脊、稻田生金、溪谷成画”发展思路更清。"
    finder = pipeline.load(components=["policy_structure", "policy_quotations", "policy_strategies"])
    doc = pipeline.process(finder, Document("d", text, ""))
    assert not [c for c in doc._.candidates if c.extractor == "policy_strategies"]


def test_one_phrase_has_one_kind_in_a_document(nlp):
    found = annotate(nlp, "聚焦“双拥双促”发展思路。\n“双拥双促”更有成效。")
    kinds = {e.kind for e in found.entities if "双拥双促" in e.name}
    assert kinds == {Kind.STRATEGY}


def test_a_name_once_recognised_is_recognised_everywhere(nlp):
    text = "全面推行“红旗积分”工作机制。\n今年，红旗积分覆盖到户。"
    entity = next(e for e in annotate(nlp, text).entities if "红旗积分" in e.name)
    assert {text[m.start : m.end] for m in entity.mentions} >= {"“红旗积分”工作机制", "红旗积分"}
    assert max(m.start for m in entity.mentions) > text.index("今年")


@pytest.mark.parametrize(
    ("short", "long", "same"),
    [
        ("红绿旗", "“红绿旗”激励机制", True),
        ("五治", "农村“五治”", True),
        ("激励机制", "“红绿旗”激励机制", False),
        ("污水处理厂", "第二污水处理厂", False),
        ("白石小镇污水厂", "白石小镇污水厂项目", True),
        ("鹮河一桥", "鹮河一桥拆除重建项目", True),
        ("鹮河一桥", "鹮河一桥南侧广场", False),
    ],
)
def test_a_name_and_what_it_is_called_whole_are_one_entity(short: str, long: str, same: bool) -> None:
    kind = Kind.POLICY if "“" in long else Kind.PROJECT
    text = f"{short}：{long}"
    spans = (Span(0, len(short)), Span(len(short) + 1, len(text)))
    named = [Candidate(span, kind, "test", 0.9, text[span.start : span.end]) for span in spans]
    assert (len(cluster(named, fold(text))) == 1) is same


@pytest.mark.parametrize(
    ("kind", "short", "long", "same"),
    [
        (Kind.POLICY, "“五包一”帮扶", "“五包一”帮扶机制", True),
        (Kind.POLICY, "“白石卡”服务", "县乡“白石卡”服务协同机制", True),
        (Kind.POLICY, "木改钢", "渔船“木改钢”", True),
        (Kind.POLICY, "周调度", "周调度、月通报、季督查制度", False),
        (Kind.STRATEGY, "美丽幸福新鹭湾", "富饶美丽幸福新鹭湾", True),
        (Kind.STRATEGY, "四新", "围绕“四新”主攻“四化”", False),
        (Kind.STRATEGY, "新型城镇化", "新型城镇化示范区", False),
    ],
)
def test_what_stands_within_a_longer_name_only_is_what_that_names(
    kind: Kind, short: str, long: str, same: bool
) -> None:
    text = f"{long}。{long}"
    starts = (text.index(short), text.rindex(short))
    spans = [Span(0, len(long)), Span(len(long) + 1, len(text)), *(Span(at, at + len(short)) for at in starts)]
    named = [Candidate(span, kind, "test", 0.9) for span in spans]
    assert (len(cluster(named, fold(text))) == 1) is same
    text += f"。{short}"
    named.append(Candidate(Span(len(text) - len(short), len(text)), kind, "test", 0.9))
    assert len(cluster(named, fold(text))) == 2 or not same or long.endswith(short)


@pytest.mark.parametrize(
    ("kind", "long", "one"),
    [
        (Kind.STRATEGY, "“鹮心动”消费行动", True),
        (Kind.SLOGAN, "“鹮心动”主题教育", True),
        (Kind.STRATEGY, "“鹮心动”六大工程", False),
        (Kind.STRATEGY, "“鹮心动”建设", False),
    ],
)
def test_an_idea_that_only_an_instruments_name_holds_is_none_of_its_own(kind: Kind, long: str, one: bool) -> None:
    text = f"开展{long}。"
    whole, idea = Span(2, 2 + len(long)), Span(3, 6)
    found = [Candidate(whole, Kind.POLICY, "test", 0.9), Candidate(idea, kind, "test", 0.9)]
    assert (len(cluster(found, fold(text))) == 1) is one
    again = Candidate(Span(len(text) + 2, len(text) + 5), kind, "test", 0.9)
    assert len(cluster([*found, again], fold(f"{text}弘扬鹮心动。"))) == 2


@pytest.mark.parametrize(
    ("inner", "outer", "stays"),
    [
        (Kind.POLICY, Kind.ORGANIZATION, False),
        (Kind.POLICY, Kind.STRATEGY, False),
        (Kind.STRATEGY, Kind.POLICY, False),
        (Kind.STRATEGY, Kind.PROJECT, True),
        (Kind.POLICY, Kind.PROJECT, True),
    ],
)
def test_a_coined_name_that_only_anothers_holds_is_none(inner: Kind, outer: Kind, stays: bool) -> None:
    text = "老娘舅调解工作室开张。老娘舅调解"
    whole, part, alone = Span(0, 8), Span(0, 5), Span(11, 16)
    found = [Candidate(whole, outer, "test", 0.9), Candidate(part, inner, "test", 0.9)]
    kinds = {group.kind for group in named_by_themselves(cluster(found, text), text)}
    assert kinds == ({inner, outer} if stays else {outer})
    again = [*found, Candidate(alone, inner, "test", 0.9)]
    assert {group.kind for group in named_by_themselves(cluster(again, text), text)} == {inner, outer}


def test_a_body_called_after_the_own_units_last_character_is_that_of_its_name() -> None:
    text = "县医院扩建。丙县医院达标。己县医院来访。镇医院开诊。"
    spans = [Span(m.start(), m.end()) for m in re.finditer("[丙己]?[县镇]医院", text)]
    found = [Candidate(span, Kind.ORGANIZATION, TAGGER, 0.9) for span in spans]
    assert [g.name for g in cluster(found, text, COUNTY)] == ["丙县医院", "己县医院", "镇医院"]


def test_known_ideas_go_by_their_names_in_other_words(nlp) -> None:
    text = (
        "坚持“人民至上”理念。开启我县全面建设社会主义现代化新征程。配合第二轮中央环保督察。"
        "学习“千万工程”经验，“千村示范、万村整治”工程见效。"
    )
    entities = annotate(nlp, text, COUNTY).entities
    known = {e.name for e in entities if e.concept is not None}
    assert {"人民至上", "全面建设社会主义现代化国家", "千万工程", "中央生态环境保护督察"} <= known
    assert not {"人民至上理念", "千村示范、万村整治工程", "第二轮中央环保督察"} & {e.name for e in entities}


@pytest.mark.parametrize("name", ["四治指治理非法广告", "河湖管理责任的一种制度", "手机号等信息"])
def test_what_a_definition_says_is_no_name(name: str) -> None:
    candidate = Candidate(Span(0, len(name)), Kind.POLICY, TAGGER, 0.9)
    assert not list(naming([candidate], name)) and list(naming([candidate], "统一种植管理制度体系化办法"))


def test_a_firm_is_not_called_by_a_work_that_it_builds(rules) -> None:
    text = "鹮洲中车新能源项目开工。鹮洲中车做强。"
    assert "鹮洲中车" not in names(annotate(rules, text), Kind.ORGANIZATION)
    assert "鹮洲中车" in names(annotate(rules, text.replace("项目", "公司")), Kind.ORGANIZATION)


def test_another_units_body_is_not_the_speakers(nlp):
    text = "县政府要修路。我们学习金堂县政府的做法，县政府也要做好。"
    body = next(e for e in annotate(nlp, text, COUNTY).entities if e.kind is Kind.ORGANIZATION and "政府" in e.name)
    assert text.index("金堂县政府") + 2 not in {m.start for m in body.mentions}


def test_a_provinces_strategy_is_not_another_provinces(nlp):
    text = "深入落实“三区三地”部署。"
    shanxi = Place("山西省", Level.PROVINCIAL)
    concepts = [e.concept for e in annotate(nlp, text, shanxi).entities if "三区三地" in e.name]
    assert any(concepts)
    assert not any(e.concept for e in annotate(nlp, text, PROVINCE).entities if "三区三地" in e.name)


def test_an_instrument_that_is_called_a_project_is_that_instrument(nlp):
    found = annotate(nlp, "我们谋划实施“两重”项目，推进“鹭湾水厂”项目。").entities
    assert [e.kind for e in found if "两重" in e.name] == [Kind.POLICY]
    assert Kind.POLICY not in {e.kind for e in found if "水厂" in e.name}


def test_what_would_bear_the_iri_of_a_units_concept_is_that_concept(nlp):
    """Also within a longer name, where the authority file's form is not met by itself."""
    text = "市区落实公共资源“一网交易”改革三年行动。"
    shanghai = Place("上海市", Level.PROVINCIAL)
    known = {e.name: e.concept for e in annotate(nlp, text, shanghai).entities}
    assert known["“一网交易”改革"] == mint(Kind.POLICY, shanghai.path, "一网交易改革")
    assert not any(e.concept for e in annotate(nlp, text, PROVINCE).entities if "一网交易" in e.name)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("学习运用“千万工程”经验，整治村庄。", ["千万工程"]),
        ("接诉即办再提速，整治村庄。", []),
        ("落实“云上贵州”行动，整治村庄。", []),
    ],
)
def test_another_provinces_instrument_counts_as_an_example_only(text: str, found: list[str]) -> None:
    finder = pipeline.load(components=["policy_structure", "policy_authority"])
    home = Metadata(place=Place("甲镇", Level.TOWNSHIP, (PROVINCE,)), level=Level.TOWNSHIP)
    doc = pipeline.process(finder, Document("d", text, "", metadata=home))
    assert [text[c.span.start : c.span.end] for c in doc._.candidates] == found


def test_a_provinces_instrument_is_named_with_its_quotation_marks_and_head() -> None:
    finder = pipeline.load(components=["policy_structure", "policy_authority"])
    home = Metadata(place=Place("甲镇", Level.TOWNSHIP, (Place("贵州省", Level.PROVINCIAL),)), level=Level.TOWNSHIP)
    text = "落实“云上贵州”建设行动，用好云上贵州。"
    doc = pipeline.process(finder, Document("d", text, "", metadata=home))
    assert [text[c.span.start : c.span.end] for c in doc._.candidates] == ["“云上贵州”建设行动", "云上贵州"]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("沿着“八八战略”指引的路子前进，推进“三大战略”。", {"八八战略"}),
        ("沿着“八八战略”指引的路子前进，落实三张牌，推动“两个先行”。", {"八八战略", "两个先行"}),
        ("锚定“两个确保”，推进三大战略。", set()),
        ("落实省委“两个确保”。", {"确保高质量建设现代化河南、确保高水平实现现代化河南"}),
    ],
)
def test_the_strategies_that_a_town_names_tell_its_province(rules, text, known):
    found = annotate(rules, text, Place("丁溪镇", Level.TOWNSHIP)).entities
    assert {e.name.strip("“”") for e in found if e.concept and e.level is Level.PROVINCIAL} == known


@pytest.mark.parametrize(
    ("before", "behind", "plan", "expected"),
    [
        ("", "顺利完工", False, Status.COMPLETED),
        ("", "主体基本完成", False, Status.ONGOING),
        ("积极争取", "，重塑优势", False, Status.PLANNED),
        ("实施", "，改善出行", True, Status.PLANNED),
        ("持续推进", "，确保按期投产", True, Status.ONGOING),
        ("", "等一批项目落地", False, Status.ONGOING),
        ("", "落户鹮湾", False, Status.ONGOING),
        ("推动", "等项目提速", True, Status.ONGOING),
    ],
)
def test_status_is_read_off_the_words_around(before, behind, plan, expected):
    assert status_by_rule(before, behind, plan=plan) is expected


@given(
    st.lists(
        st.sampled_from(
            ["推进", "“甲乙”", "改革", "青石村", "项目", "，", "。", "\n", "𠮷", "é", "示范区", "：", "（"]
        ),
        max_size=30,
    )
)
def test_offsets_are_true_for_any_text(parts):
    text = "".join(parts)
    if not text:
        return
    found = annotate(_shared(), text)
    for entity in found.entities:
        assert entity.mentions
        for mention in entity.mentions:
            assert 0 <= mention.start < mention.end <= len(text)
    ids = {e.id for e in found.entities}
    for link in found.links:
        assert {link.subject, link.object} <= ids
        assert all(isinstance(v, Span) and v.end <= len(text) for v in link.evidence)


_PIPELINE: list = []


def _shared():
    if not _PIPELINE:
        _PIPELINE.append(pipeline.load())
    return _PIPELINE[0]


@pytest.mark.parametrize(
    ("text", "place", "kind", "expected"),
    [
        # works in a list: behind a verb that says that they are under way, or summed up as projects
        ("加快建设鹭湾隧道、榆筏大桥、栎川北路延伸。", CITY, Kind.PROJECT, {"鹭湾隧道", "榆筏大桥", "栎川北路延伸"}),
        ("鹮鸣工业园、砥澜电子等12个项目开工。", CITY, Kind.PROJECT, {"鹮鸣工业园", "砥澜电子"}),
        ("加快发展教育、卫生、文化事业。", CITY, Kind.PROJECT, set()),
        # meetings in a row: the last takes in what all are followed by
        (
            "全面贯彻党的二十大、省第九次党代会和市第七次党代会精神。",
            COUNTY,
            Kind.STRATEGY,
            {"党的二十大", "省第九次党代会", "市第七次党代会精神"},
        ),
        ("统筹稳增长、促改革、调结构、惠民生各项工作。", CITY, Kind.STRATEGY, {"稳增长、促改革、调结构、惠民生"}),
        ("加快打造世界一流鹮羽陶瓷城市。", CITY, Kind.STRATEGY, {"世界一流鹮羽陶瓷城市"}),
        ("游客参观鹮羽陶瓷城市。", CITY, Kind.STRATEGY, set()),
        ("大力实施工业强县战略，推进生态立县。", COUNTY, Kind.STRATEGY, {"工业强县战略", "生态立县"}),
        (
            "建设“产业鹭桥、商贸鹭桥”。",
            TOWN,
            Kind.STRATEGY,
            {"产业鹭桥、商贸鹭桥", "产业鹭桥", "商贸鹭桥"},
        ),
        # a name that is a list of mottoes, and each motto
        (
            "深入实施“茶香立县、鹮鸣强县”发展战略。",
            COUNTY,
            Kind.STRATEGY,
            {"“茶香立县、鹮鸣强县”发展战略", "茶香立县、鹮鸣强县", "茶香立县", "鹮鸣强县"},
        ),
        ("河长、林长齐上岗。", TOWN, Kind.POLICY, {"河长", "林长"}),
        ("出台助企稳岗促消费38条措施，取得实效。", CITY, Kind.POLICY, {"助企稳岗促消费38条措施"}),
    ],
)
def test_names_in_lists_and_set_forms(rules, text, place, kind, expected):
    assert names(annotate(rules, text, place), kind) == expected


def test_wardens_stand_for_their_nationwide_systems(nlp):
    systems = {e.name: e.level for e in annotate(nlp, "河长、林长齐上岗。").entities if e.kind is Kind.POLICY}
    assert systems == {"河湖长制": Level.NATIONAL, "林长制": Level.NATIONAL}


@pytest.mark.parametrize(
    ("text", "honour"),
    [("我镇{}“鹭鸣模范示范区”，再创佳绩。", "荣获"), ("我镇{}“鹭鸣模范示范区”，再创佳绩。", "获评")],
)
def test_an_honour_conferred_is_no_entity(nlp, text, honour):
    assert names(annotate(nlp, text.format(honour)), Kind.STRATEGY) == set()
    assert names(annotate(nlp, text.format("打造")), Kind.STRATEGY) == {"鹭鸣模范示范区"}


@pytest.mark.parametrize(
    ("place", "level"),
    [(TOWN, Level.NATIONAL), (COUNTY, Level.NATIONAL), (CITY, Level.PREFECTURE), (PROVINCE, Level.PROVINCIAL)],
)
def test_a_five_year_plan_is_the_speakers_own_but_a_countys_and_a_towns(nlp, place, level):
    found = annotate(nlp, "我们圆满完成了“十四五”规划各项任务。", place)
    plan = next(e for e in found.entities if "十四五" in e.name)
    assert plan.level is level and (plan.concept is not None) == (level is Level.NATIONAL)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("编制军队建设“十四五”规划。", False),
        ("落实长三角一体化发展规划“十四五”实施方案。", False),
        ("编制完成“十四五”市级专项规划。", False),
        ("制定国民经济和社会发展“十四五”规划。", True),
        ("“十四五”时期完成各项规划。", True),
    ],
)
def test_a_plan_for_five_years_of_something_else_is_not_the_five_year_plan(nlp, said, found):
    assert ("“十四五”规划" in {e.name for e in annotate(nlp, said, COUNTY).entities}) is found


@pytest.mark.parametrize(
    ("said", "own"), [("制定实施", True), ("出台", True), ("贯彻落实", False), ("配合国家部门制定", False)]
)
def test_a_plan_that_a_province_makes_is_its_own_though_the_nation_has_one_of_that_name(nlp, said, own):
    plan = next(e for e in annotate(nlp, f"我省{said}碳达峰实施方案。", PROVINCE).entities if "碳达峰" in e.name)
    assert (plan.level, plan.concept is None) == ((Level.PROVINCIAL, True) if own else (Level.NATIONAL, False))


def test_the_models_see_what_governs_and_ends_a_clause():
    line = "今年建成甲路、乙桥等12个项目，群众满意。"
    runs = list(clause_runs(line, governors(line)))
    bridge, people = line.index("乙"), line.index("群众")
    assert {"vI建成", "tID项目"} <= {trait for trait, start, end in runs if start <= bridge < end}
    assert not any("建成" in trait or "项目" in trait for trait, start, end in runs if start <= people < end)


class _Sure:
    """A network that takes every label of every character for so likely."""

    def __init__(self, likely: float) -> None:
        self.likely = likely

    def likelihoods(self, seen):
        return [np.full((len(seen.folded), len(known)), self.likely) for known in LABELS.values()]


def test_a_name_is_as_likely_as_both_models_take_it_for_in_the_mean(monkeypatch) -> None:
    """Each counts for half: also of what the rules propose, whichever place of a name is the least likely."""
    text = "实施鹭鸣湾提升工程，建设白鹤村文化广场。\n\n推进“鹭岛清风”行动。"
    tagger = pipeline.load(components=pipeline.COMPONENTS[: pipeline.COMPONENTS.index(TAGGER) + 1])
    likelihoods = []
    for likely in (0.0, 1.0):
        monkeypatch.setattr(network, "opened", lambda path, likely=likely: _Sure(likely))
        doc = pipeline.process(tagger, linking.document(text, TOWN))
        likelihoods.append({(c.span, c.kind, c.extractor): c.likelihood for c in doc._.candidates if c.likelihood})
    proposed = [name for name in likelihoods[0] if name[2] != TAGGER]
    assert {text[span.start : span.end] for span, _, _ in proposed} >= {"白鹤村", "鹭鸣湾提升工程"}
    for name in proposed:
        assert likelihoods[1][name] == pytest.approx(likelihoods[0][name] + 0.5)


@pytest.mark.parametrize(
    ("text", "slogans"),
    [
        ("大力弘扬鹭岭抢险精神，守好堤防。", ["鹭岭抢险精神"]),
        ("践行省委巡视反馈精神。", []),
        ("激发干事创业的精神状态。", []),
        ("永葆“闯”的精神、“创”的劲头、“干”的作风，再出发。", ["“闯”的精神、“创”的劲头、“干”的作风"]),
        ("永葆“闯”的精神，再出发。", []),
    ],
)
def test_a_spirit_that_is_held_up_is_a_slogan(text: str, slogans: list[str]) -> None:
    finder = pipeline.load(components=["policy_structure", "policy_slogans"])
    doc = pipeline.process(finder, linking.document(text, TOWN))
    assert [text[c.span.start : c.span.end] for c in doc._.candidates] == slogans


def test_parallel_phrases_are_as_long_as_each_other_and_bounded_on_one_side() -> None:
    text = "坚持桥米飘香、装备登高的路子，修路、架桥，群众齐心协力、干部一马当先。"
    pairs_found = [(text[p.start : p.comma], text[p.comma + 1 : p.end]) for p in parallels(text)]
    assert ("桥米飘香", "装备登高") in pairs_found
    assert ("群众齐心协力", "干部一马当先") in pairs_found
    assert all(len(one) == len(other) >= 3 for one, other in pairs_found)


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        ("已于三月竣工", Status.COMPLETED),
        ("投资300万元，已建成投用", Status.COMPLETED),
        ("即将通车", Status.ONGOING),
        ("因故停工", Status.ONGOING),
        ("至今尚未开工", Status.PLANNED),
        ("等工程有序实施", Status.ONGOING),
        ("、乙桥改造等项目顺利推进", Status.ONGOING),
        ("前期工作有序推进", None),
        ("等12个项目进入储备库", Status.PLANNED),
        ("已完成投资六成", None),
        ("加快建设；甲厂已投产", None),
    ],
)
def test_what_a_sentence_says_of_a_work_without_doubt_needs_no_model(behind, said):
    assert told(behind) is said


@pytest.mark.parametrize(("said", "expected"), [("签约", Status.PLANNED), ("签约落户的", Status.ONGOING)])
def test_what_was_but_signed_is_planned(nlp, said: str, expected: Status) -> None:
    text = f"一、2023年工作回顾\n一年来，招商成效明显，{said}白石纸业二期、清水冷链物流园项目，总投资5亿元。"
    found = [e for e in annotate(nlp, text).entities if e.kind is Kind.PROJECT]
    assert found and {e.status for e in found} == {expected}


def test_status_is_read_in_the_projects_own_clause(nlp):
    text = "鹭湾鹮鸣冷链加工项目顺利竣工，砥澜鹮羽蓄水工程正在加紧建设。"
    states = {e.name: e.status for e in annotate(nlp, text).entities if e.kind is Kind.PROJECT}
    assert states == {"鹭湾鹮鸣冷链加工项目": Status.COMPLETED, "砥澜鹮羽蓄水工程": Status.ONGOING}


def test_what_a_known_name_lists_is_of_its_level(nlp):
    text = "锚定农业高质高效、乡村宜居宜业、农民富裕富足目标，修渠三里。\n（一）聚焦“乡村宜居宜业”。改厕九户。"
    found = annotate(nlp, text).entities
    assert {e.level for e in found if e.name == "乡村宜居宜业"} == {Level.NATIONAL}


@pytest.mark.parametrize(
    ("before", "level"),
    [
        ("落实乙市", Level.PREFECTURE),
        ("落实丙县", Level.COUNTY),
        ("按照县委部署，落实丁镇", Level.TOWNSHIP),
        ("落实", None),
    ],
)
def test_the_unit_named_directly_before_a_name_tells_its_level(before, level):
    assert named_level(before, TOWN) is level


@pytest.mark.parametrize(
    ("motto", "level"), [("工业强县", Level.COUNTY), ("生态立市", Level.PREFECTURE), ("农业富镇", Level.TOWNSHIP)]
)
def test_a_mottos_last_word_tells_whose_it_is(motto, level):
    assert level_by_rule(Kind.STRATEGY, motto, (), "", Metadata(place=TOWN, level=Level.TOWNSHIP)) is level


def test_concept_is_one_however_the_text_writes_it(nlp):
    found = annotate(nlp, "“九五”计划已经完成。\n九五计划期间打下基础，“九五计划”的目标全部实现。").entities
    plans = [e for e in found if "九五" in e.name]
    assert [e.name for e in plans] == ["“九五”计划"]
    assert plans[0].concept is not None and plans[0].level is Level.NATIONAL


def test_the_models_take_no_town_and_no_namesake_for_a_village(nlp):
    text = "张营镇有舜帝村。张营镇人民政府弘扬舜帝文化，张营街道整洁。"
    found = annotate(nlp, text, divisions().find("张营镇", within=("山西省", "运城市", "永济市"))[0])
    assert names(found, Kind.VILLAGE) == {"舜帝村"}


def test_villages_behind_a_towns_name_are_in_that_town():
    text = "湘鹭镇白岭底、芦水种稻，鹮口种桑。"
    doc = pipeline.process(
        pipeline.load(components=["policy_structure", "policy_places"]), linking.document(text, COUNTY)
    )
    found = [
        Candidate(Span(text.index(name), text.index(name) + len(name)), Kind.VILLAGE, "policy_tagger", 0.9)
        for name in ("白岭底", "芦水", "鹮口")
    ]
    around = [c.place.path[-2:] if c.place is not None else None for c in places_settled(doc, found)]
    assert around == [("湘鹭镇", "白岭底"), ("湘鹭镇", "芦水"), None]


def test_what_the_nation_names_without_a_villages_ending_is_no_village(nlp):
    text = (
        "国务院政府工作报告\n缅甸、柬埔寨、锡兰、尼泊尔，在国际事务中执行着和平中立的政策。湖南省花垣县十八洞村修路。"
    )
    assert names(annotate(nlp, text, NATION), Kind.VILLAGE) == {"十八洞村"}


def test_a_village_behind_its_towns_name_is_one_entity(nlp):
    county = divisions().find("夏县", within=["运城市"])[0]
    found = annotate(nlp, "在水头镇上牛村建成桃园。上牛村修渠三里，上牛的路也通了。", county)
    villages = [e for e in found.entities if e.kind is Kind.VILLAGE]
    assert [(e.name, e.place.level) for e in villages] == [("上牛村", Level.VILLAGE)]


def test_works_in_a_list_are_taken_apart_but_not_villages_that_share_one(rules) -> None:
    text = "丁镇青石村、白石村。新建石桥工业园、青石、白石2村高标准农田项目。"
    doc = pipeline.process(rules, linking.document(text, TOWN))
    start = text.index("青石、白石2村")
    shared = Candidate(Span(start, start + 14), Kind.PROJECT, "policy_tagger", 0.9)
    assert works_apart(doc, [shared]) == [shared]
    works = "湖西片区退圩还湖、清水潭湿地修复"
    other = pipeline.process(rules, linking.document(works, TOWN))
    listed = Candidate(Span(0, len(works)), Kind.PROJECT, "policy_tagger", 0.9)
    assert [c.span for c in works_apart(other, [listed])] == [Span(0, 8), Span(9, 16)]
    summed = pipeline.process(rules, linking.document("白石水库扩建等4项工程", TOWN))
    last = Candidate(Span(0, 11), Kind.PROJECT, "policy_tagger", 0.9)
    assert [c.span for c in works_apart(summed, [last])] == [Span(0, 6)]


@pytest.mark.parametrize(
    "work", ["白石中等职业学校项目", "青石平等公路", "高等级公路工程", "男女平等工程", "一等水准点工程"]
)
def test_words_that_hold_等_are_not_cut(rules, work: str) -> None:
    doc = pipeline.process(rules, linking.document(work, TOWN))
    name = Candidate(Span(0, len(work)), Kind.PROJECT, "policy_tagger", 0.9)
    assert works_apart(doc, [name]) == [name]


def test_what_explains_an_instrument_is_no_second_one(nlp) -> None:
    text = (CORPUS / "documents" / "township_鹳鸣镇_2022_示例.txt").read_text(encoding="utf-8")
    policies = names(annotate(nlp, text), Kind.POLICY)
    assert any("一滩一长" in name for name in policies)
    assert not any("每处滩涂" in name for name in policies)


def test_a_quoted_name_within_a_longer_one_is_that_one(rules):
    entities = annotate(rules, "实施工业“鹮项技改”行动，投入9亿元。", CITY).entities
    assert [e.name for e in entities if e.kind is Kind.POLICY] == ["工业鹮项技改行动"]


def test_what_is_said_at_either_end_of_a_list_of_works_is_known_of_each() -> None:
    names = ["鹭溪南段高标准农田改造提升项目", "砥澜河鹮羽湾水环境综合治理二期工程", "盛唐冷链物流园"]
    text = f"过去一年，开工建设{'、'.join(names)}等三个项目，完成投资3亿元。"
    structure = pipeline.process(
        pipeline.load(components=["policy_structure"]), linking.document(text, TOWN)
    )._.structure
    first, last = (
        set(status.features([Span(text.index(name), text.index(name) + len(name))], fold(text), structure, None))
        for name in (names[0], names[-1])
    )
    assert "b开工" in last and "a个项目" in first


def test_what_a_quoted_name_is_said_to_be_is_no_part_of_it() -> None:
    text = '"四大战略"是茶旅兴镇战略、鹮稻富镇战略。'
    reading = read(text, 1, 5)
    assert reading is not None and (reading.end, reading.joined) == (5, False)


@pytest.mark.parametrize(
    ("kind", "text", "long", "short", "concept", "one"),
    [
        (Kind.STRATEGY, "打造闽赣省际边贸重镇。边贸重镇初具规模。", "闽赣省际边贸重镇", "边贸重镇", None, True),
        (Kind.STRATEGY, "形成一河两岸三片区。三片区各有所长。", "一河两岸三片区", "三片区", None, False),
        (Kind.STRATEGY, "坚持工业立镇、商贸活镇。商贸活镇见效。", "工业立镇、商贸活镇", "商贸活镇", None, False),
        (Kind.STRATEGY, "实施“一城两区”发展战略。一城两区成形。", "“一城两区”发展战略", "一城两区", None, True),
        (Kind.STRATEGY, "构建一区两带产业格局。一区两带格局成形。", "一区两带产业格局", "一区两带格局", None, True),
        (
            Kind.STRATEGY,
            "融入鹮鹭一体化发展新格局。鹮鹭一体化发展提速。",
            "鹮鹭一体化发展新格局",
            "鹮鹭一体化发展",
            None,
            True,
        ),
        (
            Kind.POLICY,
            "编制军队建设“十五五”规划。“十五五”规划开局。",
            "军队建设“十五五”规划",
            "“十五五”规划",
            None,
            False,
        ),
        (Kind.POLICY, "用好四送一服平台。四送一服见效。", "四送一服平台", "四送一服", "四送一服", True),
        (Kind.POLICY, "发放产业帮扶种苗补贴。产业帮扶见效。", "产业帮扶种苗补贴", "产业帮扶", "产业帮扶", False),
    ],
)
def test_a_name_that_only_says_more_is_of_the_same_thing(kind, text, long, short, concept, one):
    at = text.index(long)
    alone = text.index(short, at + len(long))
    whole = Candidate(Span(at, at + len(long)), kind, "policy_tagger", 0.9)
    brief = Candidate(Span(alone, alone + len(short)), kind, "policy_tagger", 0.9, concept=concept)
    assert (len(cluster([whole, brief], text)) == 1) is one


def test_a_strategy_joined_from_two_names_is_not_called_by_a_unit_before_it():
    text = "服务运城市知名旅游强市建设。打造知名旅游强市。"
    whole, brief = "运城市知名旅游强市", "知名旅游强市"
    at, alone = text.index(whole), text.rindex(brief)
    found = [(at, whole, 0.95), (alone, brief, 0.9)]
    candidates = [Candidate(Span(s, s + len(n)), Kind.STRATEGY, "policy_tagger", sure) for s, n, sure in found]
    assert [group.name for group in cluster(candidates, text)] == [brief]


def test_what_a_web_page_gives_of_works_bodies_and_honours_is_read_right(nlp) -> None:
    found = annotate(
        nlp,
        "办好民生实事。\n1、东山路、西河路、梅园路道路维修工程。\n2、实施柳溪桥改造工程。\n"
        "先后荣获国家级生态乡镇、一村一品示范镇、退耕还林先进单位等荣誉称号。\n"
        "作《政府工作报告》，开展“项目提速攻坚年”活动，坚持“干字当头、实字托底”的工作理念。",
    )
    assert {"东山路、西河路、梅园路道路维修工程", "柳溪桥改造工程"} <= names(found, Kind.PROJECT)
    bodies = annotate(nlp, "过去一年，镇党委、政府办好实事。").entities
    assert {e.name for e in bodies} == {"中共丁镇委员会", "丁镇人民政府"}
    assert not names(found, Kind.POLICY) & {"退耕还林", "一村一品", "政府工作报告"}
    assert "干字当头、实字托底" in names(found, Kind.SLOGAN)


def test_a_provincial_name_is_known_with_its_head_outside_the_quotation_marks(nlp) -> None:
    found = annotate(nlp, "大力实施“强省会”战略。", divisions().find("长沙县")[0])
    assert [(e.level, e.concept is not None) for e in found.entities if e.name == "强省会战略"] == [
        (Level.PROVINCIAL, True)
    ]


@pytest.mark.parametrize(
    "work",
    [
        "鹮河、鹭河、砥澜湖黑臭水体整治工程",
        "鹮南路、鹭西路雨污分流改造",
        "鹮里、鹭新村两个老旧小区综合整治",
    ],
)
def test_a_work_on_places_of_one_sort_has_one_name(rules, work: str) -> None:
    entities = annotate(rules, f"今年，镇里实施{work}，投入300万元。", TOWN).entities
    assert [e.name for e in entities if e.kind is Kind.PROJECT] == [work]


@pytest.mark.parametrize(
    ("head", "cell", "expected"),
    [
        ("进展", "已完工", Status.COMPLETED),
        ("进展", "主体封顶", Status.ONGOING),
        ("建设性质", "续建", Status.ONGOING),
        ("年度目标", "建成投用", Status.PLANNED),
        ("责任单位", "镇农业办", Status.COMPLETED),
    ],
)
def test_a_cell_of_its_row_tells_where_a_work_stands(tmp_path, head: str, cell: str, expected: Status) -> None:
    text = f"序号  项目名称  地点  {head}\n1  鹮羽湾公园  甲村  {cell}\n2  鹭园  乙村  已完工"
    doc = pipeline.process(pipeline.load(components=["policy_structure"]), linking.document(text, TOWN))
    span = Span(text.index("鹮羽"), text.index("公园") + 2)
    assert status.status([span], fold(text), doc._.structure, None, tmp_path) is expected


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        ("完成立项", Status.PLANNED),
        ("、鹭园两个改造项目挂网招标", Status.PLANNED),
        ("已进入试运行", Status.COMPLETED),
        ("试车成功", Status.COMPLETED),
        ("获评省级水利风景区", Status.COMPLETED),
        ("、鹭园等重大项目招引落地", Status.PLANNED),
        ("力争年内进入试运行", None),
        ("尚未进入试运行", None),
        ("具备投入试运行条件", None),
        ("、鹮桥力争年内进入试运行", None),
    ],
)
def test_what_comes_before_and_after_a_work_tells_where_it_stands(behind: str, expected: Status | None) -> None:
    assert told(behind) is expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("已经竣工的，有", Status.COMPLETED),
        ("续建顺利的，有", Status.ONGOING),
        ("正在积极推进的项目主要有", Status.ONGOING),
        ("拟建的有", Status.PLANNED),
    ],
)
def test_what_labels_a_list_says_it_of_all_its_works(tmp_path, label: str, expected: Status) -> None:
    text = f"{label}鹮湾公园、鹭园、砥桥改造。"
    doc = pipeline.process(pipeline.load(components=["policy_structure"]), linking.document(text, TOWN))
    for work in ("鹮湾公园", "鹭园", "砥桥改造"):
        span = Span(text.index(work), text.index(work) + len(work))
        assert status.status([span], fold(text), doc._.structure, None, tmp_path) is expected


@pytest.mark.parametrize(
    ("text", "proposed", "kind", "named"),
    [
        ("续建顺利的，有鹮鹭铁路、砥桥。", "有鹮鹭铁路", Kind.PROJECT, ["鹮鹭铁路"]),
        ("有机茶园建成。", "有机茶园", Kind.PROJECT, ["有机茶园"]),
        ("以鹮鸣科技为代表的企业。", "以鹮鸣科技", Kind.ORGANIZATION, ["鹮鸣科技"]),
        ("聘请丁鹮鸣院士为顾问。", "丁鹮鸣", Kind.ORGANIZATION, []),
        ("聘请丁鹮鸣院士为顾问。", "丁鹮鸣院士", Kind.ORGANIZATION, []),
        ("井台社区获评鹮鹭市美丽社区。", "美丽社区", Kind.VILLAGE, []),
        ("清淤通过鹮湾水务验收。", "鹮湾水务", Kind.ORGANIZATION, ["鹮湾水务"]),
        ("修渠三里。\n上一篇：鹮湾镇建成鹭园\n相关文章\n鹭湾公园开园", "鹭湾公园", Kind.PROJECT, []),
        ("修渠三里。\n分享到：\n天涯社区\n上一篇：\n柳沟村", "天涯社区", Kind.VILLAGE, []),
        ("修渠三里。\n本作品是中华人民共和国的\n法规\n。依《\n著作权法\n》。", "著作权法", Kind.POLICY, []),
        ("出台“人才十条”[2]。\n[2]人才十条是新政。", "[2]人才十条", Kind.POLICY, ["人才十条"]),
        ("相关文章\n鹭湾公园开园，游人如织，全年接待三千人次。", "鹭湾公园", Kind.PROJECT, ["鹭湾公园"]),
        ("开展鹮窑河、瓦窑河综合治理。", "鹮窑河", Kind.VILLAGE, []),
        ("鹮窑河建成桃园。", "鹮窑河", Kind.VILLAGE, ["鹮窑河"]),
        ("面临“三大机遇”。", "三大机遇", Kind.POLICY, []),
        ("在推进乡村振兴上发力攻坚。", "乡村振兴上发力攻坚", Kind.POLICY, []),
        ("在高质量发展上闯出新路子。", "在高质量发展上闯出新路子", Kind.STRATEGY, ["在高质量发展上闯出新路子"]),
        ("建设科研综合楼、检测中心楼。", "检测中心楼", Kind.PROJECT, []),
        ("建设鹭湾综合楼。", "鹭湾综合楼", Kind.PROJECT, ["鹭湾综合楼"]),
        ("实施城区管网等补短板项目。", "等补短板项目", Kind.PROJECT, []),
        ("由“十二五”末的三亿元增长到五亿元。", "十二五", Kind.POLICY, []),
        ("由“十二五”规划引领。", "十二五", Kind.POLICY, ["十二五"]),
        ("县长  鹮鸣村\n各位代表：", "鹮鸣村", Kind.VILLAGE, []),
        ("根据省委十届八次全会审议通过的建议，", "省委十届八次全会", Kind.STRATEGY, []),
        ("落实省委十届八次全会部署，", "省委十届八次全会", Kind.STRATEGY, ["省委十届八次全会"]),
        ("完成帮扶项目23个。", "帮扶项目", Kind.PROJECT, []),
        ("聚焦三农问题，建设茶园。", "三农问题", Kind.STRATEGY, []),
        ("被教育局确定为“教育改革示范学校”。", "教育改革示范学校", Kind.POLICY, []),
        ("启动、持续升级鹮湾示范带。", "、持续升级鹮湾示范带", Kind.PROJECT, ["鹮湾示范带"]),
        ("实施14个路段、9.8公里鹮湾供水管网。", "9.8公里鹮湾供水管网", Kind.PROJECT, ["鹮湾供水管网"]),
        ("建设3万亩鹮湾果园。", "3万亩鹮湾果园", Kind.PROJECT, ["3万亩鹮湾果园"]),
        ("投资3000万元的鹮安街改造。", "万元的鹮安街改造", Kind.PROJECT, ["鹮安街改造"]),
        ("建设集鹮湾电商中心、检测楼为一体的园区。", "集鹮湾电商中心", Kind.PROJECT, ["鹮湾电商中心"]),
        ("建设集镇农贸市场，三年为一体。", "集镇农贸市场", Kind.PROJECT, ["集镇农贸市场"]),
        ("夯实和鹮智能港前期。", "鹮智能港", Kind.PROJECT, ["和鹮智能港"]),
        ("建成甲园和鹮智能港。", "鹮智能港", Kind.PROJECT, ["鹮智能港"]),
        ("（1）107国道鹮县段整治工程开工。", "（1）107国道鹮县段整治工程", Kind.PROJECT, ["107国道鹮县段整治工程"]),
        ("鹮鸣公司被认定为国家工程研究中心。", "鹮鸣公司被认定为国家工程", Kind.PROJECT, []),
        ("将鹮湾建设作为“一把手”工程。", "鹮湾建设作为“一把手”工程", Kind.PROJECT, []),
        ("落实“鹮个到位”要求。", "“鹮个到位”要求", Kind.POLICY, ["鹮个到位"]),
        ("形成“鹮圈”“鹭圈”。", "“鹮圈”“鹭圈”", Kind.STRATEGY, []),
        ("实施“鹮厨”“鹭工”两项工程。", "“鹮厨”“鹭工”两项工程", Kind.POLICY, ["“鹮厨”“鹭工”两项工程"]),
        ("救助“四类人员”三百户。", "四类人员", Kind.POLICY, []),
        ("推出“鹮车节”“鹭食节”活动。", "鹮车节", Kind.POLICY, []),
        ("完善六个环节。", "六个环节", Kind.POLICY, ["六个环节"]),
        ("央视《鹮鹭大世界》到访。", "鹮鹭大世界", Kind.POLICY, []),
        ("《鹮鹭大世界》栏目播出。", "鹮鹭大世界", Kind.POLICY, []),
        ("落实《鹮鹭保护办法》，开拍节目。", "鹮鹭保护办法", Kind.POLICY, ["鹮鹭保护办法"]),
        ("召开鹮县扶贫现场会。", "鹮县扶贫现场会", Kind.POLICY, []),
        ("完成第二轮中央、省生态环保督察。", "第二轮中央", Kind.POLICY, []),
        ("做大产业链“朋友圈”。", "朋友圈", Kind.POLICY, []),
        ("推进若干重大工程。", "重大工程", Kind.PROJECT, []),
        ("各旗、县、区人民政府：", "区人民政府", Kind.ORGANIZATION, []),
        ("经鹮县、鹭区人民政府同意。", "鹭区人民政府", Kind.ORGANIZATION, ["鹭区人民政府"]),
        ("改扩建S520、G308。", "S520", Kind.ORGANIZATION, []),
        ("以鹮舟、鹭光为代表的新材料产业。", "鹮舟、鹭光为代表的新材料", Kind.ORGANIZATION, []),
        ("建成执法监督、社区矫正等业务系统。", "执法监督", Kind.PROJECT, []),
        ("建成鹮眼平台、社区矫正等业务系统。", "鹮眼平台", Kind.PROJECT, ["鹮眼平台"]),
        ("加大鹮州银行、鹭州银行支持力度。", "鹮州银行、鹭州银行", Kind.ORGANIZATION, []),
        ("成立五个指挥部。", "五个指挥部", Kind.ORGANIZATION, []),
        ("建设两个省定示范镇。", "两个省定示范镇", Kind.STRATEGY, []),
        ("绿化和鹮河水库。鹮河水库蓄水。", "和鹮河水库", Kind.PROJECT, ["鹮河水库"]),
        ("绿化和谷智能港。", "和谷智能港", Kind.PROJECT, ["和谷智能港"]),
        ("完成鹮城展馆和北岸鹮路建设。", "鹮城展馆和北岸鹮路", Kind.PROJECT, ["鹮城展馆", "北岸鹮路"]),
        ("改造鹮源街及9条小巷。", "鹮源街及9条小巷", Kind.PROJECT, ["鹮源街"]),
        ("建成鹮镇污水处理厂和配套管网。", "鹮镇污水处理厂和配套管网", Kind.PROJECT, ["鹮镇污水处理厂和配套管网"]),
        ("实施鹮源路和鹭源路改造工程。", "鹮源路和鹭源路改造工程", Kind.PROJECT, ["鹮源路和鹭源路改造工程"]),
        ("开展消防大整治和燃气专项治理。", "消防大整治和燃气专项治理", Kind.POLICY, ["消防大整治", "燃气专项治理"]),
        ("改扩建鹮安至永宁高速公路。", "改扩建鹮安至永宁高速公路", Kind.PROJECT, ["鹮安至永宁高速公路"]),
        ("谋划研究鹮江口深水港。", "研究鹮江口深水港", Kind.PROJECT, ["鹮江口深水港"]),
        ("建成研究院鹮路。", "研究院鹮路", Kind.PROJECT, ["研究院鹮路"]),
        ("推进郊野公园、体育公园建设。", "体育公园", Kind.PROJECT, []),
        ("推进鹮湾体育公园建设。", "鹮湾体育公园", Kind.PROJECT, ["鹮湾体育公园"]),
        ("建成鹮城综合利用工程技术研究中心。", "鹮城综合利用工程", Kind.PROJECT, []),
        ("建设渣场、园区道路等配套设施。", "渣场", Kind.PROJECT, []),
        ("建设渣场、园区道路等基础设施。", "渣场", Kind.PROJECT, ["渣场"]),
        ("推动鹮湾供水一期、二期和鹭湾水库建设。", "鹮湾供水一期", Kind.PROJECT, ["鹮湾供水一期、二期"]),
        ("推动鹮湾供水一期、二期和鹭湾水库建设。", "二期", Kind.PROJECT, []),
        ("完成鹮河景观带一、二期工程。", "鹮河景观带一", Kind.PROJECT, ["鹮河景观带一、二期工程"]),
        ("完成鹮河景观带一、二期工程。", "二期工程", Kind.PROJECT, []),
        ("完成鹮河景观带一、鹭河大桥。", "鹮河景观带一", Kind.PROJECT, ["鹮河景观带一"]),
        ("完成鹮河景观带二期工程。", "鹮河景观带二期", Kind.PROJECT, ["鹮河景观带二期"]),
    ],
)
def test_what_leads_up_to_a_name_sorts_titles_honours_and_links_to_other_pages_are_none(
    text, proposed, kind, named
) -> None:
    span = Span(text.index(proposed), text.index(proposed) + len(proposed))
    kept = naming([Candidate(span, kind, TAGGER, 0.9)], fold(text))
    assert [text[c.span.start : c.span.end] for c in kept] == named


@pytest.mark.parametrize(
    ("phrase", "kind"),
    [("两个确保", Kind.STRATEGY), ("三大定位", Kind.STRATEGY), ("四个不摘", Kind.POLICY), ("三评三比", Kind.POLICY)],
)
def test_what_a_numeral_counts_tells_targets_from_instruments(phrase: str, kind: Kind) -> None:
    reading = read(f'县里提出"{phrase}"，真抓实干。', 5, 5 + len(phrase))
    assert reading is not None and reading.kind is kind


def test_a_railway_that_a_province_is_to_finish_within_the_year_is_under_way() -> None:
    text = "二、2026年工作安排\n年内建成鹮鹭高铁、鹭湾大桥。"
    doc = pipeline.process(pipeline.load(components=["policy_structure"]), linking.document(text, TOWN))
    span = Span(text.index("鹮鹭"), text.index("、鹭湾"))
    assert status.status([span], fold(text), doc._.structure, Level.PROVINCIAL, MODELS) is Status.ONGOING


def test_a_known_policys_longer_name_begins_with_it() -> None:
    text = "能源综合改革试点进展顺利，新高考落地。"
    known = Candidate(
        Span(text.index("新高考"), text.index("落地")),
        Kind.POLICY,
        "policy_authority",
        0.93,
        name="高考综合改革",
        concept="c",
    )
    bare = Candidate(Span(2, 8), Kind.POLICY, "policy_tagger", 0.96)
    assert [text[2:8] in group.name for group in cluster([bare, known], text)] == [True, False]


def test_a_road_between_villages_takes_in_no_end_of_another(rules) -> None:
    text = "白鹮村、石鹭村、青苇村都在变。白鹮至石鹭、青苇至鹭湾农村公路提升工程完工。"
    assert names(annotate(rules, text), Kind.PROJECT) == {"青苇至鹭湾农村公路提升工程"}


@pytest.mark.parametrize(
    ("text", "items", "full"),
    [
        ("建成鹮康、鹮十高铁。", ["鹮康", "鹮十高铁"], ["鹮康高铁", "鹮十高铁"]),
        ("开工鹮至乾、鹭至永宁等高速公路。", ["鹮至乾", "鹭至永宁"], ["鹮至乾高速公路", "鹭至永宁高速公路"]),
        (
            "开工鹮至乾、改扩建鹭至永宁高速公路。",
            ["鹮至乾", "鹭至永宁高速公路"],
            ["鹮至乾高速公路", "鹭至永宁高速公路"],
        ),
        ("建成鹮康、鹭广等2条高铁。", ["鹮康", "鹭广", "鹭广"], ["鹮康高铁", "鹭广高铁"]),
        ("建成鹮阳桥、鹭湾大桥。", ["鹮阳桥", "鹭湾大桥"], ["鹮阳桥", "鹭湾大桥"]),
        ("建成鹮湾公园、鹮十高铁。", ["鹮湾公园", "鹮十高铁"], ["鹮湾公园", "鹮十高铁"]),
        ("建成鹮湾，开通鹮十高铁。", ["鹮湾", "鹮十高铁"], ["鹮湾", "鹮十高铁"]),
        ("建成鹮湖栈道、鹭湾大桥。", ["鹮湖栈道", "鹭湾大桥"], ["鹮湖栈道", "鹭湾大桥"]),
        ("推动鹮谷、鹭谷等高速发展。", ["鹮谷", "鹭谷"], ["鹮谷", "鹭谷"]),
    ],
)
def test_works_that_share_the_head_of_the_last_are_named_in_full(text: str, items: list[str], full: list[str]) -> None:
    spans = [Span(text.index(item), text.index(item) + len(item)) for item in items]
    candidates = [Candidate(span, Kind.PROJECT, "policy_tagger", 0.9) for span in spans]
    assert {group.name for group in cluster(with_shared_heads(candidates, text), text)} == set(full)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("外资比“十三五”时期增长7%。", set()),
        ("“十三五”时期成绩不凡。", {"十三五"}),
        ("荣获2022年鹮城市创建鹭鸣示范区项目称号。", set()),
        ("推进“鹮湖双翼”建设，群众满意。", {"鹮湖双翼"}),
        ("推进“双一流”建设，群众满意。", {"双一流"}),
        ("鹮路中段管网改造三项市政工程年内投用。", set()),
    ],
)
def test_a_period_compared_to_and_an_award_are_no_names(rules, text: str, named: set[str]) -> None:
    found = annotate(rules, text)
    assert names(found, Kind.POLICY) | names(found, Kind.PROJECT) | names(found, Kind.STRATEGY) == named


def test_a_campaign_of_a_year_is_a_policy_and_a_renovated_estate_a_community(rules) -> None:
    text = "落实区委“鹮项攻坚年”部署，完成鹮羽新村、砥澜花苑2个老旧小区改造，改善居住条件。"
    text += "实现“两个百年”目标任务。"
    kinds = {e.name: e.kind for e in annotate(rules, text, TOWN).entities}
    assert kinds.get("两个百年") is not Kind.POLICY
    assert kinds["鹮项攻坚年"] is Kind.POLICY
    assert kinds["鹮羽新村"] is kinds["砥澜花苑"] is Kind.VILLAGE


@pytest.mark.parametrize(
    ("text", "name", "stands"),
    [
        ("广东省鹮鸣信息工程有限公司投产。", "广东省鹮鸣信息工程", False),
        ("广东省鹮鸣信息工程投产。", "广东省鹮鸣信息工程", True),
        ("坚决反对“鹮湾至上”，修渠三里。", "鹮湾至上", False),
        ("始终坚持“鹮湾至上”，修渠三里。", "鹮湾至上", True),
    ],
)
def test_what_is_cut_out_of_a_firms_name_or_opposed_is_no_name(rules, text: str, name: str, stands: bool) -> None:
    found = annotate(rules, text).entities
    named = {e.name for e in found if e.kind in (Kind.PROJECT, Kind.POLICY, Kind.SLOGAN, Kind.STRATEGY)}
    assert any(name in each for each in named) is stands


def test_a_counted_list_that_the_authority_file_knows_is_one_name_with_its_short_form() -> None:
    home = Place("丁镇", Level.TOWNSHIP, (Place("贵州省", Level.PROVINCIAL),))
    text = "我镇深入实施大扶贫、大数据、大生态三大战略行动，修渠三里。"
    document = Document("t", text, "0" * 64, metadata=Metadata(place=home, level=Level.TOWNSHIP))
    found = pipeline.annotate(pipeline.load(), document).entities
    assert {e.level for e in found if e.name.endswith("三大战略行动")} == {Level.PROVINCIAL}


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("全面落实“水韵名城、实力丁镇”部署。", False),
        ("全面落实“水韵名城、实力丁镇”部署。\n聚焦建设实力丁镇，修渠三里。", True),
        ("全面落实“活力丁镇、实力丁镇”部署。", True),
        ("全面落实“工业强镇、文旅活镇”部署。", True),
        ("全面落实“文旅活镇、花木富民”部署。", True),
        ("全面落实“文旅活镇、品质泉州”部署。", False),
    ],
)
def test_an_item_of_a_quoted_list_of_several_sorts_is_no_name_by_itself(rules, text: str, listed: bool) -> None:
    named = names(annotate(rules, text), Kind.STRATEGY)
    assert bool(named & {"实力丁镇", "文旅活镇"}) is listed


def test_short_items_of_a_strategy_that_is_a_list_are_names_where_headings_open_with_them(rules) -> None:
    text = (
        "实施“建良港、壮工业、造绿城”三轮驱动战略。\n（一）奋力建良港，通道更畅。修码头。\n（二）聚力壮工业，动能更强。"
    )
    assert {"建良港", "壮工业"} <= names(annotate(rules, text), Kind.STRATEGY)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("新城至马店、土桥至底沟、清原至郑庄三条县乡公路建成通车。", "清原至郑庄"),
        ("清原至郑庄三条县乡公路建成通车。", "清原至郑庄三条县乡公路"),
    ],
)
def test_the_last_work_of_a_list_goes_without_what_counts_them_all(text: str, name: str) -> None:
    start = text.index("清原")
    candidate = Candidate(Span(start, text.index("建成")), Kind.PROJECT, TAGGER, 0.9)
    named = [text[c.span.start : c.span.end] for c in naming([candidate], text)]
    assert named == [name]


@pytest.mark.parametrize(
    ("kind", "full", "short", "one"),
    [
        (Kind.ORGANIZATION, "湖南洢水源茶业有限公司", "洢水源公司", True),
        (Kind.ORGANIZATION, "丁镇云台种植专业合作社", "云台合作社", True),
        (Kind.ORGANIZATION, "丁镇人民医院", "丁镇人民", False),
        (Kind.PROJECT, "盛禾农机装备制造项目", "盛禾农机项目", True),
        (Kind.PROJECT, "盛禾农机二期制造项目", "盛禾农机项目", False),
    ],
)
def test_a_short_form_that_leaves_words_out_is_no_second_thing(kind: Kind, full: str, short: str, one: bool) -> None:
    text = f"{full}建成。{short}投产。"
    spans = (Span(text.index(name), text.index(name) + len(name)) for name in (full, short))
    groups = cluster([Candidate(span, kind, TAGGER, 0.9) for span in spans], text)
    assert len(groups) == (1 if one else 2)


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("实施㙟园、𬇙园等两个村污水治理项目。", Kind.PROJECT, "㙟园、𬇙园等两个村污水治理项目"),
        ("推进㙟园至𬇙湾公路改造。", Kind.PROJECT, "推进㙟园至𬇙湾公路改造"),
        ("在𬇙水村、㙟村两个村新建水渠。", Kind.VILLAGE, "𬇙水村"),
    ],
)
def test_names_may_have_any_chinese_character(text: str, kind: Kind, name: str) -> None:
    nlp = pipeline.load(components=("policy_structure", "policy_places", "policy_projects", "policy_entities"))
    found = pipeline.annotate(nlp, linking.document(f"一、2023年工作安排\n{text}", TOWN))
    assert (kind, name) in {(entity.kind, entity.name) for entity in found.entities}


@pytest.mark.parametrize(
    ("text", "kind", "items", "named"),
    [
        ("鼓励鹮城精工、鹭河铝业、鹮安远大等龙头企业升级。", Kind.ORGANIZATION, ["鹭河铝业"], ["鹮城精工", "鹮安远大"]),
        ("深化与鹮羽、鹭风等企业合作。", Kind.ORGANIZATION, ["鹭风"], ["鹮羽"]),
        ("年内，鹮羽、鹭风等企业投产。", Kind.ORGANIZATION, ["鹭风"], []),
        ("同步创建鹮华、北鹭头、鹮各庄三个乡村振兴示范点。", Kind.VILLAGE, ["北鹭头"], ["鹮华", "鹮各庄"]),
        ("同步创建鹮华、北鹭头、鹮各庄四个乡村振兴示范点。", Kind.VILLAGE, ["北鹭头"], []),
        ("改造鹮街、鹭街、北鹮三个农贸市场。", Kind.VILLAGE, ["鹮街", "鹭街"], []),
        ("抓好鹮湾二期、鹭园电站、鹮钢支线等项目。", Kind.PROJECT, ["鹮湾二期", "鹭园电站"], ["鹮钢支线"]),
        ("抓好供水、供热、鹭园电站等项目。", Kind.PROJECT, ["鹭园电站"], []),
    ],
)
def test_the_items_of_a_closed_list_are_of_one_kind(text: str, kind: Kind, items: list[str], named: list[str]) -> None:
    spans = [Span(text.index(item), text.index(item) + len(item)) for item in items]
    found = completed([Candidate(span, kind, TAGGER, 0.9) for span in spans], text)
    assert [(c.kind, text[c.span.start : c.span.end]) for c in found[len(items) :]] == [(kind, name) for name in named]


@pytest.mark.parametrize(
    ("sort", "kind"),
    [
        ("新建项目", Kind.PROJECT),
        ("项目", Kind.PROJECT),
        ("2个省市重点项目", Kind.PROJECT),
        ("科研项目", Kind.ORGANIZATION),
    ],
)
@pytest.mark.parametrize("first", [Kind.PROJECT, Kind.ORGANIZATION])
def test_firms_before_the_word_for_works_are_their_works(sort: str, kind: Kind, first: Kind) -> None:
    text = f"抓好鹮湾冶金、鹭辉食品等{sort}。"
    found = completed(
        [Candidate(Span(2, 6), first, TAGGER, 0.9), Candidate(Span(7, 11), Kind.ORGANIZATION, TAGGER, 0.9)], text
    )
    assert [c.kind for c in found] == [first if kind is Kind.ORGANIZATION else kind, kind]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("启动鹭湾水库、鹮镇养老中心等项目建设。", Kind.PROJECT),
        ("启动鹭湾水库、鹮镇养老中心等一批重大项目。", Kind.PROJECT),
        ("启动鹭湾水库、鹮镇养老中心等信息化项目。", Kind.ORGANIZATION),
    ],
)
def test_an_institution_among_works_is_its_building(text: str, kind: Kind) -> None:
    work, body = Span(2, 6), Span(7, 13)
    found = completed(
        [Candidate(work, Kind.PROJECT, TAGGER, 0.9), Candidate(body, Kind.ORGANIZATION, TAGGER, 0.9)], text
    )
    assert [c.kind for c in found] == [Kind.PROJECT, kind]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("推进总投资8.2亿元的鹮县医院、鹭湾水库等项目。", Kind.PROJECT),
        ("推进总投资8.2亿元的鹮县医院新病房楼项目。", Kind.ORGANIZATION),
        ("支持鹮县医院、鹭湾水库等项目。", Kind.ORGANIZATION),
    ],
)
def test_what_is_built_for_a_sum_is_a_work(text: str, kind: Kind) -> None:
    body = Span(text.index("鹮县"), text.index("医院") + 2)
    assert [c.kind for c in naming([Candidate(body, Kind.ORGANIZATION, TAGGER, 0.9)], text)] == [kind]


@pytest.mark.parametrize("name", ["鹮湾实训基地二期工程", "鹮湾产业园一期项目", "南鹮220KV电站提质增容"])
def test_a_works_phase_and_enlargement_end_its_name(name: str) -> None:
    text = fold(f"加快推进{name}，修渠三里。")
    assert [text[start:end] for start, end, _ in headed(text, Kind.PROJECT)] == [name]


@pytest.mark.parametrize(
    "name", ["G206石城段改线工程", "228国道鹮海段快速化改造工程", "省道242鹮唐段大修工程", "3号路海绵工程"]
)
def test_the_number_of_a_road_begins_its_works_name(name: str) -> None:
    text = f"今年加快实施{name}，修渠三里。"
    assert text[name_start(text, text.index("工程")) : text.index("工程") + 2] == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("落实“1645”工作思路。", {"“1645”工作思路", "1645"}),
        ("坚持“123”发展思路。", {"“123”发展思路", "123"}),
        ("坚持“123”总体工作思路。", {"“123”总体工作思路", "123"}),
        ("落实“11258”总体要求。", {"“11258”总体要求", "11258"}),
        ("推广“公司+农户”、“基地+农户”模式。", {"公司+农户", "“基地+农户”模式", "基地+农户"}),
        ("完成“十四五”目标任务。", {"十四五"}),
        ("聚焦“42”工作重点。", set()),
        ("聚焦“鹮效能”积极稳妥创新乡村治理，群众满意。", {"鹮效能"}),
        ("把“鹮湾”作为一号工程，群众满意。", set()),
        ("实施“鹮湾”科技创新行动，群众满意。", {"“鹮湾”科技创新行动", "鹮湾"}),
        ("深化“鹮直提”“鹭直装”改革。", {"鹮直提", "鹭直装"}),
        ("深化“鹮直提”和“鹭直装”改革。", {"鹮直提", "“鹭直装”改革", "鹭直装"}),
        ("推行“鹮直提”“一站式”服务。", {"鹮直提", "“一站式”服务"}),
        ("健全“鹮床”的多层次住房供应保障体系。", {"“鹮床”的多层次住房供应保障体系", "鹮床"}),
        ("把“鹮湾通”为抓手优化政务服务，群众满意。", set()),
        ("推行“鹮湾”为民服务，群众满意。", {"“鹮湾”为民服务", "鹮湾"}),
        ("创新“一司两地”监管模式。", {"“一司两地”监管模式", "一司两地"}),
        ("推行“一站式”服务。", {"“一站式”服务"}),
    ],
)
def test_a_quotation_takes_in_its_noun_but_no_clause_and_no_other_quotation(text: str, names: set[str]) -> None:
    doc = pipeline.process(pipeline.load(components=["policy_structure", "policy_quotations"]), Document("d", text, ""))
    assert {text[c.span.start : c.span.end] for c in doc._.candidates} == names


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("大胆创新政府管理，创新政府与社会资本合作机制。", False),
        ("建设法治政府、创新政府、服务型政府。", True),
        ("建设创新政府。", True),
    ],
)
def test_a_name_that_is_a_verb_and_its_object_is_none_where_the_object_goes_on(rules, text: str, named: bool) -> None:
    assert ("创新政府" in names(annotate(rules, text), Kind.STRATEGY)) is named


def test_what_is_a_unit_is_no_organization_besides() -> None:
    unit = Candidate(Span(2, 6), Kind.ADMINISTRATIVE_UNIT, "policy_places", 0.9)
    body = Candidate(Span(2, 6), Kind.ORGANIZATION, TAGGER, 0.9)
    assert one_kind_a_phrase([body, unit], "对接鹮安新区。") == [unit]


def test_a_generic_quotation_is_no_short_form_of_the_one_that_holds_it(rules) -> None:
    text = "建成鹮“一站式”服务平台。推行“一站式”联办审批。"
    assert {e.name for e in annotate(rules, text).entities if e.kind is Kind.POLICY} == {
        "鹮一站式服务平台",
        "一站式联办审批",
    }


def test_estates_that_a_chinese_numeral_counts_are_communities(rules) -> None:
    found = annotate(rules, "完成鹮委小区、砥安小区、鹭局家属院三个老旧小区改造任务。", COUNTY)
    assert names(found, Kind.VILLAGE) == {"鹮委小区", "砥安小区", "鹭局家属院"}


@pytest.mark.parametrize(
    ("text", "whole", "known"),
    [
        ("着力打造高质量发展动力源。", "高质量发展动力源", "高质量发展"),
        ("建设共同富裕的先行区、高质量发展的引领地。", "高质量发展的引领地", "高质量发展"),
        ("构建具有鹮省优势的现代化产业体系。", "具有鹮省优势的现代化产业体系", "现代化产业体系"),
        ("打造自主可控、竞争力强的现代化产业体系。", "自主可控、竞争力强的现代化产业体系", "现代化产业体系"),
    ],
)
def test_what_is_to_be_a_doctrines_and_a_known_system_are_named_whole(rules, text: str, whole: str, known: str) -> None:
    assert names(annotate(rules, text), Kind.STRATEGY) >= {whole, known}


def test_what_only_speaks_of_a_doctrine_is_no_longer_name() -> None:
    finders = pipeline.load(components=["policy_structure", "policy_authority", "policy_strategies"])
    for text in ("高质量发展动力源于创新。", "培育融入高质量发展和现代化产业体系的人才。"):
        doc = pipeline.process(finders, linking.document(text, TOWN))
        assert all(c.concept is not None for c in doc._.candidates if c.kind is Kind.STRATEGY)


def test_a_homes_part_in_modernization_is_a_strategy_however_it_is_worded() -> None:
    finders = pipeline.load(components=["policy_structure", "policy_strategies"])
    for name in ("中国式现代化建设的清溪新篇章", "中国式现代化清溪实践"):
        doc = pipeline.process(finders, linking.document(f"谱写{name}。", Place("清溪镇", Level.TOWNSHIP)))
        assert name in {doc.text[c.span.start : c.span.end] for c in doc._.candidates}


@pytest.mark.parametrize(
    ("before", "behind", "expected"),
    [
        ("加力推进", "、砥桥改造等项目开工建设", Status.PLANNED),
        ("全力推进", "进度，力促尽早开工建设", Status.PLANNED),
        ("争取", "年内开工", Status.PLANNED),
        ("推动", "等项目落地", Status.PLANNED),
        ("推进", "加快建设", Status.ONGOING),
    ],
)
def test_what_a_plan_has_to_get_begun_is_planned(tmp_path, before: str, behind: str, expected: Status) -> None:
    text = f"二、2026年工作安排\n{before}鹮鹭高速{behind}。"
    doc = pipeline.process(pipeline.load(components=["policy_structure"]), linking.document(text, TOWN))
    spans = [Span(text.index("鹮鹭"), text.index("高速") + 2)]
    assert status.status(spans, fold(text), doc._.structure, Level.PREFECTURE, tmp_path) is expected


def test_works_numbered_in_running_text_are_named_each() -> None:
    text = "鹮湾大街南延工程（3）鹭溪路东延至苇塘大街工程（4）苇塘公园一期工程"
    named = [
        text[c.span.start : c.span.end]
        for c in naming([Candidate(Span(0, len(text)), Kind.PROJECT, TAGGER, 0.9)], text)
    ]
    assert named == ["鹮湾大街南延工程", "鹭溪路东延至苇塘大街工程", "苇塘公园一期工程"]


def test_a_quoted_list_and_what_counts_it_are_one_name(nlp) -> None:
    found = annotate(nlp, "实施“工业强县、电商兴县、生态立县、文旅活县”四大战略。四大战略见成效。")
    assert [e.name for e in found.entities if "四大战略" in e.name] == [
        "工业强县、电商兴县、生态立县、文旅活县四大战略"
    ]


def test_a_list_that_is_one_works_name_holds_no_work_of_its_own() -> None:
    text = "完成鹮委小区、砥安小区、鹭局家属院道路改造工程。"
    whole = Candidate(Span(2, len(text) - 1), Kind.PROJECT, "policy_tagger", 0.9)
    item = Candidate(Span(2, 6), Kind.PROJECT, "policy_tagger", 0.8)
    assert settle_overlaps([whole, item], text) == [whole]


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("坚持鹮事至上，践行人民至上的发展理念。", Kind.STRATEGY, set()),
        ("坚持鹮事至上，践行人民至上的发展理念。", Kind.SLOGAN, {"人民至上"}),
        ("贯彻“创新、协调、绿色、开放、共享”五大发展理念。", Kind.STRATEGY, {"新发展理念"}),
        ("推进“数据鹮价评价模型”标准落地应用。", Kind.POLICY, {"数据鹮价评价模型标准"}),
        ("推进“数据鹮价评价模型”标准落地应用。", Kind.SLOGAN, set()),
        ("制定实施鹮业向上向好“30条”，取得成效。", Kind.POLICY, {"鹮业向上向好30条"}),
        ("落实“好差评”机制，推行政务服务“好差评”。", Kind.POLICY, {"政务服务好差评"}),
        ("举办鹭湾马拉松、鹮羽电影节。", Kind.ORGANIZATION, set()),
        ("《一代鹮儒》《鹭湾》等一批优秀作品获奖。", Kind.POLICY, set()),
    ],
)
def test_names_end_where_they_do_and_are_of_one_kind(rules, text: str, kind: Kind, names: set[str]) -> None:
    assert {e.name for e in annotate(rules, text, COUNTY).entities if e.kind is kind} == names


@pytest.mark.parametrize(
    ("text", "name", "named"),
    [
        ("新建1.5万头能繁母鹮基地。", "头能繁母鹮基地", "能繁母鹮基地"),
        ("开通鹭湾便民热线。", "鹭湾便民热线", "鹭湾便民热线"),
        ("实施鹭湾河3", "鹭湾河3", "鹭湾河3"),
        ("实施鹭湾河36个村庄污水治理工程。", "鹭湾河3", None),
        ("创我县工业鹮项目单体投资纪录。", "创我县工业鹮项目", None),
        ("谋划富民强鹮的大项目。", "富民强鹮的大项目", None),
        ("建设卓越工程师学院。", "卓越工程", None),
    ],
)
def test_a_work_is_named_without_numbers_and_what_is_said_of_it(text: str, name: str, named: str | None) -> None:
    start = text.index(name)
    found = list(naming([Candidate(Span(start, start + len(name)), Kind.PROJECT, "policy_tagger", 0.9)], text))
    assert [text[c.span.start : c.span.end] for c in found] == ([named] if named else [])
    assert all((c.kind is Kind.POLICY) == name.endswith("热线") for c in found)


def test_a_member_that_is_nothing_by_its_name_alone_is_named_in_its_list_only() -> None:
    text = "建设金鹮、鹭陵江、鹮月湖3个省级实验室。鹭陵江两岸风光秀美。"
    start = text.index("鹭陵江")
    groups = cluster([Candidate(Span(start, start + 3), Kind.ORGANIZATION, "policy_tagger", 0.9)], text)
    everywhere(groups, text, shortest=3)
    assert len(groups[0].candidates) == 1


@pytest.mark.parametrize(
    ("text", "name", "is_one"),
    [
        ("荣获国家农村产业融合发展示范园。", "农村产业融合发展示范园", False),
        ("获评省级乡村旅游重点村。", "乡村旅游重点村", False),
        ("鹮北社区创成全国示范性老年友好型社区。", "全国示范性老年友好型社区", False),
        ("入选全国首批碳达峰试点城市。", "碳达峰试点城市", True),
        ("推进乡村旅游重点村建设。", "乡村旅游重点村", True),
    ],
)
def test_a_known_name_that_a_place_is_called_by_is_an_honour(rules, text: str, name: str, is_one: bool) -> None:
    mentions = [m for e in annotate(rules, text, COUNTY).entities if e.kind in IDEAS for m in e.mentions]
    assert any(text[m.start : m.end].endswith(name) for m in mentions) is is_one


@pytest.mark.parametrize(
    ("text", "name", "kind", "named"),
    [
        ("每月开展一次送鹮上门行动。", "一次送鹮上门行动", Kind.POLICY, ["送鹮上门行动"]),
        ("推行一次办好改革。", "一次办好改革", Kind.POLICY, ["一次办好改革"]),
        ("推行一次办好。", "一次办好", Kind.POLICY, ["一次办好"]),
        ("“鹮管招投标”实现工程全覆盖。", "“鹮管招投标”实现工程", Kind.POLICY, ["鹮管招投标"]),
        ("开展“鹮湾”带动提升行动。", "“鹮湾”带动提升行动", Kind.POLICY, ["“鹮湾”带动提升行动"]),
        ("《鹮草案》提出目标。", "《鹮草案》", Kind.POLICY, ["鹮草案"]),
        ("出台《鹮业政策》《鹭林办法》。", "《鹮业政策》《鹭林办法》", Kind.POLICY, ["鹮业政策", "鹭林办法"]),
        ("农业鹮代化建设提出9项工程。", "农业鹮代化建设提出9项工程", Kind.PROJECT, []),
        ("作为全市最大鹮学基地。", "最大鹮学基地", Kind.PROJECT, []),
        ("获得“鹮城楷模”称号。", "鹮城楷模", Kind.ORGANIZATION, []),
        ("完成五个拆迁村安置。", "五个拆迁村", Kind.VILLAGE, []),
        ("走访三个庄子村。", "三个庄子村", Kind.VILLAGE, ["三个庄子村"]),
    ],
)
def test_a_name_is_taken_without_what_counts_or_marks_it(text: str, name: str, kind: Kind, named: list[str]) -> None:
    text, name = fold(text), fold(name)
    span = Span(text.index(name), text.index(name) + len(name))
    found = naming([Candidate(span, kind, "policy_tagger", 0.9)], text)
    assert [text[c.span.start : c.span.end] for c in found] == [fold(each) for each in named]


def test_an_institute_is_no_instrument() -> None:
    (found,) = naming([Candidate(Span(2, 8), Kind.POLICY, "policy_tagger", 0.9)], "支持鹮湾碳研究院发展。")
    assert found.kind is Kind.ORGANIZATION


def test_works_are_counted_under_an_instrument(rules) -> None:
    text = "引进“三类鹮强”项目1608个，作为“鹮目落地见效年”。"
    found = annotate(rules, text, CITY)
    assert names(found, Kind.POLICY) == {"三类鹮强", "鹮目落地见效年"}
    assert names(found, Kind.PROJECT) == set()


def test_what_a_place_is_to_become_is_whole_with_the_known_name_that_it_begins_with() -> None:
    text = "在打造生态文明建设先行试验区上迈出坚实步伐。"
    known = Candidate(Span(3, 9), Kind.STRATEGY, "policy_authority", 0.81, concept="x")
    whole = Candidate(Span(3, 14), Kind.STRATEGY, "policy_tagger", 0.79)
    assert whole in settle_overlaps([known, whole], text)
