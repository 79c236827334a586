"""The library of questions: one ``.rq`` file each, with a header that says what it answers and what may be set.

The header is grlc's: lines that begin with ``#+`` hold YAML. A parameter is a variable with a default in a ``VALUES``
block, or one that may be left out, of which the header gives an example; so the file runs as it stands on any SPARQL
1.1 engine::

    #+ summary: All projects under a strategy
    #+ summary_zh: 一项战略之下的全部项目
    #+ description: …
    #+ description_zh: …
    #+ tags: [project, strategy]
    #+ parameters:
    #+   strategy: {label: Strategy, label_zh: 战略}
    #+   place: {label: Place, label_zh: 地方, example: 张营镇}
    PREFIX pl: <https://w3id.org/policy-lineage#>

    SELECT … { VALUES ?strategy { "三区三地"@zh } … ?place … }
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import pyoxigraph as ox
import yaml

from kg import sparql
from kg.rows import IRI
from ontology.errors import NotFound, QueryError
from ontology.iri import shortened
from ontology.terms import DCTERMS, PL, PLID, PREFIXES, RDF, RDFS, SH, SKOS, XSD, Level

_ENDING = ".rq"
_FIELDS = frozenset({"summary", "summary_zh", "description", "description_zh", "tags", "parameters"})
_LABELS = r"skos:prefLabel(?:\|skos:altLabel)?"
"""The path by which a query asks what bears a name."""

_KEYWORD = f"{DCTERMS}subject"
_LEVELS = frozenset(f"{PL}{level}" for level in Level)
_GALLERY_HEAD = """# 问题库 · The library of questions

Written by `python -m queries` from the headers of `queries/*.rq`. Every question runs by its name: `kg query NAME
--param name=value`, `graph.query("NAME", name=value)` in Python, `/queries/NAME` of `kg serve`; on a store and on any
SPARQL 1.1 endpoint alike (`kg query NAME --endpoint URL`, `kg.open(URL)`; `kg push URL` puts a graph there). As SPARQL
examples in RDF: `queries/examples.ttl`.

Where the default is “全部 all”, a parameter may be left out: the question is then asked of the whole graph. Links of
less than 0.5 confidence are left out where a question shows links; `minimum_confidence` says otherwise.
`pl:contributesTo`, on which lineages rest, follows links of any confidence.
A name is read as `kg lineage` reads it: a label, with quotation marks or without, a form that documents use, a place by
its short name (安吉) or behind those that contain it (湖州市安吉县), or an IRI as `<…>`, which tells namesakes apart.

A query of your own may be as short as this; the prefixes are known:

```sh
kg query 'SELECT ?s ?l { ?s a pl:Strategy ; pl:level pl:national ; skos:prefLabel ?l FILTER(LANG(?l) = "zh") } LIMIT 10'
```

