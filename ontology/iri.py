"""How an IRI is minted, from a kind, a place and a name, and from nothing else; read back, and written with a prefix.

The Chinese stays readable in the IRI; only what RFC 3987 forbids in a path segment is percent-encoded. The rules are
told in docs/architecture.md, "Identity", and docs/ontology.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from urllib.parse import unquote

from ontology.terms import PLID, PREFIXES, Basis, Kind, Predicate

NATION = "中国"
"""The place in the IRI of whatever is the nation's."""

AUTHORITY_GRAPH = f"{PLID}graph/authority"
DERIVED_GRAPH = f"{PLID}graph/derived"
DECISIONS_GRAPH = f"{PLID}graph/decisions"
UPDATES_GRAPH = f"{PLID}graph/updates"

_QUOTES = "\"'`´“”„‟‘’‚‛「」『』〝〞〟«»‹›"
_FULL_WIDTH = str.maketrans("(),:;!?", "（），：；！？")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_ENDED = r"[\u3400-\u9fff\uf900-\ufaff）》]"
_FOOTNOTE = re.compile(
    rf"(?:(?<={_ENDED})|(?<=[^{_QUOTES}][{_QUOTES}]))(?:[\[［〔]\d{{1,3}}[\]］〕](?!第?\d*号)|[①-⑳])+"
)
"""A footnote's mark within or behind a Chinese name: 三资[22]监管平台, “1530”[2]工程, but not 国发〔2021〕1号."""
_SPACE_BESIDE_CHINESE = re.compile(r"\s+(?=[^\x00-\u2fff])|(?<=[^\x00-\u2fff])\s+")
_SPACES = re.compile(r"\s+")
# RFC 3987: ipchar without "%", and without the private and unassigned ends of the planes.
_FORBIDDEN = re.compile(
    r"[^A-Za-z0-9\-._~!$&'()*+,;=:@\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14))
    + "\U000e1000-\U000efffd]"
)


@lru_cache(maxsize=1 << 16)
def normalise(name: str) -> str:
    """Return the one form of a name under which all its spellings are the same thing.

    Marks of footnotes are left out, compatibility forms folded (NFKC: full-width letters and digits, compatibility
    ideographs), quotation marks and invisible characters dropped, white space dropped beside Chinese and single
    elsewhere, and in a Chinese name the marks ``(),:;!?`` are full-width. The form is fit for a label.

    Raises:
        ValueError: nothing is left, or the name holds half a surrogate pair.

    >>> normalise('"两山"理念') == normalise("“两山”理念 ")
    True
    >>> normalise("黄河流域(运城段)"), normalise("“三资”[22]监管平台")
    ('黄河流域（运城段）', '三资监管平台')
    """
    form = name
    while (folded := _fold(form)) != form:
        form = folded
    if not form:
        raise ValueError(f"a name needs more than quotation marks and white space, not {name!r}")
    return form


def without_footnotes(name: str) -> str:
    """Return a name as written but for the marks of footnotes within and behind it.

    >>> without_footnotes("一轴两翼三组团［1］布局")
    '一轴两翼三组团布局'
    """
    return _FOOTNOTE.sub("", name)


def mint(kind: Kind | str, path: Sequence[str], name: str) -> str:
    """Return the IRI of an entity.

    Args:
        kind: class of the entity.
        path: names of the places that tell it from its namesakes, from the province down; the nation is ``中国``.
        name: what it is called.

    Raises:
        ValueError: the name or a place is empty once normalised.

    >>> mint(Kind.VILLAGE, ("山西省", "运城市", "永济市", "张营镇"), "舜帝村").removeprefix(PLID)
    'Village/山西省/运城市/永济市/张营镇/舜帝村'
    """
    return PLID + "/".join((str(kind), *(_segment(normalise(part)) for part in (*path, name))))


def place_of(iri: str) -> tuple[str, ...]:
    """Return the places in an entity's IRI; for a unit or village, the units that contain it.

    They come as they stand in the IRI; an IRI that was not minted here has none.

    >>> place_of(mint(Kind.STRATEGY, ("山西省",), "三区三地"))
    ('山西省',)
    """
    return tuple(iri.removeprefix(PLID).split("/")[1:-1]) if iri.startswith(PLID) else ()


def places_of(iri: str) -> tuple[str, ...]:
    """Return the places in an entity's IRI by their names, from the province down; see ``place_of``.

    >>> places_of(f"{PLID}Project/山西省/张营%20镇/修路")
    ('山西省', '张营 镇')
    """
    return tuple(unquote(part) for part in place_of(iri))


