"""An invented country whose townships all report, as large as asked for: the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox

from extract.annotation import Annotation, Entity, Indicator, Link
from extract.document import Document, Metadata, Place, Section, Span, Structure
from kg.derive import derive
from kg.statements import statements
from kg.store import writing
from ontology.scheme import Scheme
from ontology.terms import Basis, Kind, Level, Period, Predicate, Status

TRIPLES_A_TOWNSHIP = 4_000
"""Triples that one township's reports add to the union, measured."""

_PARTS, _COUNTIES, _TOWNS = 3, 4, 5
"""Prefectures of a province, counties of a prefecture, towns of a county."""

_THEMES = ("大江保护", "乡村振兴", "数字建设", "科教兴国", "对外开放", "健康行动", "文化传承", "绿色转型")
_Thing: TypeAlias = tuple[Kind, str, Level | None]

_SCHEME = Scheme((), {})


@dataclass
class _Report:
    """A report while it is being written: each sentence states one link."""

    place: Place
    year: int
    text: str = ""
    entities: dict[str, Entity] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    sentences: list[Span] = field(default_factory=list)

    def say(self, subject: _Thing, relation: Predicate, object_: _Thing, *others: _Thing) -> None:
        """Write a sentence that relates two entities, and names others."""
        start = len(self.text)
        confidence = (0.95, 0.8, 0.6, 0.4)[len(self.links) % 4]
        for kind, name, level in (subject, object_, *others):
            span = Span(len(self.text), len(self.text) + len(name))
            self.text += f"{name}推进"
            known = self.entities.get(name)
            mentions = (*known.mentions, span) if known else (span,)
            status = (Status.PLANNED, Status.COMPLETED)[self.year - 2022] if kind is Kind.PROJECT else None
            where = Place(name, Level.VILLAGE, (*self.place.within, self.place)) if kind is Kind.VILLAGE else None
            definition = f"{name}的内容" if level is self.place.level else None
            self.entities[name] = Entity(
                name, kind, name, mentions, level, place=where, status=status, definition=definition
            )
        sentence = Span(start, len(self.text))
        self.text += "。\n"
        self.sentences.append(sentence)
        self.links.append(Link(subject[1], relation, object_[1], Basis.STATED, confidence, (sentence,), "benchmark"))

    def count(self, name: str, value: int, period: Period) -> None:
        """Write how much an entity costs."""
        start = len(self.text)
        self.text += f"{value}元。\n"
        span = Span(start, len(self.text) - 2)
        number = f"i{len(self.indicators)}"
        self.indicators.append(Indicator(number, span, Decimal(value), "元", "投资", name, period))

    def annotation(self) -> Annotation:
        """Return the report as extraction would give it."""
        metadata = Metadata(f"{self.place.name}报告", str(self.year), self.year, self.place.level, self.place)
        document = Document(f"{self.place.name}_{self.year}", self.text, "0" * 64, metadata=metadata)
        whole = Section(Span(0, len(self.text)), None, "", 0, None)
        structure = Structure((whole,), tuple(self.sentences), ())
        return Annotation(document, structure, tuple(self.entities.values()), tuple(self.indicators), tuple(self.links))


def reports(townships: int) -> Iterator[Annotation]:
    """Yield the reports of so many townships, and of the units above them."""
    seen: set[Place] = set()
    for number in range(townships):
        town = _town(number)
        for unit in town.within:
            if unit not in seen:
                seen.add(unit)
                yield _upper(unit).annotation()
        for year in (2022, 2023):
            yield _township(town, number, year).annotation()


def publish(triples: int, folder: Path) -> int:
    """Publish a store of about so many triples, and return how many quads it holds, the union's among them."""
    told = ox.Store()
    annotations = reports(max(1, triples // TRIPLES_A_TOWNSHIP))
    told.bulk_extend(quad for annotation in annotations for quad in statements(annotation, _SCHEME))
    told.bulk_extend(list(derive(told, _SCHEME)))
    graphs = [name for name in told.named_graphs() if isinstance(name, ox.NamedNode)]
    with writing(folder) as draft:
        draft.replace_graphs(
            (name, (quad.triple for quad in told.quads_for_pattern(None, None, None, name))) for name in graphs
        )
        size = len(draft.store)
        draft.publish()
    return size


def _town(number: int) -> Place:
    county, city = number // _TOWNS, number // (_TOWNS * _COUNTIES)
    province = Place(f"第{city // _PARTS}省", Level.PROVINCIAL)
    prefecture = Place(f"第{city}市", Level.PREFECTURE, (province,))
    return Place(
        f"第{number}镇",
        Level.TOWNSHIP,
        (province, prefecture, Place(f"第{county}县", Level.COUNTY, (province, prefecture))),
    )


def _strategy(unit: Place, theme: str) -> tuple[Kind, str, Level]:
    return Kind.STRATEGY, f"{unit.name}{theme}示范", unit.level


def _upper(unit: Place) -> _Report:
    """Write what a province, prefecture or county says: its strategies carry out the next level's."""
    report = _Report(unit, 2022)
    slogan = (Kind.SLOGAN, "勇往直前", Level.NATIONAL)
    for number, theme in enumerate(_THEMES):
        above = _strategy(unit.within[-1], theme) if unit.within else (Kind.STRATEGY, theme, Level.NATIONAL)
        own = _strategy(unit, theme)
        report.say(own, Predicate.ADVANCES, above)
        report.say((Kind.POLICY, f"{unit.name}第{number}机制", unit.level), Predicate.SERVES, own)
    report.say(slogan, Predicate.SERVES, _strategy(unit, _THEMES[0]))
    return report


def _township(town: Place, number: int, year: int) -> _Report:
    """Write a township's report: strategies, villages, projects, firms and what they cost."""
    report = _Report(town, year)
    county = town.within[-1]
    for place, theme in enumerate(_THEMES):
        if place == number % len(_THEMES) or place == (number + year) % len(_THEMES):
            continue  # none serves all that the nation wants, nor the same in both years
        own = _strategy(town, theme)
        if (number + place) % 5:
            report.say(own, Predicate.ADVANCES, _strategy(county, theme))
        else:
            report.say(own, Predicate.ADVANCES, (Kind.STRATEGY, theme, Level.NATIONAL))
        report.say((Kind.POLICY, f"{theme}第{place}机制", Level.NATIONAL), Predicate.SERVES, own)
        firm = (Kind.ORGANIZATION, f"{town.name}第{place}公司", None)
        village = (Kind.VILLAGE, f"{town.name}第{place}村", Level.VILLAGE)
        report.say(firm, Predicate.SERVES, own)
        report.say(village, Predicate.SERVES, own)
        for each in range(3):
            project = (Kind.PROJECT, f"{town.name}第{place * 3 + each}号工程", None)
            report.say(project, Predicate.SERVES, own, *([firm] if each == 0 else []))
            if each:
                report.say(project, Predicate.LOCATED_IN, village)
            amount = 100_000 * (each + 1) + 10_000 * (year - 2022) + number
            report.count(project[1], amount, Period.PLAN if year == 2022 else Period.REVIEW)
    slogan, quiet = (Kind.SLOGAN, "勇往直前", Level.NATIONAL), (Kind.VILLAGE, f"{town.name}静村", Level.VILLAGE)
    report.say(slogan, Predicate.SERVES, _strategy(town, _THEMES[0]), quiet)
    return report
