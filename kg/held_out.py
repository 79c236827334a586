"""Scores of documents by taggers that have not seen them: what is learned is trained anew without each fold."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path

from extract import metadata, pipeline, training
from extract.annotation import Annotation
from extract.document import Document
from extract.examples import Example, everything
from kg.paths import Paths, listed
from kg.score import Scores, corpus_text, score_annotations
from ontology.errors import UsageError


def held_out(
    golds: Paths,
    folds: int,
    *,
    shared: Path = Path("../shared"),
    corpus: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Scores:
    """Score each document by a tagger trained on all annotated documents but those of its fold.

    Other stretches of the same reports are left out of the training too.

    Rules, lexicons and the authority file are as they are, whoever looked at which document when writing them.

    Args:
        golds: paths of gold files; as many folds as files leave one document out at a time.
        folds: how many; documents are dealt out in turn.
        shared: the folder with ``gold/``, ``corpus/`` and ``reports/`` that the tagger is trained from.
        corpus: folder of the texts; by default ``corpus`` or ``documents`` beside the gold files' folder, or the gold
            files' own folder.
        tell: hears of each fold before it is trained.

    Raises:
        UsageError: there are fewer documents than folds, fewer than two folds, no ``shared``, a text or scikit-learn is
            missing.
    """
    paths = listed(golds)
    if not 2 <= folds <= len(paths):
        raise UsageError(f"{folds} folds of {len(paths)} documents: give from 2 to as many as there are documents")
    if find_spec("sklearn") is None:
        raise UsageError("scoring in folds trains models, for which scikit-learn is missing: pip install scikit-learn")
    if not (shared / "gold").is_dir():
        raise UsageError(f"{shared} holds no gold/ to train from: name the folder with --shared", subject=str(shared))
    documents = [_document(path, corpus) for path in paths]
    annotated = everything(shared)
    annotations: list[Annotation] = []
    for fold in range(folds):
        held = documents[fold::folds]
        tell(f"fold {fold + 1} of {folds}: {len(held)} documents held out")
        annotations += _annotate(held, unseen(annotated, {d.identifier for d in held}))
    return score_annotations(annotations, paths)


def unseen(examples: Sequence[Example], held: Collection[str]) -> list[Example]:
    """Leave out the documents held out and every stretch of a report that one of them is a stretch of."""
    reports = {e.report for e in examples if e.name in held} - {None}
    return [e for e in examples if e.name not in held and e.report not in reports]


def _annotate(documents: Iterable[Document], examples: Sequence[Example]) -> list[Annotation]:
    with tempfile.TemporaryDirectory() as folder:
        training.train(examples, Path(folder))
        nlp = pipeline.load(config={name: {"models": folder} for name in pipeline.LEARNED})
        return list(pipeline.annotate_all(nlp, documents))


def _document(gold: Path, corpus: Path | None) -> Document:
    text = corpus_text(gold, corpus)
    if text is None:
        raise UsageError(f"{gold}: no text of this name; name its folder with --corpus", subject=str(gold))
    return metadata.describe(Document(gold.stem, text, gold.stem))