Labels have a Chinese form (`@zh`), and an English one (`@en`) where it is known: without the `FILTER`
such a strategy is two rows, and two in a `COUNT`. To ask for a name, write its language:
`skos:prefLabel "乡村振兴战略"@zh`.
Several graphs of `FROM` are one set: a triple that stands in two of them is one row, in a `COUNT` too.
A graph of `FROM` that is not held is an empty one, as the standard has it; `kg query` says so below the answer.
"""


class Type(StrEnum):
    """What a parameter's values are."""

    NAME = "name"
    """A name in Chinese."""
    TEXT = "text"
    NUMBER = "number"
    LEVEL = "level"
    """A level of government."""
    IRI = "iri"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What may be set in a query.

    Attributes:
        name: of the variable.
        type: what its values are.
        label: what it is, in English.
        label_zh: and in Chinese.
        defaults: its values unless others are given; mostly one, none where it may be left out.
        model: a term of the kind that its values are: the first default, or an example.
    """

    name: str
    type: Type
    label: str
    label_zh: str
    defaults: tuple[sparql.Term, ...]
    model: sparql.Term

    @property
    def optional(self) -> bool:
        """Tell whether it may be left out: the question is then asked of the whole graph."""
        return not self.defaults

    @property
    def default(self) -> str:
        """Return the default as people write it: the values of the terms, IRIs with their prefix."""
        return " ".join(_written(term) for term in self.defaults)

    @property
    def example(self) -> str:
        """Return a value as people write it."""
        return _written(self.model)

    def is_set(self, value: Any) -> bool:
        """Tell whether a value sets it: None, nothing and the default leave it as it stands."""
        return value is not None and value not in ("", self.default)

    def means(self, text: str, entities: Mapping[str, str]) -> str:
        """Return a query that asks for entities, IRI with label, in place of whatever bears a name."""
        iris = " ".join(str(sparql.term(f"<{iri}>", like="<>")) for iri in entities)
        labels = " ".join(str(ox.Literal(label, language="zh")) for label in sorted(set(entities.values())))
        text = re.sub(rf"VALUES \?{self.name} \{{[^{{}}]*\}}", "", text)
        bearer = rf"\?\w+(?= {_LABELS} \?{self.name}\b)"
        either = f"VALUES ?{self.name} {{ {labels} }}"
        return re.sub(bearer, lambda found: f"{either} VALUES {found[0]} {{ {iris} }} {found[0]}", text)

    def meaning(self, name: str, entities: Mapping[IRI, str | None]) -> Mapping[IRI, str] | sparql.Term:
        """Return what ``Query.bind`` takes for a name: those entities that have a label, or else the name as it is."""
        return {iri: label for iri, label in entities.items() if label} or self.term(name)

    def term(self, value: Any) -> sparql.Term:
        """Return a value as the query takes it.

        Raises:
            QueryError: it does not fit the type.
        """
        term = sparql.term(value, like=str(self.model))
        if self.type is Type.LEVEL and (isinstance(term, ox.Literal) or term.value not in _LEVELS):
            raise QueryError(
                f"{value!r} is no level; take one of {', '.join(Level)}", subject=self.name, code="PL-QUERY-PARAMETER"
            )
        return term


@dataclass(frozen=True, slots=True)
class Query:
    """A question of policy research.

    Attributes:
        name: by which it is called, the file's.
        summary: the question in a line, in English.
        summary_zh: and in Chinese.
        description: what the answer is made of, in English.
        description_zh: and in Chinese.
        tags: what it is about.
        parameters: what may be set.
        text: SPARQL, with the defaults.
    """

    name: str
    summary: str
    summary_zh: str
    description: str
    description_zh: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    text: str

    def bind(self, **parameters: Any) -> str:
        """Return the SPARQL text with parameters set; see ``kg.sparql.bind``.

        What is None, empty, or written as the default is leaves a parameter as it stands. For a name, the entities
        that it means may be given instead: their IRIs with their labels.

        Raises:
            QueryError: the query has no such parameter, or the value does not fit its type.

        >>> '"甲镇"@zh' in load("unserved-strategies").bind(township="甲镇")
        True
        >>> load("glossary").bind(place="") == load("glossary").text
        True
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        terms = {}
        text = self.text
        for name, value in parameters.items():
            if name not in known:
                has = f"it has {', '.join(known)}" if known else "it has none"
                raise QueryError(
                    f"query {self.name} has no parameter {name}; {has}", subject=name, code="PL-QUERY-PARAMETER"
                )
            if isinstance(value, Mapping):
                text = known[name].means(text, value)
            elif known[name].is_set(value):
                terms[name] = known[name].term(value)
        return sparql.bind(text, terms)

    def names(self, parameters: Mapping[str, Any]) -> Iterator[tuple[Parameter, str]]:
        """Yield those that are set to a name as somebody writes it, whose meaning only a graph knows."""
        for parameter in self.parameters:
            value = parameters.get(parameter.name)
            if parameter.type is Type.NAME and isinstance(value, str | ox.NamedNode) and parameter.is_set(value):
                yield parameter, str(value)

    def unknown_names(self, **parameters: Any) -> str | None:
        """Return SPARQL for those of the names asked for that a graph does not know; None where no name is asked for.

        >>> '"甲镇"@zh' in load("unserved-strategies").unknown_names(township="甲镇")
        True
        >>> load("glossary").unknown_names() is None
        True
        """
        names: list[sparql.Term] = []
        for parameter in self.parameters:
            if parameter.type is Type.NAME:
                value = parameters.get(parameter.name)
                if isinstance(value, Mapping):  # entities, which the graph has
                    continue
                names += [parameter.term(value)] if parameter.is_set(value) else parameter.defaults
        if not names:
            return None
        return f"""SELECT DISTINCT ?name {{
          VALUES ?name {{ {" ".join(map(str, names))} }}
          FILTER NOT EXISTS {{ ?thing skos:prefLabel|skos:altLabel ?name }}
        }} ORDER BY ?name"""


