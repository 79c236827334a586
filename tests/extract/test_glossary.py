"""Explained terms are taken apart into the members that their numerals announce."""

from __future__ import annotations

import pytest

from extract import pipeline
from extract.document import Document, Span
from extract.finders.definitions import expected, members
from extract.layout.structure import structure
from extract.surface import fold
from ontology.terms import Kind, Level


def taken_apart(term: str, definition: str) -> dict[str, list[str]]:
    text = fold(f"{term}：{definition}")
    found = members(text, Span(0, len(term)), Span(len(term) + 1, len(text)))
    return {text[m.span.start : m.span.end]: [text[p.span.start : p.span.end] for p in m.parts] for m in found}


@pytest.mark.parametrize(
    ("term", "counts"),
    [
        ("三园两带", [3, 2]),
        ("一条主线、两个抓手、四大工程", [1, 2, 4]),
        ("乡村振兴", []),
        ("双一流", []),
        ("一带双核三区", [1, 2, 3]),
        ("“362”工作法", [3, 6, 2]),
    ],
)
def test_numerals_announce_how_many_members_to_expect(term, counts):
    assert expected(term.split("”")[0].strip("“") if "“" in term else term) == counts


def test_a_flat_list_of_the_announced_number():
    assert list(taken_apart("四种意识", "忧患意识、大局意识、创新意识、服务意识。")) == [
        "忧患意识",
        "大局意识",
        "创新意识",
        "服务意识",
    ]


def test_a_quotation_at_the_end_of_a_term_tells_how_many():
    assert list(taken_apart("农村“五治”", "治垃圾、治厕、治水、治房、治风。")) == [
        "治垃圾",
        "治厕",
        "治水",
        "治房",
        "治风",
    ]


def test_a_definition_that_is_but_a_list_is_counted_by_any_numeral_of_its_term():
    assert list(taken_apart("“鹮社企”三方联结机制", "鹮村出资源、合作社出服务、企业出订单。")) == [
        "鹮村出资源",
        "合作社出服务",
        "企业出订单",
    ]
    assert not taken_apart("“鹮社企”三方联结机制", "鹮村出资源、合作社出服务，企业出订单、出人。")


def test_the_last_of_a_list_goes_without_the_head_of_the_term():
    found = taken_apart("“三抓三促”行动", "抓学习促提升、抓执行促落实、抓效能促发展行动。")
    assert list(found) == ["抓学习促提升", "抓执行促落实", "抓效能促发展"]
    found = taken_apart("三大行动", "招商行动、清河行动、回乡行动。")
    assert list(found) == ["招商行动", "清河行动", "回乡行动"]


def test_the_last_of_a_list_goes_without_what_counts_the_last_group():
    found = taken_apart("一带两城三组团", "鹭溪经济带；空港新城、中心城区；杨坑、大沙、富湾3个组团。")
    assert list(found) == ["鹭溪经济带", "空港新城", "中心城区", "杨坑", "大沙", "富湾"]


def test_figures_count_no_parts():
    found = taken_apart("三地一枢纽", "绿色算力高地、清洁能源地和班列枢纽，总值达到1148亿元，增长7.6%，收入92.3亿元。")
    assert not any(part[-1] in "元%" for part in found)


def test_a_part_keeps_the_words_in_what_it_leads():
    parts = ["在茶乡振兴上开新局", "在鹮湾治理上闯新路"]
    assert list(taken_apart("两新", "、".join(parts) + "。")) == parts


def test_the_parts_of_a_known_term_are_of_its_kind():
    text = "某县工作报告\n朝着“四个不摘”目标。\n名词解释\n四个不摘：不摘责任、不摘政策、不摘帮扶、不摘监管。"
    nlp = pipeline.load(components=("policy_structure", "policy_authority", "policy_glossary"))
    doc = pipeline.process(nlp, Document("d", text, "0" * 64))
    assert {c.kind for c in doc._.candidates if c.extractor == "policy_glossary"} == {Kind.POLICY}


def test_ordinary_words_that_spell_out_a_known_term_are_no_parts():
    parts = "不摘责任、不摘政策、不摘帮扶、摘帽后。"
    text = f"某县工作报告\n落实“四个不摘”。\n名词解释\n四个不摘：{parts}\n四大抓手：抓茶、抓果、抓渔、抓药材。\n"
    nlp = pipeline.load(components=("policy_structure", "policy_authority", "policy_glossary"))
    doc = pipeline.process(nlp, Document("d", text, "0" * 64))
    found = {text[c.span.start : c.span.end] for c in doc._.candidates if c.extractor == "policy_glossary"}
    assert "不摘帮扶" in found and "抓药材" in found and "摘帽后" not in found


def test_one_part_alone_that_is_more_than_ordinary_words_is_none():
    text = "某县工作报告\n建设“四好农村路”。\n名词解释\n四好农村路：建好、管好、护好、运营好农村公路。\n"
    nlp = pipeline.load(components=("policy_structure", "policy_authority", "policy_glossary"))
    assert not pipeline.process(nlp, Document("d", text, "0" * 64))._.claims


