"""Which sentence and which heading relates work to a strategy, and which does not."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from extract import pipeline
from extract.annotation import Link
from extract.document import Document, Metadata, Place
from ontology.divisions import NATION
from ontology.terms import Basis, Kind, Level, Predicate
from tests import linking

COUNTY = Place("丙县", Level.COUNTY, (Place("甲省", Level.PROVINCIAL), Place("乙市", Level.PREFECTURE)))
PROVINCE = COUNTY.within[0]
TITLE = "丙县人民政府工作报告\n一、工作打算\n"
SPEAKER, MILL, GOAL = "丙县人民政府", "鹭湾鹮鸣茶叶加工项目", "茶香丙县"


@pytest.fixture(scope="module")
def nlp():
    return pipeline.load(components=[name for name in pipeline.COMPONENTS if name != "policy_inference"])


def links(nlp, text: str, predicate: Predicate) -> dict[tuple[str, str], Basis]:
    return {(s, o): k.basis for s, o, k in linking.related(nlp, text, COUNTY) if k.predicate is predicate}


@pytest.mark.parametrize(
    ("clause", "pursued"),
    [
        ("今年，我们聚焦“茶香丙县”建设，真抓实干。", True),
        ("今年，我们全力打造“茶香丙县”，真抓实干。", True),
        ("今年，我们认真学习“茶香丙县”理念，真抓实干。", False),
        ("今年，各村聚焦“茶香丙县”建设，真抓实干。", False),
    ],
)
def test_the_speaker_serves_the_goals_that_it_says_it_pursues(nlp, clause, pursued):
    assert ((SPEAKER, GOAL) in links(nlp, TITLE + clause, Predicate.SERVES)) is pursued


@pytest.mark.parametrize(
    ("sentence", "guided"),
    [
        (f"按照“{GOAL}”发展思路，建成{MILL}。", True),
        (f"{MILL}建成，按照“{GOAL}”发展思路发展新品。", False),
    ],
)
def test_guidance_holds_for_what_follows_it_only(nlp, sentence, guided):
    assert ((MILL, GOAL) in links(nlp, TITLE + sentence, Predicate.SERVES)) is guided


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (f"{MILL}服务“{GOAL}”建设。", True),
        (f"{MILL}投资三亿元，落实“{GOAL}”战略。", True),
        (f"{MILL}投产，围绕“{GOAL}”开发新品。", False),
    ],
)
def test_a_project_that_is_itself_said_to_serve_a_goal_does(sentence, said):
    named = {MILL: (Kind.PROJECT, None), GOAL: (Kind.STRATEGY, Level.COUNTY)}
    found = linking.read(linking.readers(), TITLE + sentence, named, COUNTY)
    assert any(link.predicate is Predicate.SERVES for _, _, link in found) is said


@pytest.mark.parametrize(
    ("announcement", "served"),
    [("围绕上述目标，重点做好以下工作：\n", True), ("重点是：\n", False)],
)
def test_headings_serve_in_turn_what_a_sentence_says_they_are_for(nlp, announcement, served):
    text = (
        f"{TITLE}总体要求是：以习近平新时代中国特色社会主义思想为指导，紧紧围绕“一带三园”发展思路，埋头苦干。\n{announcement}"
        "（一）打造“活力鹮乡”，推动升级\n修渠三里。\n（二）建设“和美鹮乡”，改善环境\n植树千亩。"
    )
    found = links(nlp, text, Predicate.SERVES)
    assert {pair for pair, basis in found.items() if basis is Basis.STRUCTURAL} == (
        {("活力鹮乡", "一带三园"), ("和美鹮乡", "一带三园")} if served else set()
    )


def test_a_counted_group_is_the_whole_of_what_is_listed_before_it():
    nlp = pipeline.load(components=[name for name in pipeline.COMPONENTS if name != "policy_tagger"])
    parts = links(nlp, "实施茶业兴县、电商富县、山水立县三大战略。", Predicate.COMPONENT_OF)
    assert parts.keys() == {(part, "三大战略") for part in ("茶业兴县", "电商富县", "山水立县")}
    assert not links(nlp, "实施茶业兴县、电商富县三大战略。", Predicate.COMPONENT_OF)


STRATEGIES = {GOAL: (Kind.STRATEGY, Level.COUNTY), "和美鹮乡": (Kind.STRATEGY, Level.COUNTY)}
WORKS = {MILL: (Kind.PROJECT, None), "鹭溪污水处理厂": (Kind.PROJECT, None), "鹭溪高新区": (Kind.ORGANIZATION, None)}
DOCTRINES = dict.fromkeys(
    ("乡村振兴战略", "脱贫攻坚战", "全面建成小康社会", "粮食安全", "习近平新时代中国特色社会主义思想"),
    (Kind.STRATEGY, Level.NATIONAL),
)
BODIES = {SPEAKER: (Kind.ORGANIZATION, None)}


@pytest.fixture(scope="module")
def related():
    readers = linking.readers()

    def found(
        text: str,
        predicate: Predicate,
        place: Place = COUNTY,
        places: Mapping[str, Place] = MappingProxyType({}),
        **more: tuple[Kind, Level | None],
    ) -> dict[tuple[str, str], Link]:
        named = {n: k for n, k in (STRATEGIES | WORKS | DOCTRINES | BODIES | more).items() if n in text}
        links = linking.read(readers, TITLE + text, named, place, places=places)
        return {(subject, obj): link for subject, obj, link in links if link.predicate is predicate}

    return found


@pytest.mark.parametrize(
    ("sentence", "spelled_out"),
    [
        ("做好“六保”工作，强化保市场主体。", True),
        ("做好“六保”工作，" + "修渠三里，" * 20 + "强化保市场主体。", False),
    ],
)
def test_the_authority_file_tells_the_parts_of_a_numbered_name_that_is_spelled_out(related, sentence, spelled_out):
    named = dict.fromkeys(("六保", "保市场主体"), (Kind.STRATEGY, Level.NATIONAL))
    assert (("保市场主体", "六保") in related(sentence, Predicate.COMPONENT_OF, **named)) is spelled_out


def test_a_heading_is_the_whole_of_those_below_it_but_not_in_a_provinces_report(related):
    named = dict.fromkeys(("绿美丙县", "清水丙县"), (Kind.STRATEGY, Level.COUNTY))
    text = "（一）建设“绿美丙县”\n1.打造“清水丙县”\n修渠三里。"
    assert related(text, Predicate.COMPONENT_OF, **named).keys() == {("清水丙县", "绿美丙县")}
    assert not related(text, Predicate.COMPONENT_OF, PROVINCE, **named)


def test_a_list_of_names_is_the_whole_of_them(related):
    whole, parts = "茶业兴县、电商富县", ("茶业兴县", "电商富县")
    named = dict.fromkeys((whole, *parts), (Kind.STRATEGY, Level.COUNTY))
    text = f"打造“{whole}”，坚持茶业兴县，推进电商富县。"
    assert related(text, Predicate.COMPONENT_OF, **named).keys() == {(part, whole) for part in parts}
    assert not related(text, Predicate.SERVES, **named)


@pytest.mark.parametrize(
    ("kind", "known", "sure"),
    [
        (Kind.STRATEGY, ("茶业兴县", "电商富县"), 0.95),
        (Kind.STRATEGY, ("茶业兴县",), 0.45),
        (Kind.POLICY, ("茶业兴县",), None),
        (Kind.SLOGAN, ("茶业兴县", "电商富县"), None),
    ],
)
def test_only_a_strategy_that_is_a_list_surely_has_the_names_in_it_as_parts(related, kind, known, sure):
    whole = "茶业兴县、电商富县"
    named = {whole: (kind, Level.COUNTY)} | dict.fromkeys(known, (kind, Level.COUNTY))
    found = related(f"坚持“{whole}”，推进{'，推进'.join(known)}。", Predicate.COMPONENT_OF, **named)
    assert {link.confidence for link in found.values()} == ({sure} if sure else set())


@pytest.mark.parametrize(("mark", "sure"), [("，", 0.94), ("。\n", 0.45)])
def test_two_names_that_a_name_counts_are_surely_its_parts_in_one_line_only(related, mark, sure):
    named = dict.fromkeys(("茶都高地", "水城高地", "两个高地"), (Kind.STRATEGY, Level.COUNTY))
    found = related(f"打造茶都高地{mark}打造水城高地。\n建设两个高地。", Predicate.COMPONENT_OF, **named)
    assert {link.confidence for link in found.values()} == {sure} and len(found) == 2


@pytest.mark.parametrize(
    ("opening", "announces"),
    [
        ("“茶香丙县”叫响品牌。", True),
        ("2023年是“茶香丙县”的开局之年。", False),
        ("“茶香丙县”叫响品牌，全县上下人心振奋，各项事业蒸蒸日上，群众日子越过越红火。", False),
    ],
)
def test_the_short_first_sentence_of_a_paragraph_announces_what_follows(related, opening, announces):
    found = related(f"{opening}{MILL}建成投产。", Predicate.SERVES)
    assert ((MILL, GOAL) in found) is announces
    if announces:
        assert found[MILL, GOAL].basis is Basis.STRUCTURAL


@pytest.mark.parametrize(("place", "announces"), [(PROVINCE, True), (COUNTY, False)])
def test_a_provinces_topic_sentence_announces_the_strategy_within_its_policys_name(related, place, announces):
    named = {"健康甲省": (Kind.STRATEGY, place.level), "健康甲省行动": (Kind.POLICY, place.level)}
    found = related(f"深入实施健康甲省行动。修渠三里。建成{MILL}。", Predicate.SERVES, place, **named)
    assert ((MILL, "健康甲省") in found) is announces


def test_a_short_sentence_within_a_paragraph_announces_until_the_next(related):
    first, second = f"“茶香丙县”叫响品牌。{MILL}建成投产。", "“和美鹮乡”成效显著。鹭溪污水处理厂开工。"
    found = related(f"全县上下同心同德，成绩喜人，修渠三里，群众高兴。{first}{second}", Predicate.SERVES)
    assert found.keys() == {(MILL, GOAL), ("鹭溪污水处理厂", "和美鹮乡")}


@pytest.mark.parametrize(
    ("item", "announces"),
    [("推动高质量发展。", True), ("推进茶叶产业高质量发展。", False), ("支持鹭湾推动高质量发展。", False)],
)
def test_a_short_sentence_within_a_paragraph_that_names_an_item_of_work_announces_nothing(related, item, announces):
    named = {"高质量发展": (Kind.STRATEGY, Level.NATIONAL)}
    text = f"全县上下同心同德，成绩喜人，修渠三里，群众高兴。{item}{MILL}建成投产。"
    assert ((MILL, "高质量发展") in related(text, Predicate.SERVES, **named)) is announces


@pytest.mark.parametrize("place", [PROVINCE, COUNTY])
def test_of_two_goals_in_one_clause_of_a_province_a_work_is_for_the_one_that_the_text_repeats_last(related, place):
    reform, opening = "全面深化改革", "高水平对外开放"
    named = dict.fromkeys((reform, opening), (Kind.STRATEGY, Level.NATIONAL))
    text = f"推动{reform}扩大{opening}。扎实推进国企改革。修渠三里。积极扩大对外开放。建成{MILL}。"
    found = related(text, Predicate.SERVES, place, **named)
    shown = {goal for (work, goal), link in found.items() if work == MILL and link.confidence >= 0.5}
    assert shown == ({opening} if place is PROVINCE else {reform, opening})


@pytest.mark.parametrize(
    ("subject", "sentence", "goal", "sure"),
    [
        ("鹮湾茶海", "打造鹮湾茶海，修渠三里", "茶香丙县", 0.7),
        ("鹮湾茶海", "鹮湾茶海的美名远扬，修渠三里", "茶香丙县", 0.49),
        ("脱贫攻坚战", "打赢脱贫攻坚战，修渠三里", "乡村振兴战略", 0.55),
        ("习近平生态文明思想", "落实习近平生态文明思想，修渠三里", "乡村振兴战略", 0.49),
    ],
)
def test_what_guides_or_only_describes_is_hardly_for_the_topic_of_its_paragraph(related, subject, sentence, goal, sure):
    named = {"鹮湾茶海": (Kind.STRATEGY, Level.COUNTY)}
    named |= {"习近平生态文明思想": (Kind.STRATEGY, Level.NATIONAL)}
    found = related(f"推进{goal}。修渠三里，群众高兴。{sentence}。", Predicate.SERVES, **named)
    assert found[subject, goal].confidence == pytest.approx(sure)


def test_a_short_sentence_that_stresses_a_strategy_is_work_itself_and_announces_nothing(related):
    text = f"全县上下同心同德，成绩喜人，修渠三里。把“茶香丙县”摆在突出位置。{MILL}建成投产。"
    assert (MILL, GOAL) not in related(text, Predicate.SERVES)


@pytest.mark.parametrize(("characters", "served"), [(100, True), (300, False)])
def test_a_short_sentence_within_a_paragraph_reaches_only_so_far(related, characters, served):
    filler = "修渠三里植树千亩群众高兴，" * (characters // 13)
    found = related(
        f"全县上下同心同德，成绩喜人，修渠三里。“茶香丙县”成效显著。{filler}{MILL}建成投产。", Predicate.SERVES
    )
    assert ((MILL, GOAL) in found) is served


def test_a_lead_of_many_clauses_tells_of_work_and_announces_nothing(related):
    brief = related(f"（一）今年工作\n聚焦“茶香丙县”建设，真抓实干：\n1.{MILL}建成投产。", Predicate.SERVES)
    long = related(f"（一）今年工作\n聚焦“茶香丙县”建设，修渠三里，植树千亩：\n1.{MILL}建成投产。", Predicate.SERVES)
    assert (MILL, GOAL) in brief and not long


def test_a_provinces_headings_are_for_works_not_for_the_bodies_that_they_name(related):
    text = f"（一）打造“茶香丙县”\n今年建成{MILL}，支持鹭溪高新区扩大。"
    assert related(text, Predicate.SERVES).keys() == {(MILL, GOAL), ("鹭溪高新区", GOAL)}
    assert related(text, Predicate.SERVES, PROVINCE).keys() == {(MILL, GOAL)}


def test_a_work_under_two_strategies_is_surer_for_that_of_its_subject(related):
    named = dict.fromkeys(("教育强省", "文旅强省"), (Kind.STRATEGY, Level.PROVINCIAL))
    park = "鹮鸣湾旅游度假区"
    text = f"（一）办好“教育强省”、提升“文旅强省”\n今年建成{park}。"
    found = related(text, Predicate.SERVES, PROVINCE, **named, **{park: (Kind.PROJECT, None)})
    assert found[park, "文旅强省"].confidence > found[park, "教育强省"].confidence


@pytest.mark.parametrize(("heading", "shown"), [("打造“茶香丙县”", True), ("打造“茶香丙县”和平安街区", False)])
def test_a_provinces_heading_that_names_more_than_a_strategy_is_surely_for_neither(related, heading, shown):
    found = related(f"（一）{heading}\n今年建成{MILL}。", Predicate.SERVES, PROVINCE)
    assert (found[MILL, GOAL].confidence >= 0.5) is shown


@pytest.mark.parametrize(("place", "aspect"), [(PROVINCE, "动力"), (COUNTY, "的澎湃动能"), (COUNTY, "")])
def test_what_only_says_of_which_sort_something_is_announces_nothing_surely(related, place, aspect):
    own = {"鹮鸣之治": (Kind.STRATEGY, place.level)}
    goal, quality = "高质量发展", {"高质量发展": (Kind.STRATEGY, Level.NATIONAL)}
    found = related(f"（一）增强{goal}{aspect}\n今年修渠三里，建成{MILL}。", Predicate.SERVES, place, **quality)
    assert (found[MILL, goal].confidence >= 0.5) is (aspect == "")
    found = related(f"增强{goal}{aspect}。今年修渠三里，推进鹮鸣之治。", Predicate.ADVANCES, place, **quality, **own)
    assert bool(found) is (aspect == "")


def test_a_result_in_the_line_of_a_heading_announces_what_follows_it(related):
    opening, topic = f"（一）建设“{GOAL}”，三大攻坚战取得新突破。", "脱贫攻坚战稳步推进。"
    found = related(f"{opening}修渠三里。{topic}{'修渠三里，' * 60}建成{MILL}。", Predicate.SERVES)
    assert (MILL, "脱贫攻坚战") in found and (MILL, GOAL) not in found
    apart = related(f"（一）建设“{GOAL}”\n修渠三里。{topic}建成{MILL}。", Predicate.SERVES)
    assert (MILL, GOAL) in apart and (MILL, "脱贫攻坚战") not in apart


@pytest.mark.parametrize(
    ("doctrine", "slogan", "served"),
    [
        ("习近平新时代中国特色社会主义思想", "两个维护", False),
        ("全面建成小康社会", "两个维护", True),
        ("习近平新时代中国特色社会主义思想", "一竿到底", True),
    ],
)
def test_no_slogan_of_the_nations_is_for_the_doctrine_of_its_sentence(related, doctrine, slogan, served):
    named = {slogan: (Kind.SLOGAN, Level.NATIONAL if slogan == "两个维护" else Level.COUNTY)}
    found = related(f"践行{doctrine}，做到“{slogan}”。", Predicate.SERVES, **named)
    assert ((slogan, doctrine) in found) is served


def test_what_stands_below_a_doctrine_from_above_is_not_for_it(related):
    doctrine = "习近平新时代中国特色社会主义思想"
    text = f"（一）坚持用{doctrine}凝心铸魂\n建成{MILL}。"
    assert not related(text, Predicate.SERVES)
    assert related(text, Predicate.SERVES, Place("中国", Level.NATIONAL)).keys() == {(MILL, doctrine)}


@pytest.mark.parametrize(("words", "taken_up"), [("以项目建设为引领", False), ("以党的理论为指导", True)])
def test_a_wide_report_takes_up_an_earlier_preamble_only_where_something_teaches(related, words, taken_up):
    own = {"美丽甲省": (Kind.STRATEGY, Level.PROVINCIAL)}
    text = f"总体要求是：建设“美丽甲省”。\n{words}，服务全面建成小康社会。"
    assert bool(related(text, Predicate.ADVANCES, PROVINCE, **own)) is taken_up


def test_a_wide_report_takes_up_nothing_that_only_one_field_is_taught(related):
    own = {"高原生态高地": (Kind.STRATEGY, Level.PROVINCIAL)}
    text = "深入贯彻绿色发展理念，建设“高原生态高地”。\n以党的理论为指导，服务全面建成小康社会。"
    found = related(text, Predicate.ADVANCES, PROVINCE, **own)
    assert ("高原生态高地", "全面建成小康社会") not in found


def test_a_topic_sentence_does_not_rule_a_document_whose_line_ends_are_lost(related):
    filler = "修渠三里，植树千亩，群众高兴。" * 60
    assert not related(f"“茶香丙县”叫响品牌。{filler}{MILL}建成投产。", Predicate.SERVES)


def test_the_countys_strategy_carries_out_the_nations_that_its_paragraph_is_about(related):
    found = related("乡村振兴战略展露新颜。全力打造“茶香丙县”，修渠三里。", Predicate.ADVANCES)
    assert found[GOAL, "乡村振兴战略"].basis is Basis.STRUCTURAL


def test_the_sentence_that_names_what_a_topic_carries_out_is_proof_too(related):
    topic, behind = "打造“茶香丙县”。", "贯彻乡村振兴战略，修渠三里。"
    (link,) = related(topic + behind, Predicate.ADVANCES).values()
    assert [span.end - span.start for span in link.evidence] == [len(topic), len(behind)]


@pytest.mark.parametrize(
    ("heading", "named", "served"),
    [
        ("高质量发展", "绿色低碳发展", True),
        ("绿色低碳发展", "高质量发展", False),
        ("鹮乡大振兴", "高质量发展", False),
    ],
)
def test_what_hundreds_of_strategies_are_for_is_not_itself_for_a_narrow_one(related, heading, named, served):
    text = f"一、今年工作\n（一）推动{heading}。坚持{named}，修渠三里。"
    strategies = dict.fromkeys((heading, named), (Kind.STRATEGY, Level.NATIONAL))
    assert ((named, heading) in related(text, Predicate.SERVES, NATION, **strategies)) is served


@pytest.mark.parametrize(
    "heading",
    ["（一）突出“茶香丙县”，建设“和美鹮乡”", "（一）锚定“和美鹮乡”目标，推进“茶香丙县”"],
)
def test_of_two_strategies_in_a_heading_one_is_for_the_other(related, heading):
    found = related(f"{heading}\n修渠三里。", Predicate.SERVES)
    assert found.keys() == {(GOAL, "和美鹮乡")} and found[GOAL, "和美鹮乡"].basis is Basis.STATED


def test_of_two_strategies_that_a_sentence_upholds_neither_is_for_the_other(related):
    assert not related("（一）坚持“茶香丙县”，坚持“和美鹮乡”\n修渠三里。", Predicate.SERVES)


def test_what_explains_a_name_in_brackets_is_no_goal_of_the_sentence(related):
    named = {"七大攻坚战": (Kind.POLICY, Level.COUNTY)}
    text = "今年的总体要求是：深入实施乡村振兴战略，打好七大攻坚战（{}等攻坚战），建设“茶香丙县”。"
    found = related(text.format("粮食安全、脱贫攻坚战"), Predicate.ADVANCES, **named)
    assert {goal for _, goal in found} == {"乡村振兴战略"}
    own = related("打好七大攻坚战（即“茶香丙县”），建成" + MILL + "。", Predicate.SERVES, **named)
    assert (MILL, GOAL) in own


def test_of_two_of_the_nations_strategies_in_a_heading_neither_is_for_the_other(related):
    strategies = dict.fromkeys(("鹮乡兴业", "鹭水安澜"), (Kind.STRATEGY, Level.NATIONAL))
    assert not related("（一）突出“鹮乡兴业”，建设“鹭水安澜”\n修渠三里。", Predicate.SERVES, NATION, **strategies)


@pytest.mark.parametrize(
    ("sentence", "beside"),
    [
        (f"“茶香丙县”成效显著，{MILL}建成投产。", True),
        (f"“茶香丙县”、“和美鹮乡”成效显著，{MILL}建成投产。", False),
        (f"“茶香丙县”成效显著；{MILL}建成投产。", False),
    ],
)
def test_a_work_is_for_the_only_strategy_of_its_sentence_but_not_surely(related, sentence, beside):
    found = related(f"全县上下同心同德，成绩喜人，修渠三里，群众高兴。{sentence}", Predicate.SERVES)
    assert found.keys() == ({(MILL, GOAL)} if beside else set())
    assert all(0.5 < link.confidence < 0.75 for link in found.values())


@pytest.mark.parametrize(("between", "beside"), [("”[29]“", False), ("”“", False), ("”的", True)])
def test_quoted_names_side_by_side_are_not_for_each_other(related, between, beside):
    named = {"鹮鸣工作法": (Kind.POLICY, Level.COUNTY)}
    text = f"统筹“{GOAL}{between}鹮鸣工作法”，修渠三里。"
    assert ((("鹮鸣工作法", GOAL)) in related(text, Predicate.SERVES, **named)) is beside


@pytest.mark.parametrize("spirit", ["习近平总书记重要讲话精神", "党的二十大精神"])
def test_what_stands_beside_a_spirit_is_not_for_it(related, spirit):
    text, named = f"学习{spirit}成效显著，{MILL}建成投产。", {spirit: (Kind.STRATEGY, Level.NATIONAL)}
    assert related(text, Predicate.SERVES, **named).keys() == set()


def test_what_a_provinces_sentence_names_beside_its_only_strategy_stays_out_of_views(related):
    found = related(f"过去一年“茶香丙县”成效显著，{MILL}建成投产。", Predicate.SERVES, PROVINCE)
    assert found[MILL, GOAL].confidence < 0.5


def test_an_honour_that_is_sought_is_for_what_its_own_clause_names(related):
    honour = "争创国家粮食安全示范县"
    apart = related(f"建成{MILL}，{honour}。", Predicate.SERVES)
    beside = related(f"{MILL}{honour}。", Predicate.SERVES)
    assert apart[MILL, "粮食安全"].confidence < 0.5 < beside[MILL, "粮食安全"].confidence
    assert related(f"推进“茶香丙县”，全力{honour}。", Predicate.ADVANCES) == {}


def test_of_two_honours_none_is_for_the_other(related):
    text = f"荣获“茶香丙县”先进单位，成功入选{MILL}名录。"
    assert related(text, Predicate.SERVES) == {}


@pytest.mark.parametrize(
    "sentence",
    [
        "“十三五”是建设“茶香丙县”的关键时期。",
        "围绕“茶香丙县”，“十三五”时期修渠三里。",
        "围绕“茶香丙县”，“十三五”开好局。",
        "围绕“茶香丙县”，落实“十三五”规划。",
        "推进“茶香丙县”建设。“十三五”规划获批。",
    ],
)
def test_a_five_year_plan_is_hardly_for_what_a_countys_sentence_or_topic_names(related, sentence):
    found = related(sentence, Predicate.SERVES, 十三五=(Kind.POLICY, Level.COUNTY))
    assert all(link.confidence < 0.5 for link in found.values())


def test_a_five_year_plan_is_for_what_the_authority_file_relates_it_to_unless_it_tells_the_time(related):
    named = {"全面建成小康社会": (Kind.STRATEGY, Level.NATIONAL), "“十三五”规划": (Kind.POLICY, Level.NATIONAL)}
    found = related("今年是全面建成小康社会和“十三五”规划收官之年。", Predicate.SERVES, **named)
    assert found["“十三五”规划", "全面建成小康社会"].confidence >= 0.5
    for text in ("“十三五”规划时期，推进全面建成小康社会。", "全面建成小康社会，“十三五”规划时期修渠三里。"):
        found = related(text, Predicate.SERVES, **named)
        assert found["“十三五”规划", "全面建成小康社会"].confidence < 0.5


def test_what_a_countys_sentence_names_beside_a_campaign_is_hardly_for_it(related):
    named = {"蓝天保卫战": (Kind.STRATEGY, Level.NATIONAL), "脱贫攻坚战": (Kind.STRATEGY, Level.NATIONAL)}
    beside = related(f"打好蓝天保卫战，建成{MILL}。", Predicate.SERVES, **named)
    assert beside[MILL, "蓝天保卫战"].confidence < 0.5
    assert related(f"打好脱贫攻坚战，建成{MILL}。", Predicate.SERVES, **named)[MILL, "脱贫攻坚战"].confidence >= 0.5


@pytest.mark.parametrize(("whose", "shown"), [("柿子产业", False), ("绿色", False), ("丙县", True), ("经济社会", True)])
def test_the_high_quality_development_of_a_branch_is_not_the_nations(related, whose, shown):
    nation = {"高质量发展": (Kind.STRATEGY, Level.NATIONAL)}
    text = f"围绕{whose}高质量发展，建成{MILL}。"
    assert (related(text, Predicate.SERVES, **nation)[MILL, "高质量发展"].confidence >= 0.5) is shown
    under = related(f"（一）推动{whose}高质量发展\n今年建成{MILL}。", Predicate.SERVES, **nation)
    assert ((MILL, "高质量发展") in under) is shown


@pytest.mark.parametrize(
    "clause",
    ["获评茶香丙县建设先进集体", "入选茶香丙县典型案例", "赴省参加茶香丙县县委书记峰会", "争创茶香丙县园林城市"],
)
def test_a_strategy_in_the_name_of_an_honour_or_meeting_is_no_goal_of_other_clauses(related, clause):
    found = related(f"{MILL}建成投产，鹭湾镇{clause}。", Predicate.SERVES)
    assert all(link.confidence < 0.5 for link in found.values())


def test_a_countys_sentence_of_four_of_the_nations_strategies_is_a_preamble(related):
    names = ["新发展理念", "新发展格局", "高质量发展", "乡村振兴战略"]
    nation = dict.fromkeys(names, (Kind.STRATEGY, Level.NATIONAL))
    text = f"践行{names[0]}，融入{names[1]}，推动{names[2]}，落实{names[3]}，建成{MILL}。"
    assert all(link.confidence < 0.5 for link in related(text, Predicate.SERVES, **nation).values())
    listed = f"践行{'、'.join(names)}，建成{MILL}。"
    found = related(listed, Predicate.SERVES, **nation)
    assert found and all(link.confidence >= 0.5 for link in found.values())


def test_a_strategy_that_only_names_a_work_is_not_for_the_topic(related):
    park = {"鹭湾丙县": (Kind.STRATEGY, Level.COUNTY), "鹭湾丙县运动公园": (Kind.PROJECT, None)}
    found = related("（一）建设茶香丙县\n新建鹭湾丙县运动公园，修渠三里。", Predicate.SERVES, **park)
    assert ("鹭湾丙县运动公园", GOAL) in found and ("鹭湾丙县", GOAL) not in found
    found = related("茶香丙县加快建设。新建鹭湾丙县运动公园，修渠三里。", Predicate.SERVES, **park)
    assert ("鹭湾丙县运动公园", GOAL) in found and ("鹭湾丙县", GOAL) not in found


def test_an_inner_sentence_that_tells_an_honour_announces_nothing(related):
    text = f"今年环境很好，空气清新。丙厂入选茶香丙县领军企业。{MILL}建成，产茶三吨。"
    assert related(text, Predicate.SERVES) == {}


def test_a_body_of_the_nations_is_hardly_for_what_a_county_does(related):
    text = "全力打造“茶香丙县”，水利部和鹭溪高新区来访。"
    nation = {"水利部": NATION}
    found = related(text, Predicate.SERVES, places=nation, 水利部=(Kind.ORGANIZATION, None))
    assert found["水利部", GOAL].confidence < 0.5 < found["鹭溪高新区", GOAL].confidence


@pytest.mark.parametrize(
    ("opening", "shown"),
    [
        ("加快打造“茶香丙县”，修渠三里，植树千亩，", True),
        ("推进“茶香丙县”建设，", True),
        ("持续深化“茶香丙县”建设，修渠三里；", True),
        ("全力“茶香丙县”，修渠三里，植树千亩，", True),
        ("“茶香丙县”建设走深走实，修渠三里；", True),
        ("“茶香丙县”、修渠三里，植树千亩，", False),
        ("实施“茶香丙县”战略，", False),
        ("打造“茶香丙县”成效显著，", False),
        ("修渠三里，打造“茶香丙县”，", False),
    ],
)
def test_what_a_provinces_sentence_opens_with_as_being_built_is_what_its_works_are_for(related, opening, shown):
    found = related(f"{opening}建成{MILL}。", Predicate.SERVES, PROVINCE)
    assert {pair for pair, link in found.items() if link.confidence >= 0.5} == ({(MILL, GOAL)} if shown else set())


@pytest.mark.parametrize(
    ("end", "shown"),
    [("加快打造“茶香丙县”", True), ("形成“茶香丙县”", True), ("争创“茶香丙县”", False), ("打造“茶香丙县”样板", False)],
)
def test_what_a_provinces_sentence_ends_in_as_being_built_is_what_its_works_are_for(related, end, shown):
    found = related(f"建成{MILL}，修渠三里，{end}。", Predicate.SERVES, PROVINCE)
    assert any(link.confidence >= 0.5 for link in found.values()) is shown


def test_a_clause_with_a_doer_of_its_own_speaks_of_that_doer(related):
    found = related(f"{MILL}建成投产，鹭溪高新区加快打造“茶香丙县”。", Predicate.SERVES)
    assert found.keys() == {("鹭溪高新区", GOAL)}


def test_the_first_clause_of_a_sentence_governs_surely_a_later_one_does_not(related):
    first = related(f"全力打造“茶香丙县”，建成{MILL}。", Predicate.SERVES)[MILL, GOAL]
    later = related(f"修渠三里，全力打造“茶香丙县”，建成{MILL}。", Predicate.SERVES)[MILL, GOAL]
    assert first.confidence > 0.9 > later.confidence


def test_villages_and_works_before_the_verb_are_for_what_they_are_made_into(related):
    named = {"鹭溪": (Kind.VILLAGE, Level.VILLAGE), "苇塘": (Kind.VILLAGE, Level.VILLAGE)}
    found = related("鹭溪、苇塘连片建成“茶香丙县”样板。", Predicate.SERVES, **named)
    assert found.keys() == {("鹭溪", GOAL), ("苇塘", GOAL)}


def test_a_countys_government_serves_its_own_strategy_not_what_guides_it_nor_what_comes_from_above(related):
    text = f"{SPEAKER}以习近平新时代中国特色社会主义思想为指导，紧盯乡村振兴战略，建设“茶香丙县”。"
    assert related(text, Predicate.SERVES).keys() == {(SPEAKER, GOAL)}
    assert {upper for _, upper in related(text, Predicate.ADVANCES)} == {
        "习近平新时代中国特色社会主义思想",
        "乡村振兴战略",
    }


def test_a_towns_government_serves_what_comes_from_above_too_but_less_surely():
    text = "丁镇工作报告\n一、打算\n丁镇人民政府以新思想为指导，紧盯乡村振兴战略，建设“茶香丁镇”。"
    town = Place("丁镇", Level.TOWNSHIP, (*COUNTY.within, COUNTY))
    named = {"丁镇人民政府": (Kind.ORGANIZATION, None), "茶香丁镇": (Kind.STRATEGY, Level.TOWNSHIP)}
    named["乡村振兴战略"] = (Kind.STRATEGY, Level.NATIONAL)
    links = linking.read(linking.readers(), text, named, town)
    sure = {goal: link.confidence for body, goal, link in links if body == "丁镇人民政府"}
    assert sure.keys() == {"茶香丁镇", "乡村振兴战略"} and sure["茶香丁镇"] > 0.5 > sure["乡村振兴战略"]


@pytest.mark.parametrize(
    ("strategy", "served"), [("畜牧养殖强镇战略", True), ("畜牧强镇", False), ("畜牧强镇、茶业富镇战略", False)]
)
def test_a_pig_farm_is_for_what_the_town_calls_its_strategy_not_for_a_motto(strategy, served):
    text = f"丁镇工作报告\n一、回顾\n鹮湾生猪养殖场建成。\n二、打算\n实施{strategy}。"
    town = Place("丁镇", Level.TOWNSHIP, (*COUNTY.within, COUNTY))
    named = {"鹮湾生猪养殖场": (Kind.PROJECT, None), strategy: (Kind.STRATEGY, Level.TOWNSHIP)}
    links = linking.read(linking.readers(), text, named, town)
    assert any(work == "鹮湾生猪养殖场" and goal == strategy for work, goal, _ in links) is served


def test_doctrines_are_related_by_the_authority_file_not_by_each_document(related):
    assert not related("脱贫攻坚战取得胜利。\n全面建成小康社会如期实现。", Predicate.SERVES)


@pytest.mark.parametrize(("goal", "near"), [("粮食安全", True), ("粮食安全示范村", False)])
def test_work_near_a_strategy_that_another_line_names_in_passing_is_not_for_it(related, goal, near):
    text = f"各村各组守好{goal}这条线，仓满囤流，颗粒归仓，家家户户都有余粮。\n新打机井八口，抓好撂荒地整治。"
    named = {"撂荒地整治": (Kind.POLICY, None), "粮食安全示范村": (Kind.PROJECT, None)}
    found = related(text, Predicate.SERVES, **named)
    assert (("撂荒地整治", "粮食安全") in found) is near


@pytest.mark.parametrize(("name", "linked"), [("鹮鸣湿地综合体", False), ("鹮鸣湿地工程", True)])
def test_a_building_called_like_a_strategy_is_the_same_thing(related, name, linked):
    named = {name: (Kind.PROJECT, None), "鹮鸣湿地": (Kind.STRATEGY, Level.COUNTY)}
    assert ((name, "鹮鸣湿地") in related(f"修渠三里。谋划{name}。", Predicate.SERVES, **named)) is linked


def test_a_work_that_begins_with_a_quoted_strategy_is_for_it(related):
    named = {"“稳就业”一揽子政策体系": (Kind.POLICY, None), "稳就业": (Kind.STRATEGY, Level.NATIONAL)}
    found = related("修渠三里。\n形成“稳就业”一揽子政策体系。", Predicate.SERVES, **named)
    assert found["“稳就业”一揽子政策体系", "稳就业"].basis is Basis.DEFINITIONAL


def test_a_committees_line_of_work_is_not_for_itself(related):
    named = {"县委一二三思路": (Kind.POLICY, Level.COUNTY), "一二三思路": (Kind.STRATEGY, Level.COUNTY)}
    assert not related("修渠三里。照县委一二三思路干。", Predicate.SERVES, **named)


@pytest.mark.parametrize(("between", "near"), [("修渠三里。", True), ("修渠三里，群众安心。" * 20, False)])
def test_work_that_nothing_relates_is_for_the_strategy_of_its_subject_named_shortly_before(related, between, near):
    text = f"各村各组守好粮食安全这条线，仓满囤流，颗粒归仓，家家户户都有余粮。{between}新打机井八口，抓好撂荒地整治。"
    found = related(text, Predicate.SERVES, 撂荒地整治=(Kind.POLICY, None))
    assert (("撂荒地整治", "粮食安全") in found) is near


@pytest.mark.parametrize(
    ("work", "served"),
    [
        ("鹭湾村鹮稻烘干车间", {"鹮稻小镇"}),
        ("鹭湾村服务中心", set()),  # any work may have a 中心
        ("鹭湾村文化广场", set()),  # 鹭湾 is the village
        ("鹮丁健身广场", set()),  # 鹮丁 is the town
    ],
)
def test_a_towns_project_is_for_its_strategy_that_names_the_same_thing(related, work, served):
    town = Place("鹮丁镇", Level.TOWNSHIP, (PROVINCE, COUNTY))
    named = dict.fromkeys(("鹮稻小镇", "鹭湾服务中心", "活力鹮丁"), (Kind.STRATEGY, Level.TOWNSHIP))
    text = f"去年建成{work}。\n今年要打造鹮稻小镇，\n也要建好鹭湾服务中心，\n更要建好活力鹮丁。"
    found = related(
        text, Predicate.SERVES, town, **named, **{work: (Kind.PROJECT, None), "鹭湾村": (Kind.VILLAGE, None)}
    )
    assert {goal for subject, goal in found if subject == work} == served


@pytest.mark.parametrize(("place", "shown"), [(COUNTY, True), (PROVINCE, False)])
def test_a_strategy_surely_carries_out_the_one_that_its_name_localises(related, place, shown):
    own = "鹭湾乡村振兴示范区"
    named = {own: (Kind.STRATEGY, place.level), "乡村振兴": (Kind.STRATEGY, Level.NATIONAL)}
    found = related(f"{own}铺开。乡村振兴有序。", Predicate.ADVANCES, place, **named)
    assert (found[own, "乡村振兴"].confidence > 0.5) is shown


def test_strategies_of_two_levels_are_linked_by_the_subject_that_both_name(related):
    text = "坚持农业强县，修渠三里。\n现代农业强市、先进制造强市成效明显。"
    levels = {"现代农业强市": Level.PREFECTURE, "先进制造强市": Level.PREFECTURE, "农业强县": Level.COUNTY}
    named = {name: (Kind.STRATEGY, level) for name, level in levels.items()}
    assert related(text, Predicate.ADVANCES, **named).keys() == {("农业强县", "现代农业强市")}


def test_a_word_that_many_strategies_share_links_none(related):
    uppers = [f"{word}农业强市" for word in ("现代", "特色", "高效")]
    named = dict.fromkeys(uppers, (Kind.STRATEGY, Level.PREFECTURE)) | {"农业强县": (Kind.STRATEGY, Level.COUNTY)}
    opening = "全县上下同心同德、真抓实干，修渠3里，坚持农业强县，群众高兴，各项事业有起色。"
    text = f"{opening}\n{'、'.join(uppers)}成效明显。"
    assert not related(text, Predicate.ADVANCES, **named)


def test_a_government_serves_nothing_in_a_report_that_another_body_gives(nlp):
    text = f"{SPEAKER}\n今年，我们聚焦“茶香丙县”建设，真抓实干。"
    document = Document(
        "t", text, "0" * 64, metadata=Metadata(place=COUNTY, level=Level.COUNTY, issuer="中国共产党丙县委员会")
    )
    assert not [k for k in pipeline.annotate(nlp, document).links if k.extractor.endswith("speaker")]


@pytest.mark.parametrize(
    ("next_topic", "served"),
    [("改进环境保护。", False), ("河道治理成效显著。", False), ("环境很好。", False), ("环境很好，空气清新。", True)],
)
def test_a_topic_within_a_line_reaches_to_the_next_topic(nlp, next_topic, served):
    text = f"{TITLE}今年要办好几件实事。好事要办好。“{GOAL}”发展思路落地。{next_topic}建成{MILL}。"
    assert ((MILL, GOAL) in links(nlp, text, Predicate.SERVES)) is served


def test_what_stands_under_a_heading_is_proved_by_heading_and_sentence(nlp):
    text = f"{TITLE}（一）打造“{GOAL}”\n今年建成{MILL}。"
    proof = next(k.evidence for s, o, k in linking.related(nlp, text, COUNTY) if (s, o) == (MILL, GOAL))
    assert [text[span.start : span.end] for span in proof] == [f"打造“{GOAL}”", f"今年建成{MILL}。"]


def test_a_document_turns_no_relation_of_the_authority_file_round(nlp):
    text = (
        f"{TITLE}今年要把群众最关心最盼望的几件实事一件一件办好办实，不能拖延。\n"
        "推动巩固拓展脱贫攻坚成果同乡村振兴有效衔接。支持乡村振兴重点帮扶县三个，用好帮扶机制。"
    )
    found = links(nlp, text, Predicate.SERVES)
    assert ("乡村振兴战略", "巩固拓展脱贫攻坚成果同乡村振兴有效衔接") not in found


def test_the_ground_that_a_document_is_made_on_does_not_serve_its_purpose(related):
    measures = dict.fromkeys(("鹭湾水费办法",), (Kind.POLICY, Level.PROVINCIAL))
    purpose = f"为建设{GOAL}，{{}}《鹭湾水费办法》等规定，{{}}。"
    assert not related(purpose.format("根据", "制定本办法"), Predicate.SERVES, **measures)
    assert related(purpose.format("出台", "建成泵站"), Predicate.SERVES, **measures)


NAMED = {
    "茶香丙县": (Kind.STRATEGY, Level.COUNTY),
    "水美丙县": (Kind.STRATEGY, Level.COUNTY),
    "鹭湾茶叶加工项目": (Kind.PROJECT, None),
    "鹮鸣湖清淤项目": (Kind.PROJECT, None),
}


def read_links(text: str) -> set[tuple[str, str]]:
    named = {name: what for name, what in NAMED.items() if name in text}
    found = linking.read(linking.readers(), text, named, COUNTY)
    return {(s, o) for s, o, link in found if link.predicate is Predicate.SERVES and link.basis is Basis.STRUCTURAL}


@pytest.mark.parametrize(
    "table",
    [
        "茶香丙县\n1\t鹭湾茶叶加工项目\t丁镇\t3200\n水美丙县\n2\t鹮鸣湖清淤项目\t戊镇\t1200",
        "|一|茶香丙县| |\n|1|鹭湾茶叶加工项目|丁镇|3200|\n|二|水美丙县| |\n|2|鹮鸣湖清淤项目|戊镇|12|",
        "茶香丙县\t1\t鹭湾茶叶加工项目\t丁镇\n水美丙县\t2\t鹮鸣湖清淤项目\t戊镇",
        "茶香丙县\n1  鹭湾茶叶加工项目  丁镇  3200\n水美丙县\n2  鹮鸣湖清淤项目  戊镇  1200",
        "茶香丙县\n1　　鹭湾茶叶加工项目　　丁镇　　32\n水美丙县\n2　　鹮鸣湖清淤项目　　戊镇　　12",
        "茶香丙县\n1\t丙村道路\t丁镇\t32\n2\t鹭湾茶叶加工项目\t\t\n水美丙县\n2\t鹮鸣湖清淤项目\t\t12",
    ],
)
def test_the_rows_of_a_table_are_for_the_strategy_that_they_stand_under(table: str) -> None:
    text = f"{TITLE}项目如下。\n序号\t名称\t地点\t投资\n{table}\n\n各镇要抓紧。"
    assert read_links(text) == {("鹭湾茶叶加工项目", "茶香丙县"), ("鹮鸣湖清淤项目", "水美丙县")}


def test_what_carries_out_a_higher_strategy_is_the_whole_and_not_its_parts() -> None:
    town = Place("丁镇", Level.TOWNSHIP, (*COUNTY.within, COUNTY))
    named = dict.fromkeys(("两条走廊", "清水走廊", "白石走廊"), (Kind.STRATEGY, Level.TOWNSHIP))
    text = "丁镇工作\n按照茶香丙县的要求，加快建设清水走廊、白石走廊，做美两条走廊。"
    found = linking.read(linking.readers(), text, named | {"茶香丙县": (Kind.STRATEGY, Level.COUNTY)}, town)
    assert {(s, o) for s, o, link in found if link.predicate is Predicate.ADVANCES} == {("两条走廊", "茶香丙县")}


MEANS = {"茶旅兴县": (Kind.STRATEGY, Level.COUNTY), "“三查三改”机制": (Kind.POLICY, Level.COUNTY)}


@pytest.mark.parametrize(
    ("sentence", "means"),
    [
        (f"坚持“茶旅兴县”发展路径，修好渠、育好茶，奋力打造“{GOAL}”。", {"茶旅兴县"}),
        (f"深化“三查三改”机制，修好渠、育好茶，全力建设“{GOAL}”。", {"“三查三改”机制"}),
        (f"锚定“茶旅兴县”目标，修好渠、育好茶，奋力打造“{GOAL}”。", set()),
        (f"坚持“茶旅兴县”发展路径；修好渠、育好茶，奋力打造“{GOAL}”。", set()),
        (f"坚持“茶旅兴县”发展路径，修好渠、育好茶，宣传“{GOAL}”。", set()),
    ],
)
def test_a_sentence_names_the_means_to_what_it_ends_in(related, sentence: str, means: set[str]) -> None:
    """What is itself aimed at, or parted by a stop, is no means; an end is built or striven for."""
    found = related("各位代表，全县上下都要动起来，" + sentence, Predicate.SERVES, **MEANS)
    assert {
        subject for (subject, goal), link in found.items() if goal == GOAL and link.extractor.endswith("means")
    } == means


def test_a_closing_call_is_for_what_it_calls_for(related) -> None:
    call = {"苦干实干、敢闯敢试": (Kind.SLOGAN, Level.COUNTY)}
    found = related(f"让我们苦干实干、敢闯敢试，为建设“{GOAL}”而努力奋斗！", Predicate.SERVES, **call)
    assert found["苦干实干、敢闯敢试", GOAL].extractor.endswith("call")


def test_a_strategy_far_below_a_heading_of_a_provinces_report_is_half_surely_for_it(related) -> None:
    text = f"（一）打造“{GOAL}”，推动升级\n今年，我们修渠三里。在镇区，加快建设“和美鹮乡”，植树千亩。"
    provincial = dict.fromkeys((GOAL, "和美鹮乡"), (Kind.STRATEGY, Level.PROVINCIAL))
    assert related(text, Predicate.SERVES, PROVINCE, **provincial)["和美鹮乡", GOAL].confidence < 0.5
    assert ("和美鹮乡", GOAL) not in related(text, Predicate.SERVES)


def test_the_caption_of_a_table_of_works_announces_its_rows(related) -> None:
    rows = f"序号|项目名称|投资\n1|{MILL}|300\n2|鹭溪污水处理厂|500\n"
    captioned = related(f"附件：丙县“{GOAL}”重点项目表\n{rows}", Predicate.SERVES)
    assert captioned.keys() == {(MILL, GOAL), ("鹭溪污水处理厂", GOAL)}
    assert not related(f"附件：丙县“{GOAL}”问卷\n{rows}", Predicate.SERVES)


def test_a_party_committee_named_with_its_government_pursues_what_that_does(nlp):
    found = links(nlp, "丙县政府工作报告\n一年来，县委、县政府聚焦“茶香丙县”建设，真抓实干。", Predicate.SERVES)
    assert {subject for subject, goal in found if goal == GOAL} == {"中共丙县委员会", SPEAKER}


def test_what_stands_below_a_heading_of_two_is_surely_for_the_speakers_own(related):
    named = {"工业强省": (Kind.STRATEGY, Level.PROVINCIAL), "茶业强县": (Kind.STRATEGY, Level.COUNTY)}
    found = related(f"（一）贯彻工业强省部署，推进茶业强县建设\n今年建成{MILL}。", Predicate.SERVES, **named)
    assert found[MILL, "茶业强县"].confidence > 0.75 > 0.6 > found[MILL, "工业强省"].confidence


def test_of_a_heading_of_two_of_its_own_what_stands_below_is_surely_for_the_last(related):
    heading = "（一）坚持茶旅立县，加快建设茶香丙县"
    named = {"茶旅立县": (Kind.STRATEGY, Level.COUNTY), GOAL: (Kind.STRATEGY, Level.COUNTY)}
    found = related(f"{heading}\n今年建成{MILL}。", Predicate.SERVES, **named)
    assert found[MILL, GOAL].confidence > 0.8 > 0.6 > found[MILL, "茶旅立县"].confidence


@pytest.mark.parametrize(
    "heading",
    ["（一）全力以赴抓脱贫、治污染、防风险，攻坚成效显著", "（一）优结构防风险，抓改革促创新", "（一）防风险促创新"],
)
def test_a_heading_announces_no_piece_of_a_list_of_doings(related, heading):
    text = f"{heading}\n今年建成{MILL}。"
    assert not related(text, Predicate.SERVES, 防风险=(Kind.STRATEGY, Level.NATIONAL))


@pytest.mark.parametrize(
    ("heading", "announces"),
    [("（一）优结构稳增长，县域实力增强", False), ("（一）稳增长强实力", False), ("（一）稳增长", True)],
)
def test_a_heading_announces_none_of_several_doings_of_three_characters(related, heading, announces):
    found = related(f"{heading}\n今年建成{MILL}。", Predicate.SERVES, 稳增长=(Kind.STRATEGY, Level.NATIONAL))
    assert ((MILL, "稳增长") in found) is announces


@pytest.mark.parametrize(("opening", "under"), [("", True), ("同时，", False)])
def test_a_paragraph_of_all_that_is_left_stands_under_no_heading(related, opening, under):
    found = related(f"（一）建设茶香丙县\n修渠三里。\n{opening}今年建成{MILL}。", Predicate.SERVES)
    assert ((MILL, GOAL) in found) is under


@pytest.mark.parametrize(
    ("heading", "opening", "under"),
    [
        ("建设茶香丙县", "修渠三里", True),
        ("建设茶香丙县", "我们要深入贯彻“一国两制”", False),
        ("建设茶香丙县", "支持国防和军队建设", False),
        ("加强国防动员，建设茶香丙县", "健全国防动员体系", True),
    ],
)
def test_what_a_wide_report_closes_with_stands_under_its_last_heading_only_where_that_names_it(
    related, heading, opening, under
):
    text = f"（一）{heading}\n植树千亩。\n{opening}，办好{MILL}。"
    assert ((MILL, GOAL) in related(text, Predicate.SERVES, PROVINCE)) is under


@pytest.mark.parametrize(("sentences", "shown"), [(2, True), (3, False)])
def test_a_topic_inside_a_provinces_line_surely_rules_the_next_sentences_only(related, sentences, shown):
    text = f"全省上下同心同德，成绩喜人，修渠三里。推进“茶香丙县”建设。{'植树千亩。' * sentences}{MILL}建成投产。"
    found = related(text, Predicate.SERVES, PROVINCE)
    assert (found[MILL, GOAL].confidence >= 0.5) is shown


@pytest.mark.parametrize(("body", "shown"), [("鹭溪公司", False), ("鹭溪港", True)])
def test_a_firm_that_only_a_works_name_holds_is_hardly_for_the_topic_of_a_provinces_line(related, body, shown):
    named = {body: (Kind.ORGANIZATION, None), f"{body}鹮鸣基地": (Kind.PROJECT, None)}
    found = related(f"推进“茶香丙县”建设。建成{body}鹮鸣基地。", Predicate.SERVES, PROVINCE, **named)
    assert (found[body, GOAL].confidence >= 0.5) is shown
    assert found[f"{body}鹮鸣基地", GOAL].confidence > 0.9


def test_the_half_of_a_heading_that_says_how_announces_nothing(related):
    named = {"实力丙县": (Kind.STRATEGY, Level.COUNTY), "高质量发展": (Kind.STRATEGY, Level.NATIONAL)}
    text = f"（一）聚焦实力丙县，以更宽视野谋划高质量发展\n今年建成{MILL}。"
    assert related(text, Predicate.SERVES, **named).keys() == {(MILL, "实力丙县")}


@pytest.mark.parametrize(
    ("heading", "goals"),
    [
        ("全力构建多支柱的现代产业体系", {"现代产业体系"}),
        ("构建现代产业体系，建设茶香丙县", {GOAL}),
        ("提升公共服务水平", set()),
    ],
)
def test_a_heading_announces_a_system_where_it_names_nothing_else(related, heading, goals):
    named = dict.fromkeys(("现代产业体系", "公共服务水平"), (Kind.STRATEGY, Level.COUNTY))
    found = related(f"（一）{heading}\n今年建成{MILL}。", Predicate.SERVES, **named)
    assert {goal for _, goal in found} == goals


def test_a_wide_reports_heading_announces_a_system_beside_its_goal(related):
    named = dict.fromkeys(("新质生产力", "现代化产业体系"), (Kind.STRATEGY, Level.NATIONAL))
    text = f"（一）发展新质生产力，建设现代化产业体系\n今年建成{MILL}。"
    found = related(text, Predicate.SERVES, Place("中国", Level.NATIONAL), **named)
    assert {goal for (_, goal), link in found.items() if link.confidence >= 0.5} == named.keys()


@pytest.mark.parametrize(("place", "goals"), [(PROVINCE, {"消费升级"}), (COUNTY, set())])
def test_a_wide_reports_heading_announces_an_upgrade(related, place, goals):
    named = {"消费升级": (Kind.STRATEGY, place.level)}
    found = related(f"（一）推动消费升级\n今年建成{MILL}。", Predicate.SERVES, place, **named)
    assert {goal for _, goal in found} == goals


def test_a_provinces_heading_that_upholds_something_announces_what_it_ends_in(related):
    named = {"鹮湾之城": (Kind.STRATEGY, PROVINCE.level)}
    found = related(f"（一）坚持“鹮湾之城”，建设“{GOAL}”\n今年建成{MILL}。", Predicate.SERVES, PROVINCE, **named)
    assert {pair for pair, link in found.items() if link.confidence >= 0.5} == {(MILL, GOAL)}


@pytest.mark.parametrize(
    ("place", "lead", "goals"),
    [
        (PROVINCE, "（一）全面深化改革。坚持改革破局，突出开放，持续用力打造“鹮湾高地”。", {"鹮湾高地"}),
        (PROVINCE, "（一）守牢底线。坚持改革破局，突出开放，持续用力打造“鹮湾高地”。", {"鹮湾高地"}),
        (PROVINCE, "（一）全面深化改革。坚持改革破局，宣传“鹮湾高地”。", {"全面深化改革"}),
        (PROVINCE, f"（一）建设“{GOAL}”。坚持改革破局，打造“鹮湾高地”。", {GOAL}),
        (PROVINCE, f"（一）全面深化改革。\n坚持改革破局，打造“鹮湾高地”。{MILL}建成。", {"全面深化改革"}),
        (COUNTY, "（一）全面深化改革。坚持改革破局，突出开放，持续用力打造“鹮湾高地”。", {"全面深化改革"}),
    ],
)
def test_a_wide_reports_lead_that_ends_in_what_the_speaker_builds_announces_that(related, place, lead, goals):
    national = {"全面深化改革": (Kind.STRATEGY, Level.NATIONAL)}
    own = dict.fromkeys(("鹮湾高地", GOAL), (Kind.STRATEGY, place.level))
    found = related(lead + "\n今年建成鹭溪污水处理厂。", Predicate.SERVES, place, **national, **own)
    below = {goal for (work, goal), link in found.items() if work == "鹭溪污水处理厂" and link.confidence >= 0.5}
    assert below == goals


def test_a_short_sentence_inside_a_provinces_line_heads_nothing(related):
    text = f"（一）建设“{GOAL}”。修渠三里。深化和美鹮乡建设。铺路六里，修桥两座。生态治理成效显著。建成{MILL}。"
    found = related(text, Predicate.SERVES, PROVINCE)
    assert {goal for work, goal in found if work == MILL} == {GOAL}


def test_a_preamble_names_what_is_carried_out_before_what_carries_it_out(related):
    before = related(f"今年的总体要求是：深入实施乡村振兴战略，建设“{GOAL}”。", Predicate.ADVANCES)
    behind = related(f"今年的总体要求是：建设“{GOAL}”，深入实施乡村振兴战略。", Predicate.ADVANCES)
    assert before[GOAL, "乡村振兴战略"].confidence > 0.8 > 0.6 > behind[GOAL, "乡村振兴战略"].confidence


def test_what_a_preamble_sets_side_by_side_carries_out_nothing_of_each_other(related):
    named = {"鹮湾之城": (Kind.STRATEGY, Level.COUNTY), "鹭溪门户": (Kind.STRATEGY, Level.PREFECTURE)}
    assert not related("今年的总体要求是：奋力建设鹮湾之城、鹭溪门户。", Predicate.ADVANCES, **named)


def test_what_a_preamble_of_two_halves_ends_in_carries_out_what_both_name(related):
    doctrine = "习近平新时代中国特色社会主义思想"
    text = f"深入贯彻{doctrine}，在修渠三里上求突破；在植树千亩上开新局，全力打造“{GOAL}”。"
    assert (GOAL, doctrine) in related(text, Predicate.ADVANCES)


@pytest.mark.parametrize(
    ("below", "part"),
    [("“人工智能+”行动", True), ("抓好“人工智能+”行动的推广", False), ("，“人工智能+”行动，修渠", True)],
)
def test_what_a_sub_heading_names_is_part_of_the_instrument_that_its_heading_names(related, below, part):
    named = dict.fromkeys(("场景应用“赋能”行动", "“人工智能+”行动"), (Kind.POLICY, Level.PROVINCIAL))
    text = f"（一）场景应用“赋能”行动\n1.{below}\n修渠三里。"
    assert bool(related(text, Predicate.COMPONENT_OF, PROVINCE, **named)) is part


def test_parts_of_the_speakers_strategy_carry_out_nothing_beside_it(related):
    text = (
        "总体要求是：以习近平新时代中国特色社会主义思想为指导，深入实施“工业强县、文旅活县”双轮战略，聚焦工业强县、文旅活县。\n"
        "（一）坚持工业强县，修厂三座。\n（二）坚持文旅活县，办节两次。"
    )
    named = {
        "习近平新时代中国特色社会主义思想": (Kind.STRATEGY, Level.NATIONAL),
        "工业强县、文旅活县": (Kind.STRATEGY, Level.COUNTY),
        "工业强县": (Kind.STRATEGY, Level.COUNTY),
        "文旅活县": (Kind.STRATEGY, Level.COUNTY),
    }
    found = linking.read(linking.readers(), TITLE + text, named, COUNTY)
    carried = {subject for subject, _, link in found if link.predicate is Predicate.ADVANCES}
    assert carried == {"工业强县、文旅活县"}


@pytest.mark.parametrize(("before", "served"), [("入选", False), ("争取", True)])
def test_a_body_that_but_chooses_or_commends_serves_nothing(related, before, served):
    named = {"鹮鸣基金会": (Kind.ORGANIZATION, None)}
    text = f"（一）打造“茶香丙县”\n修渠经验{before}鹮鸣基金会典型案例。"
    assert bool(related(text, Predicate.SERVES, **named)) is served


@pytest.mark.parametrize(("own", "carries_out"), [("三个重要抓手", False), ("三大定位", True)])
def test_a_label_of_means_carries_out_nothing_that_the_preamble_names(related, own, carries_out):
    named = {own: (Kind.STRATEGY, COUNTY.level)}
    text = f"深入贯彻乡村振兴战略，用好“{own}”，全力以赴拼经济。"
    assert bool(related(text, Predicate.ADVANCES, **named)) is carries_out
