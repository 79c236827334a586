"""The library: every query has its answer on an invented province, the same on four engines; headers, terms, RDF."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

import kg
import queries
from kg import decisions, guard, sparql
from kg.cli import main
from kg.decisions import Decision
from kg.push import push
from kg.rows import IRI, Cell, cell
from kg.store import writing
from kg.vocabulary import NOT_SPENT
from ontology.errors import NotFound, QueryError
from ontology.terms import PL, PLID, PREFIXES, RDFS, SH, Predicate
from tests import servers
from tests.queries import world

ANSWERS = Path(__file__).parent / "answers"
NAMES = [query.name for query in queries.library()]
CASES = sorted(path.stem for path in ANSWERS.glob("*.tsv"))
"""Names of queries; ``NAME.everywhere`` without the parameters that may be left out."""

EXAMPLES = Path(__file__).parents[2] / "queries" / "examples.ttl"


@dataclass(frozen=True)
class Expected:
    """What ``answers/CASE.tsv`` holds: ``# name=value`` a parameter, then a table."""

    query: str
    parameters: dict[str, str]
    names: list[str]
    rows: Counter[tuple[str, ...]]


def expected(case: str) -> Expected:
    lines = (ANSWERS / f"{case}.tsv").read_text(encoding="utf-8").splitlines()
    comments = [line.removeprefix("# ") for line in lines if line.startswith("# ")]
    table = list(csv.reader((line for line in lines if not line.startswith("# ")), delimiter="\t"))
    return Expected(
        case.partition(".")[0],
        dict(comment.split("=", 1) for comment in comments),
        table[0],
        Counter(tuple(row) for row in table[1:]),
    )


def written(value: Cell) -> str:
    if value is None:
        return ""
    return value.short if isinstance(value, IRI) else str(value)


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return world.store()