def test_what_is_spelled_out_is_carried_out_and_no_project():
    text = "某县工作报告\n实施“三大提升工程”。\n名词解释\n三大提升工程：园区提升工程、种养提升工程、治理提升工程。"
    nlp = pipeline.load(components=("policy_structure", "policy_glossary"))
    doc = pipeline.make_doc(nlp, Document("d", text, "0" * 64))
    for _, component in nlp.pipeline:
        doc = component(doc)
    assert {c.kind for c in doc._.candidates} == {Kind.POLICY}


def test_what_is_done_with_a_list_is_none_of_its_last_item():
    found = taken_apart("三带协同", "把数字经济带、绿色经济带、先进制造带一起抓在手上。")
    assert list(found) == ["数字经济带", "绿色经济带", "先进制造带"]
    found = taken_apart("四大产业", "旅游业、现代农业、物流业、数字产业链。")
    assert list(found) == ["旅游业", "现代农业", "物流业", "数字产业链"]
    found = taken_apart("三大战略", "西部大开发、东北全面振兴、京津冀协同发展。")
    assert list(found) == ["西部大开发", "东北全面振兴", "京津冀协同发展"]
    found = taken_apart("三海联动", "海洋经济、海上通道、海峡合作一体推进。")
    assert list(found) == ["海洋经济", "海上通道", "海峡合作"]


@pytest.mark.parametrize(
    ("definition", "term", "strategies"),
    [
        ("脱贫不稳定户、边缘易致贫户、突发严重困难户。", "三类户", set()),
        ("因公出国费用、公务用车费用、公务接待费用。", "三公经费", set()),
        ("数字经济带、绿色经济带、先进制造带。", "三带", {"三带", "数字经济带", "绿色经济带", "先进制造带"}),
    ],
)
def test_ordinary_things_that_a_glossary_lists_are_no_strategies(definition, term, strategies):
    nlp = pipeline.load(components=["policy_structure", "policy_glossary"])
    text = f"鹭溪镇政府工作报告\n\n一、回顾\n落实{term}工作。\n\n名词解释\n1.{term}：{definition}\n2.鹮鸣：一种鸟。\n"
    doc = pipeline.process(nlp, Document("d", text, ""))
    found = {text[c.span.start : c.span.end] for c in doc._.candidates if c.kind is Kind.STRATEGY}
    assert found == strategies


def test_a_list_of_another_number_is_no_definition_by_parts():
    assert taken_apart("三种意识", "忧患意识、大局意识、创新意识、服务意识。") == {}


def test_groups_named_with_that_is():
    found = taken_apart("一心两翼", "“一心”，即打造中心城区。“两翼”，即建设东部工业区、西部生态区。")
    assert found == {"中心城区": [], "两翼": ["东部工业区", "西部生态区"]}


def test_groups_named_with_that_is_need_no_quotation_marks():
    found = taken_apart("一核两带", "一核即老城服务核心，两带即沿河生态带、山前果业带。")
    assert found == {"老城服务核心": [], "两带": ["沿河生态带", "山前果业带"]}


@pytest.mark.parametrize(
    "definition",
    [
        "锚定一个目标（鹮乡水城），抓好两大主导（绿色化工、洞穴旅游），守好三条底线（安全、生态、民生）。",
        "“1”，围绕鹮乡水城一个目标；“2”，打好绿色化工、洞穴旅游两大主导；“3”，守好安全、生态、民生三条底线。",
    ],
)
def test_groups_counted_beside_their_lists(definition):
    found = taken_apart("“123”发展思路", definition)
    assert found == {"鹮乡水城": [], "两大主导": ["绿色化工", "洞穴旅游"], "三条底线": ["安全", "生态", "民生"]}


@pytest.mark.parametrize(
    ("term", "definition", "parts"),
    [
        (
            "“12”发展思路",
            "“1”即锚定城郊融合、宜居宜业的鹮乡水城一个目标；“2”指开展兴茶、靓村两项行动。",
            {"城郊融合、宜居宜业的鹮乡水城": [], "两项行动": ["兴茶", "靓村"]},
        ),
        (
            "“三个年”活动",
            "深化茶园提质年、营商环境突破年、作风能力提升年活动。",
            {"茶园提质年": [], "营商环境突破年": [], "作风能力提升年": []},
        ),
        ("“三无”平安村庄", "无邪教、无命案、的村庄。", {"无邪教": [], "无命案": [], "的村庄": []}),
        ("“22”工程", "甲茶园、乙茶园，丙鹮桥、丁鹮桥。", {"甲茶园": [], "乙茶园": [], "丙鹮桥": [], "丁鹮桥": []}),
        ("“两督两保”", "督新建、保开工，督续建、保竣工。", {"督新建、保开工": [], "督续建、保竣工": []}),
        (
            "“1+2”思路",
            "以打造鹮乡水城为总目标，同步建设富美鹭溪、平安鹭溪。",
            {"鹮乡水城": [], "富美鹭溪": [], "平安鹭溪": []},
        ),
        ("“12”目标", "茶园稳定在2万亩、茶叶产量达到1万吨、茶农收入超过3万元。", {}),
        (
            "“一轴两翼”格局",
            "以国道产业发展轴为主干，展开茶香旅游翼、鹮鸣康养翼，加快建设富美鹮乡。",
            {"国道产业发展轴": [], "茶香旅游翼": [], "鹮鸣康养翼": []},
        ),
    ],
)
def test_parts_without_what_leads_up_to_them_or_sums_them_up(term, definition, parts):
    assert taken_apart(term, definition) == parts


