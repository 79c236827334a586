"""Scores: extraction and linking against gold annotations, the same figures as ``shared/gold/score.py``.

Entities are compared per document, by kind and surface form: a predicted entity is right where one of its forms is one
of the gold entity's; each gold entity is matched once, so that an entity split in two costs precision. ``relaxed``
also takes two forms that share at least half of their characters' union. Links are compared between entities matched
so. A predicted ``serves`` or ``advances`` whose object the gold reaches from its own objects counts as neither right
nor wrong.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from extract.annotation import Annotation
from kg.graph import Graph
from kg.paths import Paths, listed
from kg.statements import (
    ANCHOR,
    BEGIN,
    CONTEXT,
    END,
    IDENT_REF,
    IDENTIFIER,
    IS_STRING,
    OBJECT,
    PREDICATE,
    PREF_LABEL,
    SUBJECT,
    TYPE,
    pl,
    statements,
)
from ontology.errors import UsageError
from ontology.terms import IDEAS, PL, STATED, Kind, Level, Predicate

CORE = (Kind.VILLAGE, Kind.PROJECT, Kind.POLICY, Kind.STRATEGY, Kind.SLOGAN)
"""The kinds that are hard to find."""

_MARKS = '“”"「」‘’《》 \n'
_STOPS = "。！？!?\n"

Figure = dict[str, float | int | None]
Pair = tuple[str, str]
Proof = tuple[str | None, int | None, int | None]
"""Basis of a link, and where its evidence begins and ends."""


@dataclass(frozen=True, slots=True)
class Named:
    """An entity of the gold or of the graph, with the forms under which the document names it."""

    id: str
    kind: Kind
    name: str
    written: tuple[str, ...]
    level: str | None = None
    status: str | None = None
    forms: frozenset[str] = field(init=False)
    """The written forms without the quotation marks around them."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "forms", frozenset(form.strip(_MARKS) for form in self.written))


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator of the gold or of the graph."""

    form: str
    value: float
    unit: str | None
    of: str | None


@dataclass(slots=True)
class Reading:
    """What gold or graph says of one document.

    Attributes:
        document: identifier.
        text: the whole text; None in the gold.
        entities: with at least one mention.
        indicators: figures.
        links: by relation, the pairs of entity ids with the reasons of each.
        quotes: of the gold's links, by relation and pair.
        mentions: how many.
        misplaced: how many of them are not what the text has at their offsets.
    """

    document: str
    text: str | None = None
    entities: list[Named] = field(default_factory=list)
    indicators: list[Measured] = field(default_factory=list)
    links: dict[Predicate, dict[Pair, list[Proof]]] = field(default_factory=lambda: defaultdict(dict))
    quotes: dict[Predicate, dict[Pair, str]] = field(default_factory=lambda: defaultdict(dict))
    mentions: int = 0
    misplaced: int = 0


@dataclass(frozen=True, slots=True)
class Scores:
    """How well a graph agrees with gold annotations.

    Attributes:
        figures: over all documents, named as ``shared/gold/score.py`` names them.
        documents: the same for each document.
        levels: strict match of strategies, policies and slogans by the level of the gold (recall) and of the graph
            (precision).
        missing: gold documents that the graph does not hold.
        errors: one line for each entity, link or indicator that is missed or spurious, and each wrong level or status.
    """

    figures: Mapping[str, Figure]
    documents: Mapping[str, Mapping[str, Figure]]
    levels: Mapping[str, Figure]
    missing: tuple[str, ...]
    errors: tuple[str, ...]


def score(graph: Graph | ox.Store, golds: Paths, corpus: str | Path | None = None) -> Scores:
    """Compare a graph with gold files.

    Args:
        graph: an open graph or a store.
        golds: path of a gold file (JSON), or paths of several.
        corpus: folder of their texts, by which documents are recognised; by default ``corpus`` or ``documents`` beside
            the gold files' folder. Where there is none, documents are recognised by their identifiers.

    Raises:
        UsageError: a gold file can't be read.
    """
    store = graph.store if isinstance(graph, Graph) else graph
    readings = []
    for name in store.named_graphs():
        if ox.Quad(name, TYPE, pl("Document"), name) in store:
            readings.append(read(store.quads_for_pattern(None, None, None, name)))
    by_text = {_squeeze(reading.text or ""): reading for reading in readings}
    by_name = {reading.document: reading for reading in readings}
    pairs = []
    for path in listed(golds):
        gold = load_gold(path)
        text = corpus_text(path, Path(corpus) if corpus else None)
        pairs.append((gold, by_name.get(gold.document) if text is None else by_text.get(_squeeze(text))))
    return compare(pairs)


def score_annotations(annotations: Iterable[Annotation], golds: Paths) -> Scores:
    """Compare annotations with gold files by the documents' identifiers; no store is needed.

    Raises:
        UsageError: a gold file can't be read.
        ValueError: an annotation breaks an invariant, see ``kg.statements.statements``.
    """
    readings = {a.document.identifier: read(statements(a)) for a in annotations}
    return compare([(gold, readings.get(gold.document)) for gold in map(load_gold, listed(golds))])


def load_gold(path: Path) -> Reading:
    """Read a gold file.

    Raises:
        UsageError: it is missing or is not a gold annotation.
    """
    try:
        gold = json.loads(path.read_text(encoding="utf-8"))
        reading = Reading(gold["document"])
        for e in gold["entities"]:
            reading.entities.append(
                Named(e["id"], Kind(e["type"]), e["name"], tuple(e["surfaces"]), e.get("level"), e.get("status"))
            )
        for i in gold.get("indicators", []):
            reading.indicators.append(Measured(i["surface"], float(i["value"]), i["unit"], i.get("of")))
        for r in gold["relations"]:
            relation, pair = Predicate(r["p"]), (r["s"], r["o"])
            reading.links[relation].setdefault(pair, []).append((r.get("basis"), None, None))
            reading.quotes[relation][pair] = r.get("quote") or ""
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}; name another file", subject=str(path)) from error
    except (ValueError, KeyError, TypeError) as error:  # of these, str(error) is short; their repr may hold the file
        reason = f"it has no {error}" if isinstance(error, KeyError) else error
        raise UsageError(
            f"{path} can't be read as a gold annotation: {reason}; see docs/accuracy.md", subject=str(path)
        ) from error
    return reading


def read(quads: Iterable[ox.Quad]) -> Reading:
    """Read what the graph of one document says."""
    said: dict[str, dict[ox.NamedNode, list[str]]] = defaultdict(lambda: defaultdict(list))
    relations = {pl(relation): relation for relation in STATED}
    plain: list[tuple[str, Predicate, str]] = []
    for quad in quads:
        subject, object_ = quad.subject.value, quad.object.value  # type: ignore[union-attr]
        said[subject][quad.predicate].append(object_)
        if quad.predicate in relations:
            plain.append((subject, relations[quad.predicate], object_))
    document = next(subject for subject, about in said.items() if PL + "Document" in about[TYPE])
    reading = Reading(said[document][IDENTIFIER][0], said[document][IS_STRING][0])
    forms: dict[str, set[str]] = defaultdict(set)
    for mention in [about for about in said.values() if PL + "Mention" in about[TYPE]]:
        named, form = mention[IDENT_REF][0], mention[ANCHOR][0]
        if PL + "Indicator" in said[named][TYPE]:
            reading.indicators.append(_measured(said[named], form))
            continue
        forms[named].add(form)
        reading.mentions += 1
        begin, end = int(mention[BEGIN][0]), int(mention[END][0])
        reading.misplaced += (reading.text or "")[begin:end] != form
    for entity in forms:
        about = said[entity]
        kind = next(kind for kind in Kind if PL + kind in about[TYPE])
        level, status, name = _term(about[pl("level")]), _term(about[pl("status")]), about[PREF_LABEL][0]
        reading.entities.append(Named(entity, kind, name, tuple(sorted(forms[entity])), level, status))
    for subject, relation, object_ in plain:
        if subject in forms and object_ in forms:
            reading.links[relation][subject, object_] = []
    for link in [about for about in said.values() if PL + "Link" in about[TYPE]]:
        relation, pair = relations[ox.NamedNode(link[PREDICATE][0])], (link[SUBJECT][0], link[OBJECT][0])
        if pair in reading.links[relation]:
            spans = [said[e] for e in link[pl("evidence")] if document in said[e][CONTEXT]]
            basis = _term(link[pl("basis")])
            proofs: list[Proof] = [(basis, int(span[BEGIN][0]), int(span[END][0])) for span in spans]
            reading.links[relation][pair] += proofs or [(basis, None, None)]
    return reading


def compare(pairs: Sequence[tuple[Reading, Reading | None]]) -> Scores:
    """Compare each gold reading with what is predicted for it."""
    total = _Tally()
    documents = {}
    errors: list[str] = []
    for gold, predicted in pairs:
        tally = _Tally()
        lines = _compare(gold, predicted or Reading(gold.document), tally)
        errors += sorted(f"{gold.document}: {line}" for line in lines)
        documents[gold.document] = tally.figures()
        total.add(tally)
    missing = tuple(gold.document for gold, predicted in pairs if predicted is None)
    figures = total.figures()
    return Scores(figures, documents, total.levels(), missing, tuple(errors))


class _Tally:
    """Counts, by the name of a figure: right, predicted and wanted; or right and asked."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        for tag in ("strict", "relaxed"):
            for kind in Kind:
                self.counted(f"entity {tag} {kind}", 0, 0, 0)

    def counted(self, name: str, right: int, predicted: int, wanted: int) -> None:
        self.counts[name].update(tp=right, predicted=predicted, gold=wanted)

    def asked(self, name: str, right: int, of: int = 1) -> None:
        self.counts[name].update(tp=right, n=of)

    def add(self, other: _Tally) -> None:
        for name, counts in other.counts.items():
            self.counts[name].update(counts)

    def figures(self) -> dict[str, Figure]:
        """Return the figures as ``shared/gold/score.py`` names and rounds them."""

        def summed(tag: str, kinds: Iterable[Kind]) -> Figure:
            return _prf(sum((self.counts[f"entity {tag} {kind}"] for kind in kinds), Counter()))

        names = [f"entity {tag} {kind}" for tag in ("strict", "relaxed") for kind in Kind]
        names += [f"relation matched ends {relation}" for relation in STATED]
        names += ["indicator surface+value+unit Indicator", "indicator surface Indicator"]
        figures = {name: _prf(self.counts[name]) for name in names}
        for tag in ("strict", "relaxed"):
            figures[f"entity {tag} micro"] = summed(tag, Kind)
            figures[f"entity {tag} core"] = summed(tag, CORE)
        for name in ("level accuracy", "project status accuracy", "indicator-of accuracy"):
            figures[name] = _ratio(self.counts[name])
        figures["surface forms of matched entities"] = _prf(self.counts["surface forms of matched entities"])
        figures["basis accuracy of right links"] = _ratio(self.counts["basis accuracy of right links"])
        for relation in (Predicate.SERVES, Predicate.ADVANCES):
            name = f"evidence in the gold's sentence, {relation}"
            figures[name] = _ratio(self.counts[name])
        offsets = self.counts["mentions whose offsets are wrong"]
        figures["mentions whose offsets are wrong"] = {"wrong": offsets["tp"], "of": offsets["n"]}
        return figures

    def levels(self) -> dict[str, Figure]:
        names = (*Level, "unknown")
        return {name: _prf(self.counts[f"level {name}"]) for name in names if f"level {name}" in self.counts}