@pytest.fixture(scope="module")
def folder(store: ox.Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented province as a published store."""
    path = tmp_path_factory.mktemp("world")
    graphs: dict[Any, list[ox.Triple]] = {}
    for quad in store:
        if isinstance(quad.graph_name, ox.NamedNode):
            graphs.setdefault(quad.graph_name, []).append(quad.triple)
    with writing(path) as draft:
        draft.replace_graphs(graphs.items())
        draft.publish()
    return path


@pytest.fixture(scope="module")
def ours(folder: Path) -> Iterator[kg.Graph]:
    with kg.open(folder) as graph:
        yield graph


@pytest.fixture(scope="module", params=[servers.oxigraph, servers.virtuoso], ids=["oxigraph", "virtuoso"])
def remote(request: pytest.FixtureRequest, folder: Path) -> Iterator[kg.Graph]:
    with request.param() as server:
        user, password = server.user or (None, None)
        push(server.store, store=folder, user=user, password=password, union=not server.makes_union)
        yield kg.open(server.query, timeout=30)


@pytest.fixture(scope="module")
def foreign(store: ox.Store) -> rdflib.Dataset:
    """The same quads in rdflib's own store, asked with rdflib's own engine."""
    dataset = rdflib.Dataset(default_union=True)
    quads = [quad for quad in store if isinstance(quad.graph_name, ox.NamedNode)]
    content = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert content is not None
    dataset.parse(data=content, format="nquads")
    return dataset


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_the_one_written_down(ours: kg.Graph, case: str) -> None:
    known = expected(case)
    rows = ours.query(known.query, **known.parameters)
    assert list(rows.names) == known.names
    assert Counter(tuple(map(written, row)) for row in rows) == known.rows
    assert known.rows, "a query that finds nothing would pass for the wrong reasons"


@pytest.mark.parametrize("case", CASES)
def test_rdflibs_engine_gives_the_same_rows(foreign: rdflib.Dataset, case: str) -> None:
    known = expected(case)
    results = foreign.query(queries.load(known.query).bind(**known.parameters))
    rows = (tuple(None if term is None else cell(sparql.term(term)) for term in row) for row in results)  # type: ignore[union-attr]
    assert Counter(tuple(map(written, row)) for row in rows) == known.rows


@pytest.mark.parametrize("case", CASES)
def test_servers_give_the_same_rows(remote: kg.Graph, case: str) -> None:
    known = expected(case)
    rows = remote.query(known.query, **known.parameters)
    assert Counter(tuple(map(written, row)) for row in rows) == known.rows


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_rows_is_settled(ours: kg.Graph, case: str) -> None:
    known = expected(case)
    assert "order" in {token.keyword for token in guard.tokenize(queries.load(known.query).text) if token.depth == 0}
    rows = list(ours.query(known.query, **known.parameters))
    again = list(ours.query(known.query, **known.parameters))
    assert rows == again


@pytest.mark.parametrize(
    ("query", "parameters", "rejected"),
    [
        ("entity-lineage", {"name": "水渠工程"}, ("Project", "水渠工程", Predicate.SERVES, "三区三地")),
        ("village-lineage", {"village": "舜耕村"}, ("Project", "水渠工程", Predicate.SERVES, "三区三地")),
        ("strategy-direct", {"strategy": "三区三地"}, ("Project", "水渠工程", Predicate.SERVES, "三区三地")),
        ("strategy-parts", {"strategy": "三区三地"}, ("Strategy", "甜蜜戊镇", Predicate.COMPONENT_OF, "三区三地")),
        (
            "name-on-the-way-down",
            {"strategy": "大江保护"},
            ("Strategy", "大江示范区（丁段）", Predicate.ADVANCES, "大江实验区"),
        ),
    ],
)
def test_a_link_that_curators_reject_is_in_no_answer(
    query: str, parameters: dict[str, str], rejected: tuple[str, str, Predicate, str]
) -> None:
    store = world.store()
    graph = kg.open(store)
    kind, *_, relation, _ = rejected
    find = "SELECT ?e { ?e a ?kind ; skos:prefLabel ?name FILTER(STR(?name) = ?called) }"
    ends = [
        graph.query(find, kind=IRI(f"{PL}{kind}"), called=name)[0].e
        for kind, name in ((kind, rejected[1]), ("Strategy", rejected[3]))
    ]
    before = list(graph.query(query, **parameters, minimum_confidence=0))
    decision = Decision(2, ends[0], relation, ends[1], False, "名称相同而已")
    for triple in decisions.statements([decision]):
        store.add(ox.Quad(*triple, decisions.GRAPH))
        store.add(ox.Quad(*triple))
    assert list(graph.query(query, **parameters, minimum_confidence=0)) == before
    reasons = graph.query("link-evidence", subject=rejected[1], object=rejected[3])
    assert before and f"{PL}curated" not in {row.basis for row in reasons}


@pytest.mark.parametrize("engine", ["oxigraph", "rdflib"])
def test_what_contributes_only_to_a_lower_strategy_is_tied_to_no_higher_one(engine: str) -> None:
    data = "".join(
        f'<urn:{name}> a pl:Strategy ; pl:level pl:{level} ; pl:issuer <urn:unit> ; skos:prefLabel "{name}"@zh .\n'
        for name, level in {"强县": "county", "活县": "county", "兴镇": "township", "强省": "provincial"}.items()
    )
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    data += '<urn:unit> skos:prefLabel "甲地"@zh . <urn:强县> pl:contributesTo <urn:兴镇> .'
    data += "<urn:活县> pl:contributesTo <urn:兴镇> , <urn:强省> ."
    query = queries.load("unanchored-strategies").bind()
    if engine == "rdflib":
        names = [str(row["strategy_name"]) for row in rdflib.Graph().parse(data=prefixes + data).query(query)]  # type: ignore[index]
    else:
        store = ox.Store()
        store.load((prefixes + data).encode(), format=ox.RdfFormat.TURTLE)
        names = [row.strategy_name for row in kg.open(store).query(query)]
    assert sorted(names) == ["兴镇", "强县", "强省"]


def test_documents_have_the_issuer_and_place_that_info_tells(graph: kg.Graph) -> None:
    told = {held.identifier: (held.issuer, held.place[-1] if held.place else None) for held in graph.info().documents}
    assert {row.document: (row.issuer_name, row.place_name) for row in graph.query("documents")} == told
    assert "国务院" in {issuer for issuer, _ in told.values()}


def test_there_are_enough_questions_each_with_its_words() -> None:
    assert len(NAMES) >= 25
    for query in queries.library():
        assert query.tags and query.description.endswith(".") and query.description_zh.endswith("。")
        for english, chinese in (
            (query.summary, query.summary_zh),
            (query.description, query.description_zh),
            *((parameter.label, parameter.label_zh) for parameter in query.parameters),
        ):
            assert english[0].isascii() and any("\u4e00" <= character <= "\u9fff" for character in chinese)
        cases = {query.name} | ({f"{query.name}.everywhere"} if any(p.optional for p in query.parameters) else set())
        assert cases == {case for case in CASES if case.partition(".")[0] == query.name}


@pytest.mark.parametrize("query", queries.library(), ids=NAMES)
def test_every_parameter_changes_the_query(query: queries.Query) -> None:
    for parameter in query.parameters:
        value = {"number": "7.5", "level": "pl:village"}.get(parameter.type, '无"此}名')
        if parameter.example.isdecimal():
            value = "7"
        bound = query.bind(**{parameter.name: value})
        assert bound != query.text
        ox.Store().query(bound)


@pytest.mark.parametrize("query", queries.library(), ids=lambda query: query.name)
def test_entities_stand_wherever_a_name_does(query: queries.Query) -> None:
    for parameter in query.parameters:
        if parameter.type == "name":
            bound = query.bind(**{parameter.name: {"urn:一": "甲", "urn:二": "乙"}})
            assert bound.count('{ "乙"@zh "甲"@zh } VALUES ?') == max(
                1, query.text.count(f"VALUES ?{parameter.name} {{")
            )
            assert str(parameter.model) not in bound
            ox.Store().query(bound)


def test_parameters_are_terms_of_the_defaults_type() -> None:
    query = queries.load("links-to-check")
    assert [(p.name, p.type, p.default, p.example) for p in query.parameters] == [
        ("place", "name", "", "张营镇"),
        ("maximum_confidence", "number", "0.6", "0.6"),
    ]
    assert '"甲\\"} 镇"@zh' in query.bind(place='甲"} 镇')
    with pytest.raises(QueryError, match="no decimal"):
        query.bind(maximum_confidence="half")
    with pytest.raises(QueryError, match="has no parameter village; it has place, maximum_confidence"):
        query.bind(village="甲村")


def test_what_is_empty_or_the_default_leaves_a_parameter_as_it_stands() -> None:
    query = queries.load("broken-chains")
    for given in ({}, {"township": None}, {"township": "", "missing": ""}, {"missing": "pl:county pl:prefecture"}):
        assert query.bind(**given) == query.text
    assert 'VALUES ?township { "甲镇"@zh }' in query.bind(township="甲镇")


def test_a_level_goes_by_its_name_and_there_is_no_other() -> None:
    query = queries.load("strategies-by-level")
    ways = ("county", "pl:county", f"<{PL}county>", IRI(f"{PL}county"))
    assert len({query.bind(level=way) for way in ways}) == 1
    for wrong in ("county-level", "pl:Strategy", 3):
        with pytest.raises(QueryError, match="no level; take one of national"):
            query.bind(level=wrong)


def test_all_defaults_show_and_one_value_takes_their_place() -> None:
    level = next(p for p in queries.load("broken-chains").parameters if p.name == "missing")
    assert level.default == "pl:county pl:prefecture"
    assert "pl:prefecture }" not in queries.load("broken-chains").bind(missing="pl:county")


def test_unknown_names_are_not_found() -> None:
    for name in ("no-such-query", "../ontology/strategies", "library", ""):
        with pytest.raises(NotFound):
            queries.load(name)


HEADER = "#+ summary: a\n#+ summary_zh: 甲\n#+ description: b\n#+ description_zh: 乙\n#+ tags: [c]\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("SELECT * {}", "the header has the fields"),
        (f"{HEADER}#+ colour: red\nSELECT * {{}}", "the header has the fields"),
        (f"{HEADER}#+ parameters: {{x: {{label: X, label_zh: 甲}}}}\nSELECT * {{ ?x ?y ?z }}", "needs one default"),
        (
            f"{HEADER}#+ parameters: {{x: {{label: X, label_zh: 甲, example: 乙}}}}\nASK {{ ?y ?y ?y }}",
            "has an example",
        ),
        (f"{HEADER}SELECT * {{", "can't be used"),
        (f"{HEADER}#+ tags: [c\nSELECT * {{}}", "can't be used"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(text: str, complaint: str) -> None:
    with pytest.raises(QueryError, match=complaint) as caught:
        queries.parse("mine", text)
    assert "\n" not in str(caught.value)


def test_the_library_is_published_as_sparql_examples() -> None:
    store = ox.Store()
    store.load(queries.as_rdf().encode(), format=ox.RdfFormat.TURTLE)
    kind = ox.NamedNode(f"{SH}SPARQLSelectExecutable")
    nodes = {quad.subject.value for quad in store.quads_for_pattern(None, None, kind)}
    assert nodes == {f"{PLID}query/{name}" for name in NAMES}
    for quad in store.quads_for_pattern(None, ox.NamedNode(f"{SH}select"), None):
        assert quad.object.value == queries.load(quad.subject.value.rsplit("/", 1)[-1]).text
    defaults = store.quads_for_pattern(
        ox.NamedNode(f"{PLID}query/unserved-strategies#level"), ox.NamedNode(f"{SH}defaultValue"), None
    )
    assert [quad.object.value for quad in defaults] == [f"{PL}national"]
    example = ox.NamedNode(f"{PLID}query/glossary")
    words = {quad.object.language for quad in store.quads_for_pattern(example, ox.NamedNode(f"{RDFS}comment"), None)}
    assert words == {"zh", "en"}
    optional = store.quads_for_pattern(
        ox.NamedNode(f"{PLID}query/glossary#place"), ox.NamedNode(f"{SH}optional"), ox.Literal(True)
    )
    assert len(list(optional)) == 1
    committed = EXAMPLES.read_text(encoding="utf-8")
    assert committed == queries.as_rdf(), "run: python -m queries"


@pytest.mark.parametrize(("locale", "chinese"), [("en_GB.UTF-8", False), ("zh_CN.UTF-8", True), ("C", True)])
def test_the_command_line_lists_them_in_the_readers_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, locale: str, chinese: bool
) -> None:
    monkeypatch.delenv("LANGUAGE", raising=False)
    monkeypatch.setenv("LC_ALL", locale)
    with pytest.raises(SystemExit) as left:
        main(["query", "--list"])
    shown = capsys.readouterr().out
    assert left.value.code == 0
    for query in queries.library():
        assert f"{query.name}  {query.summary_zh if chinese else query.summary}\n" in shown
        assert ((query.description_zh if chinese else query.description) in shown) and query.name in shown
    default = "甲乡镇  (默认 张营镇)" if chinese else "First township  (default 张营镇)"
    example = "地方  (可不给，即全部；例如 张营镇)" if chinese else "Place  (all; for example 张营镇)"
    assert f"    --param first=…  {default}\n" in shown and f"    --param place=…  {example}\n" in shown


def test_the_gallery_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "queries.md"
    assert page.read_text(encoding="utf-8") == queries.gallery(), "run: python -m queries"


def test_the_questions_find_the_yellow_river_chain(tmp_path: Path) -> None:
    """The example corpus: where a village's way up leads, and where the chain is broken."""
    from kg import example

    kg.build(example.folder(), store=tmp_path, metadata=example.metadata())
    with kg.open(tmp_path) as graph:
        steps = {(row.from_name, row.to_name) for row in graph.query("entity-lineage")}
        here, city = (f"黄河流域（{part}段）生态保护和高质量发展示范区" for part in ("张营", "运城"))
        province, nation = "黄河流域生态保护和高质量发展重要实验区", "黄河流域生态保护和高质量发展"
        assert {(here, city), (city, province), (province, nation)} <= steps
        assert {here, city, province} <= {row.name for row in graph.query("name-on-the-way-down")}
        assert any(row.strategy_name == here and row.missing == f"{PL}county" for row in graph.query("broken-chains"))
        assert "京津冀协同发展" in {row.strategy_name for row in graph.query("unserved-strategies")}
        used = {(row.year, row.level.local) for row in graph.query("slogan-first-use")}
        assert (2022, "township") in used and (2023, "national") in used
        under = list(graph.query("projects-under-strategy", strategy="乡村振兴战略"))
        assert len(under) == len({row.project for row in under}) > 1, "one row a project"
        assert "locatedIn" not in {row.relation.local for row in under}, "a place is no strategy on the way"
        empty = {name for name in NAMES if not len(graph.query(name))}
    assert empty <= {"units-without-documents", "villages-without-projects"}, "the defaults have answers there"


def test_money_spent_is_told_from_other_sums_as_the_pictures_do() -> None:
    assert NOT_SPENT in queries.load("money-by-strategy").bind()
