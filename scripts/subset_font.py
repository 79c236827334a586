"""Cut the font that ships with us out of Noto Sans CJK: ``python scripts/subset_font.py NotoSansCJK-Regular.ttc``.

Kept are GB 2312's Chinese characters and marks, Latin, and what pictures use besides; hinting, variants and vertical
metrics go. The result is renamed, as a changed font should be.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

TARGET = Path(__file__).parent.parent / "kg" / "fonts" / "PolicySans.otf"
_EXTRA = "−≈≤≥“”‘’—…–·•′″‰℃№←→↑↓▲▼●○■□◆◇★☆▶◀△▽⬡›‹〇㎡㎞㎏"
_LEFT_OUT = (range(0x3040, 0x3130), range(0x400, 0x500), range(0x2500, 0x2580), range(0x2474, 0x249C))


def characters() -> set[int]:
    """Return the code points that are kept."""
    kept = {*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, _EXTRA)}
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            kept |= {ord(c) for c in bytes([row, cell]).decode("gb2312", errors="ignore")}
    return {point for point in kept if not any(point in out for out in _LEFT_OUT)}


def main(source: str) -> None:
    """Write the subset."""
    (font,) = (f for f in TTCollection(source).fonts if f["name"].getDebugName(1) == "Noto Sans CJK SC")
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GPOS", "GSUB", "GDEF"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters())
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6):
            record.string = "PolicySans-Regular" if record.nameID == 6 else "Policy Sans"
    top = font["CFF "].cff
    top.fontNames[0] = "PolicySans-Regular"
    top[0].FullName = top[0].FamilyName = "Policy Sans"
    font.save(TARGET)


if __name__ == "__main__":
    main(sys.argv[1])
