"""The processes that answer queries: a few, warm, each killed and replaced when a query takes too long.

The server itself never runs a query: a query that is out of hand costs one process, and the next one is warm already.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypeAlias

import pyoxigraph as ox

from kg import sparql
from kg.naming import readings
from kg.rows import Rows
from kg.server.limits import Limits
from kg.server.worker import Answer, Request
from ontology.errors import NotFound, PolicyGraphError, QueryError, StoreError
from queries import Query

_log = logging.getLogger(__name__)
GRACE = 1.0
"""Seconds behind the limit after which a process ends itself, should the server be gone."""

_PAUSE = 1.0
"""Seconds between two tries to start a process."""


Ask: TypeAlias = Callable[..., Awaitable[Rows]]
"""Asks the published graph: SPARQL and values of its variables in, rows out."""


class Busy(PolicyGraphError):
    """All processes are at work and the queue is full; ``retry_after`` says in how many seconds to ask again."""

    code = "PL-SERVER-BUSY"
    retry_after = 5


class Pool:
    """Worker processes over one store.

    Attributes:
        store: folder of the store.
        limits: what a query may cost.
    """

    def __init__(self, store: Path, limits: Limits) -> None:
        self.store = store
        self.limits = limits
        self._idle: asyncio.Queue[Process] = asyncio.Queue()
        self._waiting = 0
        self._processes: set[Process] = set()
        self._replacing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Pool:
        await asyncio.gather(*(self._start() for _ in range(self.limits.workers)))
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._replacing:
            task.cancel()
        for process in list(self._processes):
            await self._end(process)

    async def ask(self, query: str, **parameters: Any) -> Rows:
        """Ask the graph under the same limits as everyone, and return rows as ``Graph.query`` does.

        Args:
            query: SPARQL text of a ``SELECT`` or ``ASK``.
            parameters: values of its variables, see ``kg.sparql.bind``.

        Raises:
            QueryError: the query is refused, takes too long, or gives triples.
            Busy: the queue is full.
        """
        found = await self.answer(Request(sparql.bind(query, parameters), row_format="json", graph_format=None))
        return await asyncio.to_thread(_rows, found)

    async def answer(self, request: Request) -> Answer:
        """Have a process answer; the limits of the pool hold, whatever the request says.

        Raises:
            QueryError: the query is refused, takes too long or too much memory.
            NotFound: there is no such graph.
            Busy: the queue is full.
        """
        limits = self.limits
        request = replace(
            request,
            rows=limits.rows,
            size=limits.answer_bytes,
            nesting=limits.nesting,
            seconds=limits.query_seconds + GRACE,
        )
        async with self._process() as process:
            try:
                async with asyncio.timeout(limits.query_seconds):
                    head, content = await _exchange(process, json.dumps(asdict(request)).encode())
            except TimeoutError as error:
                raise QueryError(
                    f"the query took longer than {limits.query_seconds:g} s and was ended",
                    code="PL-QUERY-TIMEOUT",
                ) from error
            except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
                raise QueryError(
                    "the query needs too much memory, or is too long a chain: its process ended",
                    code="PL-QUERY-MEMORY",
                ) from error
        check_reply(head)
        return Answer(content, head["format"], head["truncated"], head["version"])

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[Process]:
        """Take a process; it goes back when it has answered, and is replaced when anything else happened."""
        if self._idle.empty() and self._waiting >= self.limits.queue:
            raise Busy("all processes are at work and the queue is full; ask again soon")
        self._waiting += 1
        try:
            async with asyncio.timeout(self.limits.queue_seconds):
                process = await self._idle.get()
        except TimeoutError as error:
            raise Busy("no process became free in time; ask again soon") from error
        finally:
            self._waiting -= 1
        try:
            yield process
        except BaseException:
            kill(process)
            self._replace(process)
            raise
        self._idle.put_nowait(process)

    def _replace(self, process: Process) -> None:
        async def replace() -> None:
            await self._end(process)
            while True:
                try:
                    return await self._start()
                except OSError as error:  # the machine has no memory or handle left, for now
                    _log.error("a query process can't be started (%s); the next try is in %g s", error, _PAUSE)
                    await asyncio.sleep(_PAUSE)

        task = asyncio.create_task(replace())
        self._replacing.add(task)
        task.add_done_callback(self._replacing.discard)

    async def _start(self) -> None:
        process = await spawn("kg.server.worker", str(self.store), str(self.limits.memory_bytes))
        self._processes.add(process)
        self._idle.put_nowait(process)

    async def _end(self, process: Process) -> None:
        kill(process)
        status = await process.wait()
        self._processes.discard(process)
        _log.info("query process %d ended with status %d", process.pid, status)


async def meant(ask: Ask, question: Query, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a library query with what the names among them mean, as ``Graph.meant`` does."""
    found = dict(parameters)
    for parameter, name in question.names(parameters):
        rows = Rows([], [])
        for reading in readings(name):
            if rows := await ask(reading):
                break
        found[parameter.name] = parameter.meaning(name, {row.e: row.l for row in rows})
    return found


async def spawn(module: str, *arguments: str) -> Process:
    """Start a process of this package that talks over its pipes."""
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module, *arguments),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={**os.environ, "PYTHONPATH": path, "MALLOC_ARENA_MAX": "2"},
    )


def check_reply(head: Mapping[str, Any]) -> None:
    """Raise the error that a process has met, where its reply is one."""
    if (error := head.get("error")) is not None:
        code = error["code"]
        kind = NotFound if code == NotFound.code else StoreError if code.startswith(StoreError.code) else QueryError
        raise kind(error["message"], subject=error["subject"], code=code)


async def _exchange(process: Process, request: bytes) -> tuple[dict[str, Any], bytes]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(request + b"\n")
    await process.stdin.drain()
    head = json.loads(await process.stdout.readuntil(b"\n"))
    return head, await process.stdout.readexactly(head["length"])


def kill(process: Process) -> None:
    """End a process at once, if it has not ended by itself."""
    if process.returncode is None:
        process.kill()


def _rows(answer: Answer) -> Rows:
    results = ox.parse_query_results(answer.content, format=ox.QueryResultsFormat.JSON)
    return Rows.of(results, truncated=answer.truncated)
