"""The example corpus: seven short reports from the nation down to a township, written by us, with gold annotations.

They form the chain 全国 → 山西省 → 运城市 → 永济市 → 张营镇, and beside it two years of an invented township, 鹳鸣镇.
The README in this folder says what each document is there to show.

>>> sorted(path.stem for path in folder().glob("township_鹳鸣镇_*.txt"))
['township_鹳鸣镇_2022_示例', 'township_鹳鸣镇_2023_示例']
"""

from __future__ import annotations

from pathlib import Path

MARKER = "示例文本：依公开事实改写，非原文，不可引用"
"""What stands in the title of every example document, so that no page or export is taken for a source."""

_HERE = Path(__file__).parent


def folder() -> Path:
    """Return the folder that holds the documents and nothing else, ready for ``kg build``."""
    return _HERE / "documents"


def gold() -> Path:
    """Return the folder of gold annotations, one ``.json`` a document, of the same stem."""
    return _HERE / "gold"


def metadata() -> Path:
    """Return the metadata table of the documents, ready for ``kg build --metadata``."""
    return _HERE / "metadata.csv"
