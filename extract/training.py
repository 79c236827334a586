"""Trains the models from annotated documents (``extract.examples``): ``python -m extract.training --shared ../shared``.

A second run on the same texts, annotations and rules gives the same files.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pycrfsuite
from rich.console import Console
from spacy.language import Language
from spacy.tokens import Doc

from extract import levels, metadata, pipeline, status, wording
from extract.annotation import Entity
from extract.document import Document, Span
from extract.examples import Example, Known, everything, write_stretches
from extract.learned import affinity, chains, inference, measurement, network, reranker
from extract.learned.affinity import Affinity
from extract.learned.chains import Chains
from extract.learned.classifier import MODELS, opened
from extract.learned.network import Network, Sample
from extract.learned.tagger import LABELS, READERS, TAGGER, labels
from extract.learned.traits import Floats, seen
from extract.learned.trees import Trees
from extract.surface import folded_text
from ontology.scheme import Concept, Scheme
from ontology.terms import IDEAS, Kind, Level

RULES = pipeline.COMPONENTS[: pipeline.COMPONENTS.index(TAGGER)]
"""The finders that the tagger sees."""
_READERS = ("policy_composition", "policy_service")
"""The readers of relations that the inference sees."""
_FOLDS = 5
_GROWTH: dict[str, Any] = {
    "max_iter": 160,
    "learning_rate": 0.1,
    "max_leaf_nodes": 31,
    "max_depth": 6,
    "min_samples_leaf": 40,
    "l2_regularization": 10,
    "max_features": 0.4,
    "early_stopping": False,
    "random_state": 0,
}
"""How trees grow."""
_SLOWER = {"max_iter": 320, "learning_rate": 0.05}
"""Those of strategies: of as many that they find likely in other folds' texts, 860 are right instead of 847."""


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


_Described = tuple[Judged, list[list[str]]]
"""A document with what the log-linear model sees of each of its names."""


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
    """Train the reranker's two models and write them to a folder with its counts of names.

    The trees learn from what log-linear models of the other folds say of a fold's names.

    Args:
        parts: folds of documents, judged by taggers that have not seen them. What a form counts for in one fold is
            counted in the others.
        folder: where the models go.
    """
    described = [_described(part, _counts(other for other in parts if other is not part)) for part in parts]
    numbers: list[Floats] = []
    for fold, part in enumerate(described):
        with tempfile.TemporaryDirectory() as scratch:
            _train_first(described[:fold] + described[fold + 1 :], Path(scratch))
            model = opened(Path(scratch), reranker.MODEL)
            numbers += [reranker.numbers(each.names, reranker.likelihoods(model, traits)) for each, traits in part]
    taken = [is_taken for part in parts for document in part for is_taken in document.taken]
    _grown(numbers, taken).save(folder / reranker.SECOND_MODEL)
    _train_first(described, folder)
    reranker.write_counts(_counts(parts), folder / reranker.COUNTS)


def _described(part: Iterable[Judged], counts: reranker.Counts) -> list[_Described]:
    """Describe the names of a fold's documents; a trait's words are kept once."""
    return [
        (each, [list(map(sys.intern, traits)) for traits in reranker.features(each.doc, each.names, counts)])
        for each in part
    ]


def _train_first(parts: Iterable[Iterable[_Described]], folder: Path) -> None:
    trainer = _trainer(c1=3, c2=3, max_iterations=150)
    for document, traits in chain.from_iterable(parts):
        for each, is_taken in zip(traits, document.taken, strict=True):
            trainer.append([each], [reranker.TAKEN if is_taken else reranker.REFUSED])
    trainer.train(str(folder / reranker.MODEL))


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
            if known.kind not in IDEAS or text.upward is None:
                continue
            if not any(_settled(doc._.scheme.by_label(s), known.kind) for s in known.surfaces):
                name = folded[at[0].start : at[0].end]
                seen = levels.features(known.kind, name, at, folded, described, own=known.defined)
                issuer.append([seen], [known.level or levels.UNTOLD])
    progress.train(str(folder / status.MODEL))
    issuer.train(str(folder / levels.MODEL))