def _compare(gold: Reading, predicted: Reading, tally: _Tally) -> Iterator[str]:
    """Count one document; yield its errors."""
    strict, relaxed = _match(gold, predicted, relaxed=False), _match(gold, predicted, relaxed=True)
    tally.asked("mentions whose offsets are wrong", predicted.misplaced, predicted.mentions)
    golds = {e.id: e for e in gold.entities}
    for tag, matched in (("strict", strict), ("relaxed", relaxed)):
        for kind in Kind:
            tally.counted(
                f"entity {tag} {kind}",
                sum(golds[g].kind is kind for g in matched.values()),
                sum(e.kind is kind for e in predicted.entities),
                sum(e.kind is kind for e in gold.entities),
            )
    for e in predicted.entities:
        if e.kind in IDEAS:
            tally.counted(f"level {e.level or 'unknown'}", 0, 1, 0)
        if e.id not in strict:
            yield f"spurious {e.kind}: {' / '.join(e.written)}"
    found = {g: p for p, g in strict.items()}
    predictions = {e.id: e for e in predicted.entities}
    for e in gold.entities:
        if e.kind in IDEAS:
            right = e.id in found and predictions[found[e.id]].level == e.level
            tally.counted(f"level {e.level or 'unknown'}", right, 0, 1)
        if e.id not in found:
            yield f"missed {e.kind}: {' / '.join(e.written)}"
    for p, g in relaxed.items():
        said, wanted = predictions[p], golds[g]
        if wanted.kind in IDEAS and wanted.level:
            tally.asked("level accuracy", said.level == wanted.level)
            if said.level != wanted.level:
                yield f"wrong level: {wanted.written[0]}: {said.level or 'unknown'}, annotated {wanted.level}"
        if wanted.kind is Kind.PROJECT and wanted.status:
            tally.asked("project status accuracy", said.status == wanted.status)
            if said.status != wanted.status:
                yield f"wrong status: {wanted.written[0]}: {said.status}, annotated {wanted.status}"
        right_forms = len(said.forms & wanted.forms)
        tally.counted("surface forms of matched entities", right_forms, len(said.forms), len(wanted.forms))
    for relation in STATED:
        yield from _compare_links(gold, predicted, relaxed, relation, tally)
    yield from _compare_indicators(gold, predicted, relaxed, tally)


