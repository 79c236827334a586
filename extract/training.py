"""Trains the models from annotated documents: ``python -m extract.training --shared ../shared``.

The annotations are those of the gold files, of the example corpus, of the texts that we wrote for training, and our own
of the real reports in ``extract/model/annotations``: offsets into the reports, without their text. A second run on the
same texts, annotations and rules gives the same files.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pycrfsuite
from rich.console import Console
from spacy.language import Language
from spacy.tokens import Doc

from extract import chains, inference, levels, measurement, metadata, network, pipeline, reranker, status, wording
from extract.annotation import Entity, Indicator
from extract.chains import Chains
from extract.classifier import MODELS
from extract.document import Document, Span
from extract.network import Network, Sample
from extract.reflow import Reflowed, reflow
from extract.surface import folded_text
from extract.tagger import KINDS, LABELS, READERS, TAGGER, labels
from extract.traits import seen
from ontology.scheme import Concept, Scheme
from ontology.terms import IDEAS, Kind, Level, Predicate

ANNOTATIONS = MODELS / "annotations"
WRITTEN = MODELS / "written"
EXAMPLES = Path(__file__).parent.parent / "kg" / "example"
"""The example corpus, read as files: this package knows nothing of ``kg``."""
RULES = pipeline.COMPONENTS[: pipeline.COMPONENTS.index(TAGGER)]
"""The finders that the tagger sees."""
_READERS = ("policy_composition", "policy_service")
"""The readers of relations that the inference sees."""
_FOLDS = 5
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
        serving: which of them serves which, by their places among these; None where relations are not annotated.
        figures: each with what it measures, by its place among the entities.
        report: the report that it is a stretch of, by the first file that holds it.
    """

    name: str
    text: str
    spans: dict[Kind, list[Span]]
    nested: dict[Kind, list[Span]]
    entities: list[Known]
    serving: frozenset[tuple[int, int]] | None
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
    return Example(name, text, spans, inner, entities, _serving(gold), figures, report)


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


def _serving(gold: dict[str, Any]) -> frozenset[tuple[int, int]] | None:
    if gold.get("relations") is None:
        return None
    at = _numbered(gold)
    return frozenset((at[r["s"]], at[r["o"]]) for r in gold["relations"] if r["p"] == Predicate.SERVES)


def _reflowed(entity: dict[str, Any], text: str, flow: Reflowed) -> dict[str, Any]:
    places = (flow.joined(span) for surface in entity["surfaces"] for span in _stands(surface, text)[:1])
    return {**entity, "surfaces": [flow.text[place.start : place.end] for place in places]}


def gold_examples(golds: Path, texts: Path) -> list[Example]:
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


def train(annotated: Sequence[Example], folder: Path) -> None:
    """Train all models and write them to a folder: of names, statuses, levels, the inference and what figures measure.

    The reranker learns from what taggers propose in documents that they have not seen, so that these are trained in
    folds besides; two processes share the work.
    """
    parts = folds(annotated)
    with tempfile.TemporaryDirectory() as scratch, ProcessPoolExecutor(2) as pool:
        aside = [Path(scratch) / str(number) for number in range(len(parts))]
        rest = [[e for other in parts if other is not part for e in other] for part in parts]
        for _ in pool.map(train_tagger, [annotated, *rest], [folder, *aside]):
            pass
        train_reranker([judged(part, models) for part, models in zip(parts, aside, strict=True)], folder)
    train_choices(annotated, folder)
    train_inference(annotated, folder)
    train_measurement(annotated, folder)


def folds(annotated: Iterable[Example]) -> list[list[Example]]:
    """Deal examples out to folds, the stretches of one report to the same; folds that stay empty are left out."""
    parts: list[list[Example]] = [[] for _ in range(_FOLDS)]
    for each in annotated:
        parts[zlib.crc32((each.report or each.name).encode()) % _FOLDS].append(each)
    return [part for part in parts if part]