def name_of(iri: str) -> str:
    """Return the name at the end of an entity's or a generator's IRI.

    >>> name_of(mint(Kind.ORGANIZATION, (), "A B"))
    'A B'
    """
    return unquote(iri.rsplit("/", 1)[-1])


def document_iri(identifier: str) -> str:
    """Return the IRI of a document, which is also that of its graph; identifiers that differ give IRIs that differ.

    >>> document_iri("2023/张营镇 报告").removeprefix(PLID)
    'Document/2023/张营镇%20报告'
    """
    if not identifier:
        raise ValueError("a document needs an identifier")
    return f"{PLID}Document/{encoded(identifier)}"


def identifier_of(iri: str) -> str:
    """Return the identifier of the document that an IRI names, see ``document_iri``; an identifier comes as it is.

    >>> identifier_of(document_iri("2023/张营镇 报告"))
    '2023/张营镇 报告'
    """
    return unquote(iri.removeprefix(f"{PLID}Document/"))


def encoded(text: str) -> str:
    """Return the path of an IRI as it stands there: each part with what may not stand there percent-encoded.

    >>> encoded("Document/2023/张营镇 报告")
    'Document/2023/张营镇%20报告'
    """
    return "/".join(_segment(part) for part in text.split("/"))


def mention_iri(document: str, start: int, end: int, of: str) -> str:
    """Return the IRI of a mention.

    Args:
        document: IRI of the document.
        start: where it begins, in code points.
        end: where it ends.
        of: IRI of the entity or indicator that it names.
    """
    kind, name = ("Indicator", "") if "#" in of else (of.removeprefix(PLID).split("/")[0], of.rsplit("/", 1)[-1])
    return f"{document}#mention={start},{end}/{kind}" + (f"/{name}" if name else "")


def section_iri(document: str, start: int, end: int) -> str:
    """Return the IRI of a section of a document."""
    return f"{document}#section={start},{end}"


def indicator_iri(document: str, start: int, end: int) -> str:
    """Return the IRI of an indicator of a document."""
    return f"{document}#indicator={start},{end}"


def evidence_iri(document: str, start: int, end: int) -> str:
    """Return the IRI of a passage that proves links; links that one passage proves share it."""
    return f"{document}#evidence={start},{end}"


def link_iri(source: str, subject: str, predicate: Predicate, object: str, basis: Basis, generator: str) -> str:
    """Return the IRI of a ``pl:Link``.

    Args:
        source: IRI of the document, or of the graph, that says so.
        subject: IRI of the entity that it goes from.
        predicate: the relation.
        object: IRI of the entity that it goes to.
        basis: why it is believed.
        generator: name of what made it.
    """
    key = "\n".join((subject, predicate, object, basis, generator))
    return f"{source}#link={sha256(key.encode()).hexdigest()[:20]}"


def generator_iri(name: str) -> str:
    """Return the IRI of the extractor, scheme or table that a link comes from."""
    return f"{PLID}generator/{_segment(name)}"


def expanded(written: str) -> str:
    """Return the IRI that somebody writes with a known prefix, in angle brackets, or as it is.

    >>> expanded("pl:serves"), expanded("<urn:a>"), expanded("urn:a")
    ('https://w3id.org/policy-lineage#serves', 'urn:a', 'urn:a')
    """
    text = written.removeprefix("<").removesuffix(">")
    prefix, colon, local = text.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else text


def shortened(iri: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Return an IRI with its prefix, or whole where none fits.

    >>> shortened("https://w3id.org/policy-lineage#serves"), shortened("urn:a")
    ('pl:serves', 'urn:a')
    """
    for prefix, namespace in prefixes.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def _fold(name: str) -> str:
    text = unicodedata.normalize("NFKC", without_footnotes(name))
    text = "".join(c for c in text if c not in _QUOTES and (unicodedata.category(c) not in ("Cf", "Cc") or c.isspace()))
    if _HAN.search(text):
        text = text.translate(_FULL_WIDTH)
    return _SPACES.sub(" ", _SPACE_BESIDE_CHINESE.sub("", text)).strip()


@lru_cache(maxsize=1 << 16)
def _segment(text: str) -> str:
    """Percent-encode what may not stand in a path segment, and dots that a resolver would take for a folder's."""
    if text in (".", ".."):
        return text.replace(".", "%2E")
    return "".join(_percent(c) if _FORBIDDEN.match(c) or unicodedata.category(c) == "Cf" else c for c in text)


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode())