def test_a_group_of_campaigns_is_a_policy_within_a_strategy():
    meaning = "“1”即打造鹮乡水城；“2”即开展兴茶、靓村两项行动。"
    text = (
        f"鹭溪镇政府工作报告\n\n一、回顾\n落实“12”发展思路。\n\n名词解释\n1.“12”发展思路：{meaning}\n2.鹮鸣：一种鸟。\n"
    )
    doc = pipeline.process(pipeline.load(components=["policy_structure", "policy_glossary"]), Document("d", text, ""))
    kinds = {text[c.span.start : c.span.end]: c.kind for c in doc._.candidates if c.extractor == "policy_glossary"}
    assert (kinds["鹮乡水城"], kinds["两项行动"], kinds["兴茶"]) == (Kind.STRATEGY, Kind.POLICY, Kind.POLICY)


def test_a_group_of_one_keeps_its_short_form_as_alias():
    text = fold("一心两翼：“一心”，即打造中心城区。“两翼”，即建设东部工业区、西部生态区。")
    first = members(text, Span(0, 4), Span(5, len(text)))[0]
    assert first.alias is not None and text[first.alias.start : first.alias.end] == "一心"


def test_groups_spelled_out_clause_by_clause():
    found = taken_apart("一条主线、两张名片", "围绕创建河谷生态示范区这条主线，打造“山水古村”和“云上茶园”。")
    assert found == {"河谷生态示范区": [], "两张名片": ["山水古村", "云上茶园"]}


@pytest.mark.parametrize(
    ("term", "definition", "parts"),
    [
        ("三色白石", "以茶为主的“绿色白石”、以长征为主的“红色白石”、以油菜为主的“金色白石”。",
         ["绿色白石", "红色白石", "金色白石"]),
        ("两场硬仗", "产业扶贫、教育医疗住房“三保障”。", ["产业扶贫", "教育医疗住房“三保障”"]),
        ("四大会战", "道路畅通、河道清淤、老街更新、社区安居四场会战，年底见效。",
         ["道路畅通", "河道清淤", "老街更新", "社区安居"]),
        ("三抢三争", "抢工期争进度、抢项目争资金、抢人才争先机。", ["抢工期争进度", "抢项目争资金", "抢人才争先机"]),
        ("“131”便民窗口", "“一门进、三类办、一次结”。", ["一门进", "三类办", "一次结"]),
        ("一茶二果三渔家", "种好高山茶、管好柑橘果、办好渔家乐。", ["种好高山茶", "管好柑橘果", "办好渔家乐"]),
        ("“三个一次”工作法", "一天巡查一次、一周会商一次、一月通报一次。",
         ["一天巡查一次", "一周会商一次", "一月通报一次"]),
        ("一心一园", "以白石老街为核心，建设稻渔园。", ["白石老街", "稻渔园"]),
        ("双培双带", "把能手培养成党员、把党员培养成能手，党员带头致富、党员带领群众致富。",
         ["把能手培养成党员", "把党员培养成能手", "党员带头致富", "党员带领群众致富"]),
        ("四链", "四条产业链，分别为氢能、机器人、网络安全、生物医药。", ["氢能", "机器人", "网络安全", "生物医药"]),
        ("两建两库", "以镇村网格为基础、实行矛盾联调、档案资料库、乡贤人才库。", ["档案资料库", "乡贤人才库"]),
        ("三个不停", "凡是定了的，都不停步；凡是开了的，都不停工；凡是说了的，都不停办。",
         ["凡是定了的，都不停步", "凡是开了的，都不停工", "凡是说了的，都不停办"]),
    ],
)  # fmt: skip
def test_parts_are_named_whole_and_without_what_describes_them(term, definition, parts):
    text = f"{term}：{definition}"
    found = members(fold(text), Span(0, len(term)), Span(len(term) + 1, len(text)))
    assert [text[part.span.start : part.span.end] for part in found] == parts


def test_digits_name_what_counts_their_lists() -> None:
    """A numeral's list is that of the name behind it; one that lists nothing is the part itself."""
    found = taken_apart(
        "“1342”思路",
        "“1”即围绕“湖山小城”这一总目标，“3”即实施产业升级、城乡融合、民生改善三大行动，“4”即镇村四个平台，“2”即白石镇、清水镇。",
    )
    assert found == {
        "湖山小城": [],
        "三大行动": ["产业升级", "城乡融合", "民生改善"],
        "镇村四个平台": [],
        "白石镇": [],
        "清水镇": [],
    }


def test_groups_may_be_quoted_behind_their_lists() -> None:
    found = taken_apart("“23”工程", "做强稻米、茶叶“两大龙头”，建好库区、林区、老区“三张网络”。")
    assert found == {"两大龙头": ["稻米", "茶叶"], "三张网络": ["库区", "林区", "老区"]}


