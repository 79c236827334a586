"""Trains the tagger from annotated documents: ``python -m extract.training --shared ../shared``.

The annotations are those of the gold files, of the example corpus, of the texts that we wrote for training, and our own
of the real reports in ``extract/model/annotations``: offsets into the reports, without their text. A second run on the
same texts, annotations and rules gives the same files.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pycrfsuite
from rich.console import Console

from extract import metadata, pipeline, wording
from extract.document import Document, Span
from extract.tagger import KINDS, MODELS, features, labels
from ontology.terms import Kind

ANNOTATIONS = MODELS / "annotations"
WRITTEN = MODELS / "written"
EXAMPLES = Path(__file__).parent.parent / "kg" / "example"
"""The example corpus, read as files: this package knows nothing of ``kg``."""
RULES = tuple(
    name for name in pipeline.COMPONENTS[: pipeline.COMPONENTS.index("policy_indicators")] if name != "policy_tagger"
)
"""The finders that the tagger sees."""


@dataclass(frozen=True)
class Example:
    """One annotated text: the spans of each kind."""

    name: str
    text: str
    spans: dict[Kind, list[Span]]


def occurrences(text: str, entities: Iterable[dict[str, Any]], kind: Kind) -> list[Span]:
    """Find where the surfaces of a gold file's entities of one kind stand, longest first, without overlap."""
    surfaces = sorted({s for e in entities if e["type"] == kind for s in e["surfaces"]}, key=lambda s: (-len(s), s))
    found: list[Span] = []
    covered = bytearray(len(text))
    for surface in surfaces:
        for match in re.finditer(re.escape(surface), text):
            if not any(covered[match.start() : match.end()]):
                found.append(Span(*match.span()))
                covered[match.start() : match.end()] = b"\1" * len(surface)
    return sorted(found)


def gold_examples(golds: Path, texts: Path) -> list[Example]:
    """Read a folder of gold files with the folder of their texts."""
    examples = []
    for path in sorted(golds.glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        text = (texts / f"{path.stem}.txt").read_text(encoding="utf-8")
        spans = {kind: occurrences(text, gold["entities"], kind) for kind in KINDS}
        examples.append(Example(path.stem, text, spans))
    return examples


def own_examples(shared: Path, folder: Path = ANNOTATIONS) -> list[Example]:
    """Read our own annotations of stretches of the real reports."""
    examples = []
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        report = (shared / "reports" / f"{data['report']}.txt").read_text(encoding="utf-8")
        text = report[data["begin"] : data["end"]]
        spans = {
            kind: sorted(Span(*m) for e in data["entities"] if e["type"] == kind for m in e["mentions"])
            for kind in KINDS
        }
        examples.append(Example(path.stem, text, spans))
    return examples


def train(annotated: Sequence[Example], folder: Path, *, kinds: Sequence[Kind] = KINDS, iterations: int = 120) -> None:
    """Train one CRF a kind and write them to a folder.

    Args:
        annotated: annotated texts.
        folder: where ``<kind>.crfsuite`` is written.
        kinds: which kinds.
        iterations: of L-BFGS; it stops earlier when the likelihood settles.
    """
    nlp = pipeline.load(components=RULES)
    folder.mkdir(parents=True, exist_ok=True)
    prepared = []
    for example in annotated:
        document = metadata.describe(Document(example.name, example.text, ""))
        prepared.append((example, features(pipeline.process(nlp, document))))
    for kind in kinds:
        trainer = pycrfsuite.Trainer(verbose=False)
        trainer.set_params({"c1": 0.05, "c2": 0.01, "max_iterations": iterations, "feature.minfreq": 1})
        for example, lines in prepared:
            tags = labels(example.spans[kind], len(example.text))
            offset = 0
            for line in lines:
                rows = line.of(kind)
                if len(rows):
                    trainer.append(rows, _closed(tags[offset : offset + len(rows)]))
                offset += len(rows) + 1
        trainer.train(str(folder / f"{kind}.crfsuite"))


def _closed(tags: list[str]) -> list[str]:
    """Return the tags of a line with spans that run over its end taken out."""
    return tags if not tags or (tags[-1] in "OES" and tags[0] in "OBS") else ["O" if t in "BIE" else t for t in tags]


def examples(shared: Path) -> list[Example]:
    """Read every annotated document that there is.

    Args:
        shared: the folder with ``gold/``, ``corpus/`` and ``reports/``.
    """
    return [
        *gold_examples(shared / "gold", shared / "corpus"),
        *gold_examples(EXAMPLES / "gold", EXAMPLES / "documents"),
        *gold_examples(WRITTEN, WRITTEN),
        *own_examples(shared),
    ]


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
    options = parser.parse_args(arguments)
    if not (options.shared / "gold").is_dir():
        print(f"training: {options.shared} holds no gold/: name the folder with --shared", file=sys.stderr)
        return 2
    reports = sorted((options.shared / "reports").glob("*.txt"))
    wording.write(wording.count(path.read_text(encoding="utf-8") for path in reports))
    annotated = examples(options.shared)
    unknown = set(options.without) - {e.name for e in annotated}
    if unknown:
        print(f"training: no annotated document is called {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    annotated = [e for e in annotated if e.name not in options.without]
    Console(stderr=True).print(f"{len(annotated)} annotated texts, {sum(len(e.text) for e in annotated):,} characters")
    train(annotated, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
