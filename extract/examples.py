"""Annotated documents as examples to learn from: a text with the spans, relations and figures that annotators marked.

The annotations are those of the gold files, of the example corpus, of the texts that we wrote for training, and our own
of the real reports in ``extract/model/annotations``: offsets into the reports, without their text.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from extract.annotation import Indicator
from extract.document import Span
from extract.layout.reflow import Reflowed, reflow
from extract.learned.classifier import MODELS
from extract.learned.tagger import KINDS
from ontology.terms import Kind, Predicate

ANNOTATIONS = MODELS / "annotations"
WRITTEN = MODELS / "written"
CORPUS = Path(__file__).parent.parent / "kg" / "example"
"""The example corpus, read as files: this package knows nothing of ``kg``."""
_LONG_LINE = 60
_SET_PHRASES = 0.1
"""The share of lines of so many characters that two different reports may have in common."""


class Known(NamedTuple):
    """An annotated entity.

    Attributes:
        kind: its class.
        surfaces: under which the text names it.
        mentions: where they stand.
        level: of the government that issued it, None where nothing tells.
        status: how far a project has come.
        defined: whether the text says what it stands for.
    """

    kind: Kind
    surfaces: list[str]
    mentions: list[Span]
    level: str | None
    status: str | None
    defined: bool


@dataclass(frozen=True)
class Example:
    """One annotated text.

    Attributes:
        name: of the document.
        text: its text.
        spans: where the names of each kind stand; of one kind, the longest.
        nested: where other names stand within a longer one of their kind.
        entities: all that is annotated.
        upward: which of them serves or advances which, by their places; None where relations are not annotated.
        figures: each with what it measures, by its place among the entities.
        report: the report that it is a stretch of, by the first file that holds it.
    """

    name: str
    text: str
    spans: dict[Kind, list[Span]]
    nested: dict[Kind, list[Span]]
    entities: list[Known]
    upward: frozenset[tuple[int, int]] | None
    figures: list[Indicator]
    report: str | None = None


def _stands(surface: str, text: str) -> list[Span]:
    return [Span(*match.span()) for match in re.finditer(re.escape(surface), text)]


def occurrences(text: str, entities: Iterable[dict[str, Any]]) -> dict[Kind, list[Span]]:
    """Find where the surfaces of a gold file's entities stand.

    Of one kind, the longest count. What crosses a longer name of any kind is none of them
    (智能制造 in 人工智能|制造业), nor is a village's name within that of its town (张营 in 张营镇).
    """
    found: dict[Kind, list[Span]] = defaultdict(list)
    covered: dict[Kind, bytearray] = defaultdict(lambda: bytearray(len(text)))
    surfaces = {(s, Kind(e["type"])) for e in entities for s in e["surfaces"]}
    for surface, kind in sorted(surfaces, key=lambda pair: (-len(pair[0]), pair)):
        for span in _stands(surface, text):
            if not any(covered[kind][span.start : span.end]):
                found[kind].append(span)
                covered[kind][span.start : span.end] = b"\1" * (span.end - span.start)
    everything = [(span, kind) for kind, spans in found.items() for span in spans]
    return {
        kind: sorted(span for span in found[kind] if not any(_excludes(other, span, kind) for other in everything))
        for kind in KINDS
    }


def nested(
    text: str, entities: Iterable[dict[str, Any]], spans: Mapping[Kind, Sequence[Span]]
) -> dict[Kind, list[Span]]:
    """Find the surfaces that stand within a longer name of their kind, which ``occurrences`` found."""
    inner: dict[Kind, list[Span]] = {kind: [] for kind in KINDS}
    for surface, kind in {(s, Kind(e["type"])) for e in entities for s in e["surfaces"]}:
        at = _stands(surface, text) if kind in inner else ()
        inner.get(kind, []).extend(s for s in at if any(o.contains(s) and o != s for o in spans[kind]))
    return inner


def _excludes(other: tuple[Span, Kind], span: Span, kind: Kind) -> bool:
    name, of = other
    if not name.overlaps(span) or name.end - name.start <= span.end - span.start:
        return False
    return not name.contains(span) or (kind is Kind.VILLAGE and of is Kind.ADMINISTRATIVE_UNIT)


def example(name: str, text: str, gold: dict[str, Any], report: str | None = None) -> Example:
    """Read one gold file with its text, as the finders read it: its broken lines joined."""
    flow = reflow(text)
    gold = {**gold, "entities": [_reflowed(e, text, flow) for e in gold["entities"]]}
    figures = _figures(gold, text, flow)
    text = flow.text

    def mentions(entity: dict[str, Any]) -> list[Span]:
        return sorted({span for surface in entity["surfaces"] for span in _stands(surface, text)})

    entities = [
        Known(Kind(e["type"]), e["surfaces"], mentions(e), e.get("level"), e.get("status"), bool(e.get("definition")))
        for e in gold["entities"]
    ]
    spans = occurrences(text, gold["entities"])
    inner = nested(text, gold["entities"], spans)
    return Example(name, text, spans, inner, entities, _upward(gold), figures, report)


def _numbered(gold: dict[str, Any]) -> dict[str, int]:
    return {e["id"]: number for number, e in enumerate(gold["entities"])}


def _figures(gold: dict[str, Any], text: str, flow: Reflowed) -> list[Indicator]:
    """Place each figure in the joined text by its quote: the first one behind the figure before it, else the first."""
    at, found, after = _numbered(gold), [], 0
    for known in gold.get("indicators", ()):
        quote, figure = known["quote"], known["surface"]
        ahead = text.find(quote, max(0, after - len(quote)))
        begin, floor = (ahead, after) if ahead >= 0 else (text.find(quote), 0)
        start = text.find(figure, max(begin, floor), begin + len(quote))
        if begin >= 0 and start >= 0:
            after = start + len(figure)
            span, of = flow.joined(Span(start, after)), at.get(known.get("of"))
            value, measure = Decimal(str(known["value"])), known.get("measure") or ""
            found.append(Indicator(known["id"], span, value, known["unit"], measure, None if of is None else str(of)))
    return found


def _upward(gold: dict[str, Any]) -> frozenset[tuple[int, int]] | None:
    if gold.get("relations") is None:
        return None
    at = _numbered(gold)
    relations = (Predicate.SERVES, Predicate.ADVANCES)
    return frozenset((at[r["s"]], at[r["o"]]) for r in gold["relations"] if r["p"] in relations)


def _reflowed(entity: dict[str, Any], text: str, flow: Reflowed) -> dict[str, Any]:
    places = (flow.joined(span) for surface in entity["surfaces"] for span in _stands(surface, text)[:1])
    return {**entity, "surfaces": [flow.text[place.start : place.end] for place in places]}


def of_folder(golds: Path, texts: Path) -> list[Example]:
    """Read a folder of gold files with the folder of their texts."""
    examples = []
    for path in sorted(golds.glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        text = (texts / f"{path.stem}.txt").read_text(encoding="utf-8")
        examples.append(example(path.stem, text, gold))
    return examples


@dataclass(frozen=True)
class Stretch:
    """A stretch of a real report that we annotated, with the words put where the annotation has their offsets.

    Attributes:
        name: of the stretch.
        report: that it is a stretch of, by the first file that holds it.
        text: of the stretch.
        gold: the annotation as a gold file has it.
    """

    name: str
    report: str
    text: str
    gold: dict[str, Any]

    @property
    def whole(self) -> bool:
        """Whether more than the names of seven kinds is annotated, so that it can be scored."""
        return bool(self.gold["relations"] is not None)


def stretches(shared: Path, folder: Path = ANNOTATIONS) -> Iterator[Stretch]:
    """Read our own annotations of the real reports.

    Args:
        shared: the folder with ``reports/``.
        folder: of the annotations: gold files with offsets into the stretch in place of its words.
    """
    annotations = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
    names = sorted({annotation["report"] for annotation in annotations.values()})
    reports = {name: (shared / "reports" / f"{name}.txt").read_text(encoding="utf-8") for name in names}
    first = first_editions(reports)
    for name, annotation in annotations.items():
        report = annotation["report"]
        text = reports[report][annotation["begin"] : annotation["end"]]
        yield Stretch(name, first[report], text, {"document": name, **_worded(annotation, text)})


def first_editions(reports: Mapping[str, str]) -> dict[str, str]:
    """Name, for each report, the first of the files that hold it: some are there twice, scanned anew or passed on.

    >>> first_editions({"a": "x" * 60, "b": "x" * 60, "c": "y" * 60})
    {'a': 'a', 'b': 'a', 'c': 'c'}
    """
    first: dict[str, str] = {}
    holds: dict[str, str] = {}
    for name, text in reports.items():
        lines = {line.strip()[:_LONG_LINE] for line in text.split("\n") if len(line.strip()) >= _LONG_LINE}
        known = Counter(holds[line] for line in lines if line in holds)
        twin, shared = max(known.items(), key=lambda pair: pair[1], default=(name, 0))
        first[name] = twin if shared > _SET_PHRASES * len(lines) else name
        holds.update((line, first[name]) for line in lines)
    return first


def _worded(annotation: dict[str, Any], text: str) -> dict[str, Any]:
    def words(span: Sequence[int] | None) -> str | None:
        return text[span[0] : span[1]] if span else None

    entities = [{**e, "surfaces": [words(s) for s in e["surfaces"]]} for e in annotation["entities"]]
    relations = annotation["relations"]
    return {
        "entities": [{**e, "name": e["surfaces"][0]} for e in entities],
        "indicators": [{**i, **{key: words(i[key]) for key in ("quote", "surface")}} for i in annotation["indicators"]],
        "relations": None if relations is None else [{**r, "quote": words(r["quote"])} for r in relations],
    }


def everything(shared: Path) -> list[Example]:
    """Read every annotated document that there is.

    Args:
        shared: the folder with ``gold/``, ``corpus/`` and ``reports/``.
    """
    return [
        *of_folder(shared / "gold", shared / "corpus"),
        *of_folder(CORPUS / "gold", CORPUS / "documents"),
        *of_folder(WRITTEN, WRITTEN),
        *(example(s.name, s.text, s.gold, s.report) for s in stretches(shared)),
    ]


def write_stretches(shared: Path, folder: Path) -> None:
    """Write the stretches that can be scored as ``gold/<name>.json`` and ``corpus/<name>.txt``."""
    golds, texts = folder / "gold", folder / "corpus"
    for made in (golds, texts):
        made.mkdir(parents=True, exist_ok=True)
    for stretch in stretches(shared):
        if stretch.whole:
            gold = json.dumps(stretch.gold, ensure_ascii=False, indent=1)
            (golds / f"{stretch.name}.json").write_text(gold, encoding="utf-8")
            (texts / f"{stretch.name}.txt").write_text(stretch.text, encoding="utf-8")