def test_a_list_of_works_is_no_list_of_parts():
    found = taken_apart("两横一纵", "“两横”指两条输水干线，包括引清入白、东河引水2个工程；“一纵”指清水灌区骨干渠。")
    assert found == {"两横": [], "清水灌区骨干渠": []}


def test_parallel_clauses_of_a_double_number():
    found = taken_apart("两破两立", "破除守旧思想，树立创新意识。\n破除畏难思想，树立担当意识。")
    assert list(found) == ["破除守旧思想，树立创新意识", "破除畏难思想，树立担当意识"]


@pytest.mark.parametrize(
    ("text", "term", "found"),
    [
        (
            "围绕“一谷两带”布局（“一谷”即清泉药谷，“两带”即沿河粮带、山前果带），发力。",
            "“一谷两带”布局",
            {"清泉药谷": [], "两带": ["沿河粮带", "山前果带"]},
        ),
        (
            "落实“一轴双核”。“一轴”，就是做强清水生态轴；“双核”，就是建设老街商贸核、新城服务核。",
            "一轴双核",
            {"清水生态轴": [], "双核": ["老街商贸核", "新城服务核"]},
        ),
        (
            "紧扣“一芯两廊”——以老街为“一芯”，以清水生态廊、白石物流廊为“两廊”，统筹推进。",
            "一芯两廊",
            {"老街": [], "两廊": ["清水生态廊", "白石物流廊"]},
        ),
        ("建立“四个一”包联机制，即一名领导、一本台账、一张图、一抓到底，每月调度。", "“四个一”包联机制",
         {"一名领导": [], "一本台账": [], "一张图": [], "一抓到底": []}),
        ("健全“三查一改”标准化管护机制，即查淤堵、查渗漏、查占用、改旧闸。", "“三查一改”标准化管护机制",
         {each: [] for each in ("查淤堵", "查渗漏", "查占用", "改旧闸")}),
        ("以“五办”即“交办、盯办、协办、督办、提级督办”强化落实；以“七会”聚力。", "五办",
         {each: [] for each in ("交办", "盯办", "协办", "督办", "提级督办")}),
        ("实施“四县并进”战略（生态立县、产业兴县、文旅活县、民生安县）。", "“四县并进”战略",
         {"生态立县": [], "产业兴县": [], "文旅活县": [], "民生安县": []}),
        ("开展“三抓三早”行动（抓环境、抓项目、抓落实，早谋划、早开工、早见效）。", "“三抓三早”行动",
         {each: [] for each in ("抓环境", "抓项目", "抓落实", "早谋划", "早开工", "早见效")}),
    ],
)  # fmt: skip
def test_a_compound_is_spelled_out_in_running_text(text: str, term: str, found: dict[str, list[str]]) -> None:
    (entry,) = structure(text).glossary
    assert text[entry.term.start : entry.term.end] == term
    spelled = members(fold(text), entry.term, entry.definition)
    assert {
        text[m.span.start : m.span.end]: [text[p.span.start : p.span.end] for p in m.parts] for m in spelled
    } == found


def test_a_layout_of_bases_is_a_strategy_and_no_project() -> None:
    text = "围绕“一谷三基地”发展布局（“一谷”即清泉药谷，“三基地”即粮食基地、陶瓷基地、劳务基地），发力。"
    doc = pipeline.process(pipeline.load(components=["policy_structure", "policy_glossary"]), Document("d", text, ""))
    assert {c.kind for c in doc._.candidates} == {Kind.STRATEGY}


@pytest.mark.parametrize(
    ("term", "meaning", "kind", "parts"),
    [
        ("四送一服", "送新理念、送好政策、送新项目、送要素，服务企业", Kind.POLICY, ["送新理念", "服务企业"]),
        ("三路一桥", "东山路、西河路、梅园路、清溪大桥", Kind.PROJECT, []),
        ("五馆两中心", "图书馆、文化馆、博物馆、科技馆、档案馆、市民中心、青少年活动中心", Kind.PROJECT, []),
        ("三城一谷", "柳溪新城、文旅名城、宜居山城、云上药谷", Kind.STRATEGY, ["柳溪新城", "云上药谷"]),
    ],
)
def test_a_glossary_without_heading_tells_by_what_it_counts_what_its_terms_are(term, meaning, kind, parts):
    text = f"1.“{term}”：{meaning}。\n2.“两带”：粮油产业带、果蔬产业带。\n3.“一网”：指一张治理网。"
    found = pipeline.annotate(pipeline.load(), Document("township_清溪镇_2023", text, "x"))
    name = {e.id: e.name for e in found.entities}
    assert next(e.kind for e in found.entities if e.name == term) is kind
    wholes = {name[link.subject]: name[link.object] for link in found.links if link.predicate == "componentOf"}
    assert all(wholes[part] == term for part in parts)


def test_a_clause_or_a_measure_is_no_part():
    definition = "指为深化开发区改革，加快建设专业化的队伍，而实行的任期制"
    assert taken_apart("三化", definition) == {}
    assert taken_apart("两个90%", "污水集中处理率、垃圾无害化处理率") == {}
    assert taken_apart("两案两查", "既要查办案件，又要追查失职") == {}