def _compare_links(
    gold: Reading, predicted: Reading, matched: Mapping[str, str], relation: Predicate, tally: _Tally
) -> Iterator[str]:
    wanted = gold.links[relation]
    reasons = {
        (matched[s], matched[o]): why
        for (s, o), why in predicted.links[relation].items()
        if s in matched and o in matched
    }
    implied: set[Pair] = set()
    if relation in (Predicate.SERVES, Predicate.ADVANCES):
        up: dict[str, set[str]] = defaultdict(set)
        for s, o in (*gold.links[Predicate.COMPONENT_OF], *gold.links[Predicate.ADVANCES]):
            up[s].add(o)
        implied = {(s, above) for s, o in wanted for above in _closure(up, o)} - wanted.keys()
    right = reasons.keys() & wanted.keys()
    tally.counted(f"relation matched ends {relation}", len(right), len(reasons.keys() - implied), len(wanted))
    if relation in (Predicate.SERVES, Predicate.ADVANCES) and predicted.text is not None:
        for pair in right:
            for basis, _, _ in wanted[pair]:
                tally.asked("basis accuracy of right links", any(b == basis for b, _, _ in reasons[pair]))
            quote = gold.quotes[relation][pair]
            if quote:
                spans = [(b, e) for _, b, e in reasons[pair] if b is not None and e is not None]
                tally.asked(f"evidence in the gold's sentence, {relation}", _proves(predicted.text, quote, spans))
    names = {e.id: e.name for e in gold.entities}
    for s, o in sorted(reasons.keys() - wanted.keys() - implied):
        yield f"spurious {relation}: {names[s]} -> {names[o]}"
    for s, o in sorted(wanted.keys() - reasons.keys()):
        yield f"missed {relation}: {names[s]} -> {names[o]}"