def train_tagger(annotated: Iterable[Example], folder: Path) -> None:
    """Train the models of the tagger and write them to a folder."""
    nlp = pipeline.load(components=RULES)
    folder.mkdir(parents=True, exist_ok=True)
    trainers = {reader: _trainer(c1=0.05, c2=0.01, max_iterations=120) for reader in READERS}
    samples = []
    for text in annotated:
        described = seen(_processed(nlp, text))
        rows = described.rows(beside=True)
        columns = []
        for reader, kinds in READERS.items():
            tags = labels({kind: text.spans[kind] for kind in kinds}, len(text.text))
            for line in re.finditer("[^\n]+", described.folded):
                within = slice(*line.span())
                tags[within] = _closed(tags[within])
                trainers[reader].append(rows[within], tags[within])
            columns.append([LABELS[reader].index(tag) for tag in tags])
        samples.append(Sample(described, np.array(columns).T))
    Network.train(samples, [len(known) for known in LABELS.values()]).save(folder / network.MODEL)
    with tempfile.TemporaryDirectory() as scratch:
        learned = {Path(scratch) / reader: known for reader, known in LABELS.items()}
        for trainer, path in zip(trainers.values(), learned, strict=True):
            trainer.train(str(path))
        Chains.of(learned).save(folder / chains.MODEL)


class Judged(NamedTuple):
    """A document with the names proposed in it, and whether annotators took each."""

    doc: Doc
    names: list[reranker.Name]
    taken: list[bool]


def judged(annotated: Iterable[Example], models: Path) -> list[Judged]:
    """Compare with the annotations what the rules and a folder's taggers propose."""
    nlp = pipeline.load(components=(*RULES, TAGGER), config={TAGGER: {"models": str(models)}})
    documents = []
    for text in annotated:
        doc = _processed(nlp, text)
        names = reranker.proposed(doc)
        taken = {(span, kind) for found in (text.spans, text.nested) for kind, spans in found.items() for span in spans}
        documents.append(Judged(doc, names, [(name.span, name.kind) in taken for name in names]))
    return documents


def train_reranker(parts: Sequence[Sequence[Judged]], folder: Path) -> None:
    """Train the reranker and write it to a folder with its counts of names.

    Args:
        parts: folds of documents, judged by taggers that have not seen them. What a form counts for in one fold is
            counted in the others.
        folder: where the model goes.
    """
    trainer = _trainer(c1=3, c2=3, max_iterations=150)
    for part in parts:
        counts = _counts(other for other in parts if other is not part)
        for doc, names, taken in part:
            for traits, is_taken in zip(reranker.features(doc, names, counts), taken, strict=True):
                trainer.append([traits], [reranker.TAKEN if is_taken else reranker.REFUSED])
    trainer.train(str(folder / reranker.MODEL))
    reranker.write_counts(_counts(parts), folder / reranker.COUNTS)


def _counts(parts: Iterable[Iterable[Judged]]) -> reranker.Counts:
    return reranker.count(
        [(name.form, name.kind, is_taken) for name, is_taken in zip(names, taken, strict=True)]
        for part in parts
        for _, names, taken in part
    )


def train_choices(annotated: Iterable[Example], folder: Path) -> None:
    """Train the models of projects' status and of names' levels, and write them to a folder."""
    nlp = pipeline.load(components=("policy_structure", "policy_authority"))
    progress = _trainer(c1=1, c2=1, max_iterations=200)
    issuer = _trainer(c1=0.6, c2=0.5, max_iterations=200)
    for text in annotated:
        doc = _processed(nlp, text)
        folded, described = folded_text(doc), doc._.document.metadata
        for known in text.entities:
            at = known.mentions
            if known.status is not None:
                progress.append([status.features(at, folded, doc._.structure, described.level)], [known.status])
            if known.kind not in IDEAS or text.serving is None:
                continue
            if not any(_settled(doc._.scheme.by_label(s), known.kind) for s in known.surfaces):
                name = folded[at[0].start : at[0].end]
                seen = levels.features(known.kind, name, at, folded, described, own=known.defined)
                issuer.append([seen], [known.level or levels.UNTOLD])
    progress.train(str(folder / status.MODEL))
    issuer.train(str(folder / levels.MODEL))


def train_inference(annotated: Iterable[Example], folder: Path) -> None:
    """Train the model that tells what work serves where the text does not say, and write it to a folder.

    It learns from the annotated entities with the relations that the rules read between them.
    """
    finders, readers = pipeline.load(components=RULES), pipeline.load(components=_READERS)
    trainer = _trainer(c1=1, c2=0.5, max_iterations=120)
    for text in annotated:
        if text.serving is None:
            continue
        doc = _with_entities(_processed(finders, text), text.entities)
        for _, reader in readers.pipeline:
            doc = reader(doc)
        for choices in inference.pairs(doc):
            for pair in choices:
                serves = (int(pair.work.id), int(pair.goal.id)) in text.serving
                trainer.append([pair.features], [inference.SERVES if serves else inference.NOT])
    trainer.train(str(folder / inference.MODEL))