@pytest.mark.parametrize("label", ["【35】", "[35]", "〔 35〕", "［35］", "（35）", "35."])
def test_the_label_of_an_entry_is_no_part_of_its_term(label: str) -> None:
    text = fold(f"修渠三里。\n名词解释\n{label}“四个不摘”：摘帽不摘责任、摘帽不摘政策。\n")
    assert [text[e.term.start : e.term.end] for e in structure(text).glossary] == ["四个不摘"]


def test_two_lists_of_a_double_number_are_its_parts():
    definition = "即小板凳聚人心、小喇叭传政策，做到支部好、产业好"
    assert list(taken_apart("两小两好", definition)) == ["小板凳聚人心", "小喇叭传政策", "支部好", "产业好"]


@pytest.mark.parametrize(
    ("term", "definition", "parts"),
    [
        (
            "一主两翼",
            "县里的布局。一主——工业强县；两翼——农业提质、文旅融合。",
            {"工业强县": [], "两翼": ["农业提质", "文旅融合"]},
        ),
        ("“135”工作法", "诉求1日内响应、3日内反馈、5日内办结。", {"1日内响应": [], "3日内反馈": [], "5日内办结": []}),
        (
            "“一带两园”",
            "“一带”即沿河菌菇带，扩建三处；“两园”即果园和茶园，公路完成路基。",
            {"沿河菌菇带": [], "两园": ["果园", "茶园"]},
        ),
        ("一窗受理、一码通办", "中心推行的服务，凭一个码可查进度。", {}),
        (
            "“12”思路",
            "“1”即锚定一个目标，建设湖山小城；“2”即实施两大战略，工业立县战略、项目兴县战略。",
            {"湖山小城": [], "两大战略": ["工业立县战略", "项目兴县战略"]},
        ),
        (
            "“1234”战略",
            "“1”即锁定湖山小镇一个目标；“2”即做强皂角、肉牛两大产业。",
            {"湖山小镇": [], "两大产业": ["皂角", "肉牛"]},
        ),
        (
            "“12”战略",
            "“1”即湖山小镇；“2”即两大战略——工业立县、项目兴县。",
            {"湖山小镇": [], "两大战略": ["工业立县", "项目兴县"]},
        ),
        (
            "一园一带三基地",
            "做大稻米园，做精鹭溪休闲带，建强玉米、肉牛、菌菇三个基地，努力走在全县前列。",
            {"稻米园": [], "鹭溪休闲带": [], "玉米": [], "肉牛": [], "菌菇": []},
        ),
        (
            "“23”思路",
            "“2”即建设鹮溪城、鹭湾港“两个支点”；“3”即县党代会确定的建设富强、创新、开放“三个新清溪”的奋斗目标。",
            {"两个支点": ["鹮溪城", "鹭湾港"], "三个新清溪": []},
        ),
        ("“三位一体”责任", "对重点项目，分别确定领导、部门、乡镇进行包联，形成协调推进的局面。", {}),
        (
            "“123”思路",
            "守住脱贫底线，建好橙香走廊、茶旅走廊两条走廊，擦亮洁净鹭溪、平安鹭溪、活力鹭溪三块牌子，做好防疫。",
            {
                "两条走廊": ["橙香走廊", "茶旅走廊"],
                "三块牌子": ["洁净鹭溪", "平安鹭溪", "活力鹭溪"],
            },
        ),
    ],
)
def test_groups_steps_and_pairs_end_where_their_clause_does(term, definition, parts):
    assert taken_apart(term, definition) == parts


@pytest.mark.parametrize(
    ("term", "definition", "parts"),
    [
        (
            "一城三区",
            "一城，即指山水鹭城；三区，分别是鹮湾果区、苇塘粮区、鹭溪旅游区。",
            {"山水鹭城", "三区"},
        ),
        (
            "三溪六岸",
            "指三条溪的六条岸线，包括鹭溪生态带、鹮溪生态带、苇溪生态带。",
            {"鹭溪生态带", "鹮溪生态带", "苇溪生态带"},
        ),
    ],
)
def test_parts_are_told_by_labels_and_lists_of_many_forms(term, definition, parts):
    assert set(taken_apart(term, definition)) == parts


def test_labels_that_a_verb_follows_spell_out_a_layout_of_the_text():
    nlp = pipeline.load(components=["policy_structure", "policy_glossary"])
    text = "对照“一湖两街多点”布局，“一湖”建设鹭湖会客厅，“两街”打造鹮湾美食街、苇塘工艺街，“多点”发展各村小厂。"
    doc = pipeline.process(nlp, Document("t", text, "0" * 64))
    pairs = {(doc.text[c.subject.start : c.subject.end], doc.text[c.object.start : c.object.end]) for c in doc._.claims}
    assert pairs >= {("两街", "一湖两街多点"), ("鹮湾美食街", "两街"), ("苇塘工艺街", "两街")}


