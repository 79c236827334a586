"""The table of administrative divisions: what names mean, how places hang together, and that villages open lazily."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from ontology.divisions import NATION, Divisions, Place, divisions, village_name
from ontology.errors import AuthorityError
from ontology.terms import Level

BUNDLE = Path(__file__).parents[2] / "ontology" / "divisions.zip"


@pytest.mark.parametrize(
    ("name", "level", "path"),
    [
        ("山西省", None, ("山西省",)),
        ("山西", None, ("山西省",)),
        ("晋", None, ("山西省",)),
        ("黔", None, ("贵州省",)),
        ("运城", None, ("山西省", "运城市")),
        ("永济市", None, ("山西省", "运城市", "永济市")),
        ("内蒙古", None, ("内蒙古自治区",)),
        ("恩施", Level.PREFECTURE, ("湖北省", "恩施土家族苗族自治州")),
        ("黔东南州", None, ("贵州省", "黔东南苗族侗族自治州")),
        ("石林", Level.COUNTY, ("云南省", "昆明市", "石林彝族自治县")),
        ("浦东", None, ("上海市", "浦东新区")),
        ("济源市", None, ("河南省", "济源市")),
        ("襄樊市", None, ("湖北省", "襄阳市")),
        ("崇文区", None, ("北京市", "崇文区")),
        ("雄安", None, ("河北省", "雄安新区")),
        ("香港", None, ("香港特别行政区",)),
        ("东莞市", None, ("广东省", "东莞市")),
    ],
)
def test_a_name_is_found_with_its_chain(name: str, level: Level | None, path: tuple[str, ...]) -> None:
    assert path in [place.path for place in divisions().find(name, level=level)]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("湾丘彝族乡", ("湾丘",)),
        ("庙子沟蒙古族满族乡", ("庙子沟",)),
        ("枫树维吾尔族回族乡", ("枫树",)),
        ("阿拉坦额莫勒镇", ("阿拉坦额莫勒",)),
    ],
)
def test_a_township_of_a_nationality_is_called_without_it(name: str, short: tuple[str, ...]) -> None:
    (place,) = divisions().find(name, level=Level.TOWNSHIP)
    assert divisions().short_names(place) == short


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("三江县", "三江侗族自治县"),
        ("恩施州", "恩施土家族苗族自治州"),
        ("鄂伦春旗", "鄂伦春自治旗"),
        ("阜蒙县", "阜新蒙古族自治县"),
    ],
)
def test_a_self_governing_unit_is_called_without_its_people(name: str, full: str) -> None:
    assert [place.name for place in divisions().find(name)] == [full]


def test_namesakes_are_told_apart_by_what_contains_them() -> None:
    namesakes = divisions().find("朝阳区")
    assert {p.within[0].name for p in namesakes} == {"北京市", "吉林省", "黑龙江省"}
    assert [p.path for p in divisions().find("朝阳区", within=["长春"])] == [("吉林省", "长春市", "朝阳区")]
    assert divisions().find("朝阳区", within=["上海市"]) == ()


def test_places_come_from_the_nation_down_in_the_order_of_codes() -> None:
    found = divisions().find("吉林")
    assert [p.level for p in found][:2] == [Level.PROVINCIAL, Level.PREFECTURE]
    assert found == divisions().find("吉林")


def test_pseudo_levels_of_the_table_are_no_units() -> None:
    assert divisions().find("市辖区") == ()
    assert divisions().find("省直辖县级行政区划") == ()
    assert all(p.level is Level.COUNTY for p in divisions().children(divisions().find("北京市")[0]))


def test_the_town_of_the_gold_report_has_its_nineteen_villages() -> None:
    town = divisions().find("张营镇", within=["永济市"])[0]
    assert town.code == "140881106000"
    villages = divisions().villages(town)
    assert len(villages) == 19
    shun = next(v for v in villages if v.name == "舜帝村")
    assert (shun.code, shun.level) == ("140881106225", Level.VILLAGE)
    assert shun.path == ("山西省", "运城市", "永济市", "张营镇", "舜帝村")
    assert divisions().by_code(shun.code) == shun
    assert divisions().find("舜帝", level=Level.VILLAGE, within=["永济", "张营镇"]) == (shun,)


def test_a_city_without_districts_has_its_towns_directly() -> None:
    city = divisions().find("东莞市")[0]
    towns = divisions().children(city)
    assert len(towns) > 30
    assert {t.within for t in towns} == {city.chain}


def test_children_and_codes_agree() -> None:
    city = divisions().find("运城市")[0]
    counties = divisions().children(city)
    assert len(counties) == 13
    assert all(p.code is not None and divisions().by_code(p.code) == p for p in counties)
    assert len(divisions().children(NATION)) == 31


def test_every_village_of_the_official_table_is_there() -> None:
    table = divisions()
    with ZipFile(BUNDLE) as bundle:
        prefectures = [Path(name).stem for name in bundle.namelist() if name.startswith("villages/")]
    assert sum(1 for prefecture in prefectures for _ in table._villages_below(prefecture)) == 620_573


@pytest.mark.parametrize("name", ["张营街道办事处", "不存在的地方", ""])
def test_an_unknown_name_is_no_place(name: str) -> None:
    assert all(p.name != name for p in divisions().find(name))


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("张营村委会", "张营村"),
        ("小敬村村民委员会", "小敬村"),
        ("小敬村民委员会", "小敬村"),
        ("银闸社区居委会", "银闸社区"),
        ("四道口居民委员会", "四道口社区"),
        ("巴彦芒哈嘎查委员会", "巴彦芒哈嘎查"),
        ("大桥村（某开发区）", "大桥村"),
    ],
)
def test_a_committee_is_named_for_its_village(entry: str, name: str) -> None:
    assert village_name(entry) == name


def test_one_township_reads_one_block_of_villages() -> None:
    script = (
        "from ontology.divisions import divisions\n"
        "d = divisions(); read = []; original = d._read\n"
        "d._read = lambda member: (read.append(member), original(member))[1]\n"
        "d.villages(d.find('张营镇', within=['永济市'])[0])\n"
        "print([m for m in read if m.startswith('villages/')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "['villages/1408.tsv']"


def test_a_missing_table_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(AuthorityError, match=r"build_divisions\.py"):
        Divisions(bundle=tmp_path / "divisions.zip").find("山西省")


def test_a_renamed_unit_must_be_in_the_table(tmp_path: Path) -> None:
    names = tmp_path / "divisions.toml"
    bundled = (Path(__file__).parents[2] / "ontology" / "divisions.toml").read_text(encoding="utf-8")
    names.write_text(bundled.replace('["湖北省", "襄阳市"]', '["湖北省", "无此市"]'), encoding="utf-8")
    with pytest.raises(AuthorityError, match="无此市"):
        Divisions(names=names).find("襄樊市")


def test_a_place_knows_its_chain() -> None:
    province = Place("山西省", Level.PROVINCIAL)
    city = Place("运城市", Level.PREFECTURE, (province,))
    assert city.path == ("山西省", "运城市")
    assert city.at(Level.PROVINCIAL) == province
    assert city.at(Level.COUNTY) is None
