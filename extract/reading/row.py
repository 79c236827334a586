"""A row of a table is one line, unless the table is there for the layout of the page."""

from __future__ import annotations

from collections.abc import Sequence


def as_row(cells: Sequence[Sequence[str]]) -> str | None:
    r"""Return the cells of a row as one line, parted by tabs.

    None where they are there for the layout, so that their paragraphs stand by themselves: where there is but one cell,
    or where of those that hold anything half or more hold several paragraphs. The rows of a table of data hold them
    too, but seldom in most columns.

    Args:
        cells: the paragraphs of each.

    >>> as_row([["1"], ["修路"], ["拓宽；", "铺油。"], []])
    '1\t修路\t拓宽； 铺油。\t'
    >>> as_row([["侧栏"], ["关于治水的通知", "各乡镇："]])
    """
    filled = [cell for cell in cells if cell]
    several = [cell for cell in filled if len(cell) > 1]
    if len(cells) < 2 or (several and 2 * len(several) >= len(filled)):
        return None
    return "\t".join(" ".join(cell) for cell in cells)