def test_what_a_number_stands_for_may_follow_its_name_at_once_or_stand_before_it():
    nlp = pipeline.load(components=["policy_structure", "policy_glossary"])
    text = (
        "县里的“12”发展思路,“1”就是锚定茶旅白石一个目标;“2”就是建强鹭溪片区、茶寨片区两大片区。"
        "开展“两减一抓”活动,减会议、减考核,抓项目,以实干开局。以老街焕新、小区整新“两区更新”行动为牵引。"
        "——“两镇”战略:即产业强镇、茶旅名镇。走访汀村、石村“两村”。"
    )
    doc = pipeline.process(nlp, Document("t", text, "0" * 64))
    pairs = {(doc.text[c.subject.start : c.subject.end], doc.text[c.object.start : c.object.end]) for c in doc._.claims}
    assert {pair for pair in pairs if "“" not in pair[1]} == {
        ("茶旅白石", "12"),
        ("两大片区", "12"),
        ("鹭溪片区", "两大片区"),
        ("茶寨片区", "两大片区"),
        ("减会议", "两减一抓"),
        ("减考核", "两减一抓"),
        ("抓项目", "两减一抓"),
        ("老街焕新", "两区更新"),
        ("小区整新", "两区更新"),
        ("产业强镇", "两镇"),
        ("茶旅名镇", "两镇"),
    }


def test_a_sum_that_is_spelled_out_is_a_policy_and_its_explanation_may_follow_what_is_said_of_it():
    nlp = pipeline.load(components=["policy_structure", "policy_glossary"])
    text = "坚持“一园两带”布局不动摇，即做大稻米园，做精果带、菌带。\n名词解释\n"
    text += "1.“3+1”保障：“3”指上学、看病、住房，“1”指饮水。"
    doc = pipeline.process(nlp, Document("t", text, "0" * 64))
    parts = {doc.text[c.subject.start : c.subject.end] for c in doc._.claims}
    assert parts == {"稻米园", "果带", "菌带", "上学", "看病", "住房", "饮水"}
    whole = text.index("“3+1”")
    assert {c.kind for c in doc._.candidates if c.span.start == whole} == {Kind.POLICY}


@pytest.mark.parametrize(("term", "is_name"), [("三条生命线", True), ("三烧", False)])
def test_what_counts_with_a_measure_word_is_a_name_for_what_it_is_spelled_out_into(term, is_name):
    nlp = pipeline.load(components=["policy_structure", "policy_glossary"])
    text = f"今年守好“{term}”。\n名词解释\n1.{term}：民族团结线、政治安全线、生态环境线。"
    doc = pipeline.process(nlp, Document("t", text, "0" * 64))
    named = {doc.text[c.span.start : c.span.end] for c in doc._.candidates if c.kind is Kind.STRATEGY}
    assert (term in named) is is_name


