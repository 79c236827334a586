"""A small store, and real servers over it: processes of their own, on loopback, on a free port."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from kg.store import Entry, Manifest, writing
from ontology.terms import DCTERMS, PL, PLID, RDF, SKOS

ROOT = Path(__file__).parents[3]
TOKEN = "geheim"
Serve = Callable[..., AbstractContextManager[httpx.Client]]


def document(name: str, towns: int) -> tuple[ox.NamedNode, list[ox.Triple]]:
    """A document whose villages serve its town's strategy, which advances a national one."""
    graph = ox.NamedNode(f"{PLID}Document/{name}")
    town = ox.NamedNode(f"{PLID}Strategy/甲省/乙市/丙县/{name}/兴镇")
    nation = ox.NamedNode(f"{PLID}Strategy/中国/乡村振兴")
    kind = ox.NamedNode(f"{RDF}type")
    triples = [
        ox.Triple(graph, kind, ox.NamedNode(f"{PL}Document")),
        ox.Triple(graph, ox.NamedNode(f"{DCTERMS}identifier"), ox.Literal(name)),
        ox.Triple(graph, ox.NamedNode(f"{DCTERMS}title"), ox.Literal(f"{name}工作报告", language="zh")),
        ox.Triple(town, kind, ox.NamedNode(f"{PL}Strategy")),
        ox.Triple(town, ox.NamedNode(f"{SKOS}prefLabel"), ox.Literal("兴镇", language="zh")),
        ox.Triple(nation, kind, ox.NamedNode(f"{PL}Strategy")),
        ox.Triple(nation, ox.NamedNode(f"{SKOS}prefLabel"), ox.Literal("乡村振兴", language="zh")),
        ox.Triple(town, ox.NamedNode(f"{PL}advances"), nation),
    ]
    for number in range(towns):
        village = ox.NamedNode(f"{PLID}Village/甲省/乙市/丙县/{name}/第{number}村")
        triples += [
            ox.Triple(village, kind, ox.NamedNode(f"{PL}Village")),
            ox.Triple(village, ox.NamedNode(f"{SKOS}prefLabel"), ox.Literal(f"第{number}村", language="zh")),
            ox.Triple(village, ox.NamedNode(f"{PL}serves"), town),
        ]
    return graph, triples


def publish(folder: Path, **documents: int) -> None:
    """Publish a version that holds these documents, each with so many villages."""
    with writing(folder) as draft:
        graphs = [document(name, villages) for name, villages in documents.items()]
        draft.replace_graphs(graphs)
        entries = {name: Entry(f"{PLID}Document/{name}", name, f"{name}.txt", name, name) for name in documents}
        draft.manifest = Manifest({**draft.manifest.documents, **entries})
        draft.publish()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two towns: 8 + 8 statements and three for each of 4,000 villages."""
    path = tmp_path_factory.mktemp("server") / "graph"
    publish(path, 丁镇=2000, 戊镇=2000)
    return path


@contextmanager
def running(store: Path, *options: str) -> Iterator[httpx.Client]:
    """Run ``kg serve`` and give a client of it."""
    command = [sys.executable, "-m", "kg", "serve", "--store", str(store), "--port", "0", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("KG_UPDATE_TOKEN", None)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            address = re.search(r"http://\S+", line)
            assert address is not None, line
            with httpx.Client(base_url=address[0], timeout=30) as client:
                yield client
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def serve() -> Serve:
    return running


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[httpx.Client]:
    """A server without updates, with limits that keep the tests short."""
    with running(folder, "--limit", "query_seconds=2", "--limit", "rows=1000") as client:
        yield client


def ask(client: httpx.Client, query: str, accept: str = "application/json", **form: str | list[str]) -> httpx.Response:
    return client.post("/sparql", data={"query": query, **form}, headers={"Accept": accept})


def count(client: httpx.Client, pattern: str = "?s ?p ?o") -> int:
    """How many solutions a pattern has."""
    response = ask(client, f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
    response.raise_for_status()
    return int(response.json()["results"]["bindings"][0]["n"]["value"])
