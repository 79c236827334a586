"""Usual wording: what official prose writes anyway, and what only a name brings in."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract import names
from extract.wording import count, is_usual, unusual, write
from ontology.errors import AuthorityError


@pytest.mark.parametrize("text", ["加强项目建设", "产业园", "2023年", "A区3期", ""])
def test_official_prose_is_usual(text: str) -> None:
    assert unusual(text) == 0


@pytest.mark.parametrize("name", ["鹮鸣", "砥澜电子", "榆筏大桥"])
def test_a_name_is_unusual(name: str) -> None:
    assert unusual(name) > 0
    assert not is_usual(name[:2])


def test_a_pair_is_usual_where_enough_documents_have_it() -> None:
    assert count(["鹮鸣鹮鸣"] * 4 + ["建设"] * 5) == ["建设"]


def test_the_same_pairs_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(["建设", "项目"], tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_no_list_of_the_lexicon_says_a_word_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for path in names.LEXICON.glob("*.toml"):
        assert names.lexicon(path.stem)
    (tmp_path / "twice.toml").write_text('[heads]\nplain = ["项目", "工程", "项目"]\n', encoding="utf-8")
    monkeypatch.setattr(names, "LEXICON", tmp_path)
    with pytest.raises(AuthorityError, match="项目"):
        names.lexicon("twice")