@pytest.mark.parametrize(
    ("term", "definition", "parts"),
    [
        ("“122”战略", "坚持“一个统领”（以党建为引领），打造“两个白石”（实力白石、幸福白石），做到“两个走在前列”。",
         {"党建": [], "两个白石": ["实力白石", "幸福白石"], "两个走在前列": []}),
        ("“12”思路", "1即小镇大城战略，2即老街更新、河道清淤两个驱动。",
         {"小镇大城战略": [], "两个驱动": ["老街更新", "河道清淤"]}),
        ("双碳", "碳达峰与碳中和的简称。我国力争2060年前实现碳中和。", {"碳达峰": [], "碳中和": []}),
        ("双碳", "碳达峰与碳中和。", {"碳达峰": [], "碳中和": []}),
        ("五个白石", "镇党代会提出，建设宜居之城，加快打造新白石，主要是抓好建设，即创新、智造、山水、人才、文化白石。",
         {"创新": [], "智造": [], "山水": [], "人才": [], "文化白石": []}),
        ("一区一中心", "“药食同源”食品聚集区、“药食同源”研发中心。",
         {"“药食同源”食品聚集区": [], "“药食同源”研发中心": []}),
        ("三名工程", "名医（名科）、名院、名诊所。", {"名医（名科）": [], "名院": [], "名诊所": []}),
        ("六稳", "稳就业、稳金融、稳外贸、稳外资、稳投资、稳预期工作。",
         {each: [] for each in ("稳就业", "稳金融", "稳外贸", "稳外资", "稳投资", "稳预期")}),
        ("两大版块", "一是古街康养游版块；二是茶园观光游版块。", {"古街康养游版块": [], "茶园观光游版块": []}),
        ("双千工程", "2018年2月，我县在全县部署开展以创新为主题的活动。", {}),
        ("双高计划", "是“高水平高职学校和专业建设计划”的简称。", {}),
        ("两带", "粮带、果带，旨在带动农业、林业。", {"粮带": [], "果带": []}),
        ("“一二”工作思路",
         "“一”，即“一个总目标”，加快建设富裕白石；第一个“二”，即“两大战略”，大力实施工业强县、文旅兴县“两大战略”。",
         {"富裕白石": [], "两大战略": ["工业强县", "文旅兴县"]}),
        ("一街一园", "老茶市街。现存木楼37栋；云锁有机茶园。由一家公司牵头。", {"老茶市街": [], "云锁有机茶园": []}),
        ("“12”思路", "“1”是一个目标，即建成茶旅白石；“2”是两条走廊，即鹭溪走廊、古道走廊。",
         {"茶旅白石": [], "两条走廊": ["鹭溪走廊", "古道走廊"]}),
        ("“12”思路", "“1”即锚定茶旅白石一个目标；“2”即打响“鹭溪慢城”“茶寨之乡”两大品牌。",
         {"茶旅白石": [], "两大品牌": ["鹭溪慢城", "茶寨之乡"]}),
        ("“123”思路", "紧盯茶旅白石这一个目标，突出工业兴县、产城融合两条主线，锤炼攻坚、协同、服务三种本领。",
         {"茶旅白石": [], "两条主线": ["工业兴县", "产城融合"], "三种本领": ["攻坚", "协同", "服务"]}),
        ("“2+3”体系", "做强机器人与智能装备、医药及大健康两大主导产业，做优茶旅、商贸、物流三大特色产业。",
         {"两大主导产业": ["机器人与智能装备", "医药及大健康"], "三大特色产业": ["茶旅", "商贸", "物流"]}),
        ("“13”体系", "打好项目攻坚这一场硬仗，锚定百亿强镇、商埠名镇、茶旅新镇“三镇”目标。",
         {"项目攻坚": [], "三镇": ["百亿强镇", "商埠名镇", "茶旅新镇"]}),
        ("“三二”工程", "健全三项机制，建强两支队伍，抓学生心理健康教育。", {}),
        ("“三二三”工程", "健全三项机制，建强两支队伍，实施三大行动，抓学生心理健康教育。",
         {"三项机制": [], "两支队伍": [], "三大行动": []}),
        ("“12”思路", "一个定位：打造茶旅白石；两个坚持：坚持以改革为动力，坚持以稳定为支撑。",
         {"茶旅白石": [], "两个坚持": ["坚持以改革为动力", "坚持以稳定为支撑"]}),
        ("一县三业", "茶叶、油茶、青梅。", {"茶叶": [], "油茶": [], "青梅": []}),
        ("“三带一体”体系", "由固沙带、造林带、封育带构成的治沙体系。", {"固沙带": [], "造林带": [], "封育带": []}),
        ("“1+3”思路", "以打造茶旅白石为总目标，同步建设鹭溪园、茶寨园、古道园，全面提升服务。",
         {"茶旅白石": [], "鹭溪园": [], "茶寨园": [], "古道园": []}),
    ],
)  # fmt: skip
def test_parts_are_read_however_a_glossary_words_them(term: str, definition: str, parts: dict[str, list[str]]) -> None:
    assert {name.replace('"', "“"): found for name, found in taken_apart(term, definition).items()} == {
        name.replace("”", "“"): found for name, found in parts.items()
    }


def test_institutions_that_a_number_counts_are_no_parts_of_a_strategy() -> None:
    text = "名词解释\n1.四所一庭：派出所、司法所、市场监管所、律师事务所、人民法庭。"
    doc = pipeline.process(pipeline.load(components=["policy_structure", "policy_glossary"]), Document("d", text, ""))
    assert not doc._.claims


def test_whose_a_quoted_term_is_stands_before_it_and_tells_its_level() -> None:
    parts = "雁阵产业集群、海洋产业走廊、康养服务产业带。"
    text = f"某县工作报告\n发展产业。\n名词解释\n1.省“三鹮”产业：指{parts}\n2.鹮鸣：一种鸟。\n"
    nlp = pipeline.load(components=("policy_structure", "policy_glossary"))
    doc = pipeline.process(nlp, Document("d", text, "0" * 64))
    levels = {text[c.span.start : c.span.end]: c.level for c in doc._.candidates}
    assert levels["“三鹮”产业"] is Level.PROVINCIAL and "海洋产业走廊" in levels


@pytest.mark.parametrize(
    ("term", "definition", "parts"),
    [
        ("“四预”工作机制", "工业运行中“预期、预测、预判、预警”工作机制。", ["预期", "预测", "预判", "预警"]),
        (
            "热线“四个一”工作法",
            "热线“一线通达、一网通办、一次办好、一督到底”的工作法。",
            ["一线通达", "一网通办", "一次办好", "一督到底"],
        ),
        ("“三深化、三提升”行动", "全省开展“三深化、三提升”行动。", []),
        (
            "“三个一”工作机制",
            "“一个项目、一个专班、一抓到底”抓项目促投资推动工作机制。",
            ["一个项目", "一个专班", "一抓到底"],
        ),
    ],
)
def test_a_quoted_list_before_the_terms_own_noun_is_its_parts(term: str, definition: str, parts: list[str]) -> None:
    assert list(taken_apart(term, definition)) == parts


def test_a_list_that_explains_a_term_is_no_name_beside_it() -> None:
    text = (
        "某县工作报告\n名词解释\n1.“四预”工作机制：指运行中“预期、预测、预判、预警”工作机制。\n"
        "2.鹮六稳：稳就业、稳金融、稳外贸、稳外资、稳投资、稳预期。\n"
    )
    nlp = pipeline.load(components=("policy_structure", "policy_glossary", "policy_quotations", "policy_strategies"))
    doc = pipeline.process(nlp, Document("d", text, "0" * 64))
    assert not any("、" in text[c.span.start : c.span.end] for c in doc._.candidates)