def library() -> tuple[Query, ...]:
    """Return every query of the library, by name."""
    folder = files("queries")
    names = (path.name for path in folder.iterdir() if path.name.endswith(_ENDING))
    return tuple(load(name.removesuffix(_ENDING)) for name in sorted(names))


@cache
def load(name: str) -> Query:
    """Return a query of the library.

    Raises:
        NotFound: the library has no query of that name.
        QueryError: its header or a parameter breaks the rules.

    >>> load("unserved-strategies").parameters[0].default
    '张营镇'
    """
    path = files("queries") / f"{name}{_ENDING}"
    if not re.fullmatch(r"[\w-]+", name) or not path.is_file():
        raise NotFound(f"the library has no query {name}; kg query --list names them", subject=name)
    return parse(name, path.read_text(encoding="utf-8"))


def parse(name: str, text: str) -> Query:
    """Read a query with its header.

    Args:
        name: by which it is called.
        text: content of the ``.rq`` file.

    Raises:
        QueryError: a field of the header is missing, unknown or of the wrong form, a parameter has no default, or the
            text is no SPARQL.
    """
    lines = text.splitlines(keepends=True)
    header = "".join(line[2:].removeprefix(" ") for line in lines if line.startswith("#+"))
    body = "".join(line for line in lines if not line.startswith("#+")).strip() + "\n"
    try:
        fields = yaml.safe_load(header)
        if not isinstance(fields, Mapping) or fields.keys() - _FIELDS or _FIELDS - {"parameters"} - fields.keys():
            raise ValueError(f"the header has the fields {', '.join(sorted(_FIELDS))}")
        parameters = tuple(
            _parameter(variable, about, body) for variable, about in (fields.get("parameters") or {}).items()
        )
        ox.Store().query(body)
    except (yaml.YAMLError, ValueError, KeyError, TypeError, SyntaxError) as error:
        raise QueryError(f"query {name} can't be used: {error}", subject=name) from error
    return Query(
        name,
        str(fields["summary"]),
        str(fields["summary_zh"]),
        " ".join(str(fields["description"]).split()),
        str(fields["description_zh"]),
        tuple(fields["tags"]),
        parameters,
        body,
    )


def as_rdf(queries: Iterable[Query] | None = None) -> str:
    """Return the queries as SPARQL examples in Turtle: one ``sh:SPARQLSelectExecutable`` each.

    Args:
        queries: what to publish; the whole library by default.
    """
    triples = [triple for query in (library() if queries is None else queries) for triple in _example(query)]
    used = {prefix: PREFIXES[prefix] for prefix in ("dcterms", "pl", "rdfs", "sh", "skos", "xsd")}
    content = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=used)
    assert content is not None  # only None where an output is given
    return content.decode()


def gallery() -> str:
    """Return the library as a page in Markdown."""
    parts = [_GALLERY_HEAD]
    for query in library():
        parts.append(f"## {query.name}\n\n**{query.summary_zh}** · {query.summary}\n")
        parts.append(f"{query.description_zh}\n\n{query.description}\n")
        if query.parameters:
            parts.append("| parameter | 参数 | meaning | default |\n|---|---|---|---|")
            for p in query.parameters:
                default = "全部 all" if p.optional else f"`{p.default}`"
                parts.append(f"| `{p.name}` | {p.label_zh} | {p.label} | {default} |")
            parts.append("")
        settings = "".join(f" --param {p.name}={p.example}" for p in query.parameters if len(p.defaults) < 2)
        parts.append(f"```sh\nkg query {query.name}{settings}\n```\n\nTags: {', '.join(query.tags)}\n")
    return "\n".join(parts)