def _compare_indicators(gold: Reading, predicted: Reading, matched: Mapping[str, str], tally: _Tally) -> Iterator[str]:
    def whole(reading: Reading) -> Counter[Any]:
        return Counter((i.form, i.value, i.unit) for i in reading.indicators)

    def form(reading: Reading) -> Counter[Any]:
        return Counter(i.form for i in reading.indicators)

    for name, key in (("surface+value+unit", whole), ("surface", form)):
        want, have = key(gold), key(predicted)
        tally.counted(f"indicator {name} Indicator", (want & have).total(), have.total(), want.total())
    said: Counter[Any] = Counter((i.form, matched.get(i.of or "")) for i in predicted.indicators)
    asked: Counter[Any] = Counter((i.form, i.of) for i in gold.indicators if i.of)
    tally.asked("indicator-of accuracy", (said & asked).total(), asked.total())
    for missed in (form(gold) - form(predicted)).elements():
        yield f"missed Indicator: {missed}"
    for spurious in (form(predicted) - form(gold)).elements():
        yield f"spurious Indicator: {spurious}"


def _match(gold: Reading, predicted: Reading, *, relaxed: bool) -> dict[str, str]:
    """Return the gold entity of each predicted one, one to one within a kind, the most similar first."""
    pairs = []
    for p in predicted.entities:
        for g in gold.entities:
            if p.kind is not g.kind:
                continue
            same = len(p.forms & g.forms)
            if same:
                pairs.append((1 + same / len(p.forms | g.forms), p.id, g.id))
            elif relaxed:
                best = max((_overlap(a, b) for a in p.forms for b in g.forms), default=0.0)
                if best >= 0.5:
                    pairs.append((best, p.id, g.id))
    matched: dict[str, str] = {}
    taken: set[str] = set()
    for _, p_id, g_id in sorted(pairs, reverse=True):
        if p_id not in matched and g_id not in taken:
            matched[p_id] = g_id
            taken.add(g_id)
    return matched