@pytest.mark.parametrize(
    ("term", "definition", "parts"),
    [
        ("三种本领", "学习本领、政治领导本领、狠抓落实本领。", ["学习本领", "政治领导本领", "狠抓落实本领"]),
        ("三带", "打造粮果产业带、渔稻产业带、建设茶旅产业带。", ["粮果产业带", "渔稻产业带", "茶旅产业带"]),
        (
            "三大集群",
            "打造茶叶产业集群、建设渔业产业集群、建设文旅产业集群。",
            ["茶叶产业集群", "渔业产业集群", "文旅产业集群"],
        ),
        ("清四乱", "乱占、乱采、乱堆、乱建等管理保护突出问题。", ["乱占", "乱采", "乱堆", "乱建"]),
        ("鹮社企三联", "推行干部联片、党员联户、能人联产。", ["干部联片", "党员联户", "能人联产"]),
        (
            "三不变",
            "即：摘帽不变责任，防止懈怠；摘帽不变政策，防止急刹车；摘帽不变帮扶，防止走散。",
            ["摘帽不变责任", "摘帽不变政策", "摘帽不变帮扶"],
        ),
        ("“1530”工程", "1个校长团队培养5个学员，30个教师学员。每年10名教师培养3名教师，连续三年，共30名骨干。", []),
        ("“135”网格工作法", "1名网格长、3支队伍、5分钟响应。", ["3支队伍", "5分钟响应"]),
        ("“三无”平安村", "无邪教、无命案、无群体性事件的村。", ["无邪教", "无命案", "无群体性事件的村"]),
        ("“三无”平安社区", "无邪教、无命案、无群体性事件的社区。", ["无邪教", "无命案", "无群体性事件"]),
        (
            "三区一地",
            "粮食主产区、果蔬主产区、渔业示范区、休闲目的地。",
            ["粮食主产区", "果蔬主产区", "渔业示范区", "休闲目的地"],
        ),
        (
            "三清",
            "清理路边杂物、清理河塘垃圾、清理残垣断壁及庭院。",
            ["清理路边杂物", "清理河塘垃圾", "清理残垣断壁及庭院"],
        ),
        ("三帮", "帮助解决资金短缺问题、用工不足问题、要素不力问题。", []),
    ],
)
def test_items_keep_what_names_them_and_lose_what_explains_them(term: str, definition: str, parts: list[str]) -> None:
    assert list(taken_apart(term, definition)) == parts


def test_a_count_of_one_character_that_the_text_carries_out_is_a_whole() -> None:
    text = (
        "某县工作报告\n开展绿化“四美”打造，治理“五乱”。\n名词解释\n1.四美：自然美、形态美、特色美、线条美。\n"
        "2.五乱：乱搭、乱砍、乱采、乱挖、乱排。\n"
    )
    nlp = pipeline.load(components=("policy_structure", "policy_glossary"))
    doc = pipeline.process(nlp, Document("d", text, "0" * 64))
    assert {text[c.object.start : c.object.end] for c in doc._.claims} == {"四美"}


def test_a_name_in_full_is_a_form_of_the_term_and_the_sort_that_a_definition_tells_is_no_name() -> None:
    text = (
        "某县工作报告\n用好鹮联平台。实施鹭通工程。\n名词解释\n1.鹮联平台：全称为“鹮乡农产品网络销售平台”，用于销售。\n"
        "2.“鹭通工程”：全省建制村通客车的提质升级工程，旨在便民。\n3.鹭农场：由鹭湾公司承接的鹭湾集团代养项目，位于鹭湾村。\n"
    )
    entities = pipeline.annotate(pipeline.load(), Document("d", text, "0" * 64)).entities
    forms = [{text[m.start : m.end] for m in entity.mentions} for entity in entities]
    assert {"鹮联平台", "鹮乡农产品网络销售平台"} in forms
    assert not any("提质升级工程" in each for each in forms)
    assert any("鹭湾集团代养项目" in each for each in forms)


def test_a_count_of_sites_is_no_name() -> None:
    text = (
        "某县工作报告\n改造老旧小区。\n名词解释\n1.3个老旧小区改造提升：化工厂家属楼、建设局家属楼、地税局住宅楼。\n"
        "2.2个绿色社区：鹭溪社区茗清小区、苍旺社区名园小区。\n3.3个意识：政治意识、担当意识、奋斗意识。\n"
    )
    nlp = pipeline.load(components=("policy_structure", "policy_glossary"))
    doc = pipeline.process(nlp, Document("d", text, "0" * 64))
    names = {text[c.span.start : c.span.end] for c in doc._.candidates}
    assert names == {"3个意识", "政治意识", "担当意识", "奋斗意识"}


def test_titles_side_by_side_are_members_each_without_its_marks() -> None:
    assert list(taken_apart("三项办法", "《鹮河管理办法》《鹮湾水库管理办法》《鹭林管理办法》。")) == [
        "鹮河管理办法",
        "鹮湾水库管理办法",
        "鹭林管理办法",
    ]