def train_inference(annotated: Sequence[Example], folder: Path) -> None:
    """Train the models that tell what works and strategies are for where no rule does, and write them to a folder.

    They learn from the annotated entities with the relations that the rules read between them, in whole texts: what a
    stretch of a report is for, its other parts may tell. What serves what in a fold's texts is told by the others.
    """
    meanings = affinity.meanings(text.text for text in annotated)
    parts = folds(text for text in annotated if text.report is None)
    served = [[list(_served(text)) for text in part] for part in parts]
    Affinity.of(meanings, chain.from_iterable(served)).save(folder / affinity.MODEL)
    finders, readers = pipeline.load(components=RULES), pipeline.load(components=_READERS)
    works: list[list[_Inferred]] = [[] for _ in parts]
    strategies: list[list[_Inferred]] = [[] for _ in parts]
    for fold, part in enumerate(parts):
        fitting = Affinity.of(meanings, chain.from_iterable(served[:fold] + served[fold + 1 :]))
        for text in part:
            doc = _with_entities(_processed(finders, text), text.entities)
            for _, reader in readers.pipeline:
                doc = reader(doc)
            works[fold].append(_inferred(inference.of_works(doc, fitting), text))
            strategies[fold].append(_inferred(inference.of_strategies(doc, fitting), text))
    _train_twice(works, [folder / name for name in inference.WORKS_MODELS])
    (model,) = inference.STRATEGIES_MODELS
    _grown_first(chain.from_iterable(strategies), **_SLOWER).save(folder / model)


class _Inferred(NamedTuple):
    """What the subjects of a document may be for, and whether annotators say so of each goal."""

    choices: list[inference.Choices]
    related: list[bool]


def _inferred(choices: Iterable[inference.Choices], text: Example) -> _Inferred:
    every, upward = list(choices), text.upward or ()
    return _Inferred(every, [(int(each.subject.id), int(goal.id)) in upward for each in every for goal in each.goals])


def _served(text: Example) -> Iterator[tuple[str, str]]:
    """Yield the names of work and of the strategy that it is annotated to serve."""
    for subject, goal in sorted(text.upward or ()):
        if text.entities[subject].kind is not Kind.STRATEGY:
            yield text.entities[subject].surfaces[0], text.entities[goal].surfaces[0]


def _train_twice(parts: Sequence[Sequence[_Inferred]], models: Sequence[Path]) -> None:
    """Train trees, and those that judge again: these learn from what trees of the other folds say of a fold's texts."""
    again: list[Floats] = []
    related: list[bool] = []
    for fold, part in enumerate(parts):
        first = _grown_first(chain.from_iterable([*parts[:fold], *parts[fold + 1 :]]))
        for choices, told in part:
            if choices:
                likely = first.likelihoods(np.concatenate([each.numbers for each in choices]))
                worth, numbers = inference.to_judge_again(choices, likely)
                again.append(numbers)
                related += np.array(told)[worth].tolist()
    first_model, second_model = models
    _grown_first(chain.from_iterable(parts)).save(first_model)
    _grown(again, related).save(second_model)


def _grown_first(documents: Iterable[_Inferred], **otherwise: float) -> Trees:
    documents = list(documents)
    numbers = [each.numbers for choices, _ in documents for each in choices]
    return _grown(numbers, [told for _, related in documents for told in related], **otherwise)


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


def _grown(numbers: Sequence[Floats], labels: Sequence[bool], **otherwise: float) -> Trees:
    from sklearn.ensemble import HistGradientBoostingClassifier  # only for training: the package goes without it

    growth = {**_GROWTH, **otherwise}
    return Trees.of(HistGradientBoostingClassifier(**growth).fit(np.concatenate(numbers), labels))


def _trainer(**parameters: float) -> pycrfsuite.Trainer:
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params({**parameters, "feature.minfreq": 1})
    return trainer


def _closed(tags: list[str]) -> list[str]:
    """Return the tags of a line with spans that run over its end taken out."""
    return tags if tags[-1][0] in "OES" and tags[0][0] in "OBS" else ["O" if t[0] in "BIE" else t for t in tags]


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
    annotated = everything(options.shared)
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