def _example(query: Query) -> Iterator[ox.Triple]:
    node = ox.NamedNode(f"{PLID}query/{query.name}")

    def say(predicate: str, value: sparql.Term, of: ox.NamedNode = node) -> ox.Triple:
        return ox.Triple(of, ox.NamedNode(predicate), value)

    def both(predicate: str, english: str, chinese: str, of: ox.NamedNode = node) -> Iterator[ox.Triple]:
        yield say(predicate, ox.Literal(english, language="en"), of)
        yield say(predicate, ox.Literal(chinese, language="zh"), of)

    yield say(f"{RDF}type", ox.NamedNode(f"{SH}SPARQLExecutable"))
    yield say(f"{RDF}type", ox.NamedNode(f"{SH}SPARQLSelectExecutable"))
    yield from both(f"{RDFS}label", query.summary, query.summary_zh)
    yield from both(f"{RDFS}comment", query.description, query.description_zh)
    yield say(f"{SH}select", ox.Literal(query.text))
    for tag in query.tags:
        yield say(_KEYWORD, ox.Literal(tag))
    for parameter in query.parameters:
        about = ox.NamedNode(f"{node.value}#{parameter.name}")
        yield say(f"{SH}parameter", about)
        yield say(f"{RDF}type", ox.NamedNode(f"{SH}Parameter"), about)
        yield say(f"{SH}path", ox.NamedNode(f"{PL}{parameter.name}"), about)
        yield from both(f"{SH}name", parameter.label, parameter.label_zh, about)
        if parameter.optional:
            yield say(f"{SH}optional", ox.Literal(True), about)
            yield say(f"{SKOS}example", parameter.model, about)
        elif len(parameter.defaults) == 1:
            yield say(f"{SH}defaultValue", parameter.model, about)


def _parameter(name: str, about: Mapping[str, Any], body: str) -> Parameter:
    """Read a parameter of a header.

    Raises:
        ValueError: it has neither a default in the query nor an example, or both, or two defaults.
        KeyError: it lacks a label.
    """
    defaults: tuple[sparql.Term, ...] = ()
    blocks = re.findall(rf"VALUES\s*\?{re.escape(name)}\s*\{{([^{{}}]*)\}}", body)
    if "example" in about:
        if blocks or not re.search(rf"\?{re.escape(name)}\b", body):
            raise ValueError(f"parameter {name} has an example, so ?{name} stands in the query without a default")
        model: sparql.Term = ox.Literal(about["example"])
        if isinstance(about["example"], str):
            model = ox.Literal(about["example"], language="zh")
    else:
        if len({" ".join(block.split()) for block in blocks}) != 1:
            raise ValueError(f"parameter {name} needs one default, VALUES ?{name} {{ … }}, or an example")
        results: Any = ox.Store().query(f"SELECT * {{ VALUES ?{name} {{ {blocks[0]} }} }}", prefixes=PREFIXES)
        defaults = tuple(solution[name] for solution in results)
        if not defaults:
            raise ValueError(f"the default of parameter {name} is empty")
        model = defaults[0]
    return Parameter(name, _type(model), about["label"], about["label_zh"], defaults, model)


def _type(term: sparql.Term) -> Type:
    if isinstance(term, ox.NamedNode):
        return Type.LEVEL if term.value in _LEVELS else Type.IRI
    if term.language:
        return Type.NAME
    numeric = {f"{XSD}{name}" for name in ("integer", "decimal", "double")}
    return Type.NUMBER if term.datatype.value in numeric else Type.TEXT


def _written(term: sparql.Term) -> str:
    return term.value if isinstance(term, ox.Literal) else shortened(term.value)