def train_measurement(annotated: Iterable[Example], folder: Path) -> None:
    """Train the model that tells what a figure measures from the annotated entities, and write it to a folder."""
    nlp = pipeline.load(components=("policy_structure", "policy_authority"))
    trainer = _trainer(c1=0.5, c2=0.3, max_iterations=150)
    for text in annotated:
        doc = _with_entities(_processed(nlp, text), text.entities)
        figures = measurement.Figures(doc, text.figures)
        for figure in text.figures:
            for choice in figures.choices(figure):
                label = measurement.MEASURED if choice.entity.id == figure.of else measurement.NOT
                trainer.append([choice.features], [label])
    trainer.train(str(folder / measurement.MODEL))


def _with_entities(doc: Doc, annotated: Sequence[Known]) -> Doc:
    """Set the annotated entities in place of those that would be found, each by its place among them."""
    scheme: Scheme = doc._.scheme
    finders: dict[tuple[Span, Kind], set[str]] = defaultdict(set)
    for c in doc._.candidates:
        finders[c.span, c.kind].add(c.extractor)
    entities = []
    for number, known in enumerate(annotated):
        if not known.mentions:
            continue  # what the joined lines no longer hold
        concepts = [c for surface in known.surfaces if (c := scheme.by_label(surface)) and c.kind is known.kind]
        entities.append(
            Entity(
                id=str(number),
                kind=known.kind,
                name=concepts[0].label if concepts else known.surfaces[0],
                mentions=tuple(known.mentions),
                level=Level(known.level) if known.level else None,
                concept=concepts[0].iri if concepts else None,
                finders=frozenset({TAGGER}.union(*(finders[span, known.kind] for span in known.mentions))),
            )
        )
    doc._.entities = tuple(entities)
    return doc


def _settled(known: Concept | None, kind: Kind) -> bool:
    """Tell whether the authority file says who issued a name, so that no text need be asked."""
    return known is not None and known.kind is kind and known.level is not None


def _processed(nlp: Language, text: Example) -> Doc:
    return pipeline.process(nlp, metadata.describe(Document(text.name, text.text, "")))


def _trainer(**parameters: float) -> pycrfsuite.Trainer:
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params({**parameters, "feature.minfreq": 1})
    return trainer


def _closed(tags: list[str]) -> list[str]:
    """Return the tags of a line with spans that run over its end taken out."""
    return tags if tags[-1][0] in "OES" and tags[0][0] in "OBS" else ["O" if t[0] in "BIE" else t for t in tags]


def examples(shared: Path) -> list[Example]:
    """Read every annotated document that there is.

    Args:
        shared: the folder with ``gold/``, ``corpus/`` and ``reports/``.
    """
    return [
        *gold_examples(shared / "gold", shared / "corpus"),
        *gold_examples(EXAMPLES / "gold", EXAMPLES / "documents"),
        *gold_examples(WRITTEN, WRITTEN),
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the bundled models anew."""
    parser = argparse.ArgumentParser(prog="python -m extract.training", description=__doc__)
    parser.add_argument(
        "--shared", type=Path, default=Path("../shared"), help="folder with gold/, corpus/ and reports/"
    )
    parser.add_argument("--output", type=Path, default=MODELS, help="where the models go (default: the package's own)")
    parser.add_argument(
        "--without", metavar="NAME", nargs="*", default=(), help="documents to hold out, to be measured on"
    )
    parser.add_argument(
        "--stretches", metavar="FOLDER", type=Path, help="do not train: write our annotated reports here, for kg score"
    )
    options = parser.parse_args(arguments)
    if not (options.shared / "gold").is_dir():
        print(f"training: {options.shared} holds no gold/: name the folder with --shared", file=sys.stderr)
        return 2
    if options.stretches is not None:
        write_stretches(options.shared, options.stretches)
        return 0
    annotated = examples(options.shared)
    unknown = set(options.without) - {e.name for e in annotated}
    if unknown:
        print(f"training: no annotated document is called {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    annotated = [e for e in annotated if e.name not in options.without]
    if options.output.resolve() == MODELS.resolve():  # others are trained with the usual wording that the package has
        reports = sorted((options.shared / "reports").glob("*.txt"))
        wording.write(wording.count(path.read_text(encoding="utf-8") for path in reports))
    Console(stderr=True).print(f"{len(annotated)} annotated texts, {sum(len(e.text) for e in annotated):,} characters")
    train(annotated, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