def _overlap(a: str, b: str) -> float:
    one, other = Counter(a), Counter(b)
    return (one & other).total() / max(1, (one | other).total())


def _closure(up: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        new = up.get(todo.pop(), set()) - seen
        seen |= new
        todo += new
    return seen


def _proves(text: str, quote: str, spans: Iterable[tuple[int, int]]) -> bool:
    """Tell whether half of some span lies in a sentence in which the quote stands."""
    at = text.find(quote)
    while at >= 0:
        begin, end = at, at + len(quote)
        while begin > 0 and text[begin - 1] not in _STOPS:
            begin -= 1
        while end < len(text) and text[end - 1] not in _STOPS:
            end += 1
        if any(min(end, n) - max(begin, m) >= (n - m) / 2 > 0 for m, n in spans):
            return True
        at = text.find(quote, at + 1)
    return False


def _prf(counts: Mapping[str, int]) -> Figure:
    right, predicted, gold = (counts.get(key, 0) for key in ("tp", "predicted", "gold"))
    p, r = (right / of if of else 0.0 for of in (predicted, gold))
    f1 = round(2 * p * r / (p + r), 3) if p + r else 0.0
    return {"p": round(p, 3), "r": round(r, 3), "f1": f1, "tp": right, "predicted": predicted, "gold": gold}


def _ratio(counts: Mapping[str, int]) -> Figure:
    n = counts.get("n", 0)
    return {"accuracy": round(counts.get("tp", 0) / n, 3) if n else None, "n": n}


def _measured(about: Mapping[ox.NamedNode, list[str]], form: str) -> Measured:
    unit, of = about.get(pl("unit")), about.get(pl("indicatorOf"))
    return Measured(form, float(about[pl("value")][0]), unit[0] if unit else None, of[0] if of else None)


def _term(values: Sequence[str]) -> str | None:
    return values[0].removeprefix(PL) if values else None


def _squeeze(text: str) -> str:
    return "".join(text.split())


def corpus_text(gold: Path, corpus: Path | None) -> str | None:
    """Return the text of a gold file's document: in ``corpus``, or in the customary folders beside the gold's."""
    beside = [gold.parent.parent / "corpus", gold.parent.parent / "documents", gold.parent]
    folders = [corpus] if corpus is not None else beside
    for folder in folders:
        path = folder / f"{gold.stem}.txt"
        if path.exists():
            return path.read_text(encoding="utf-8")
    return None
