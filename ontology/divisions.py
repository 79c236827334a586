"""The table of administrative divisions: places by name and code, from the provinces down to 620,000 villages.

``divisions.zip`` holds the official table (National Bureau of Statistics, as of 2023-06-30), built by
``scripts/build_divisions.py``; ``divisions.toml`` the short, old and special names that it lacks. Both open on first
use, and villages are read one prefecture at a time.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from ontology.errors import AuthorityError
from ontology.terms import Level

_HERE = Path(__file__).parent
_DIGITS = {Level.PROVINCIAL: 2, Level.PREFECTURE: 4, Level.COUNTY: 6, Level.TOWNSHIP: 9, Level.VILLAGE: 12}
_LEVEL_OF_DIGITS = {digits: level for level, digits in _DIGITS.items()}
_CODE = 12


@dataclass(frozen=True, slots=True)
class Place:
    """An administrative unit or village with the units that contain it.

    Attributes:
        name: full official name, such as 张营镇.
        level: its level of government.
        within: the units that contain it, nation's provinces first: (山西省, 运城市, 永济市).
            The nation itself is never listed; for the nation it is empty.
        code: 12-digit division code, None where the table has none.
    """

    name: str
    level: Level
    within: tuple[Place, ...] = ()
    code: str | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """Return the names from the province down to this place."""
        return (*(unit.name for unit in self.within), self.name)

    @property
    def chain(self) -> tuple[Place, ...]:
        """Return the places from the province down to this one."""
        return (*self.within, self)

    def at(self, level: Level) -> Place | None:
        """Return this place or the unit above it that is of ``level``, None where the chain has none."""
        return next((p for p in (*self.within, self) if p.level is level), None)


NATION = Place("中国", Level.NATIONAL)
"""The nation: the only place that no province contains and no code names."""


def village_name(entry: str) -> str:
    """Return the name of a village or community from the table's name of its committee.

    >>> [village_name(n) for n in ("舜帝村委会", "小敬村村民委员会", "东华社区居委会", "东街居民委员会", "七连生活区")]
    ['舜帝村', '小敬村', '东华社区', '东街社区', '七连生活区']
    """
    entry = re.sub(r"（[^）]*）$", "", entry)
    if match := re.fullmatch(r"(.+?)村?村(?:民委员会|民委会|民委员|委会|委员会|委)", entry):
        return match[1] + "村"
    if match := re.fullmatch(r"(.+?)(?:社区)?(?:居民委员会|居民委员|居委会|居委|社区委员会)", entry):
        return match[1] + ("" if match[1].endswith(("社区", "村")) else "社区")
    return re.sub(r"(?<=嘎查)委员会$", "", entry)


class Divisions:
    """Administrative divisions of the five levels.

    Args:
        bundle: the zip file that ``scripts/build_divisions.py`` writes.
        names: the TOML file of short, old and special names.
    """

    def __init__(self, bundle: Path = _HERE / "divisions.zip", names: Path = _HERE / "divisions.toml") -> None:
        self._bundle = bundle
        self._names_file = names

    def find(self, name: str, *, level: Level | None = None, within: Sequence[str] = ()) -> tuple[Place, ...]:
        """Find the places that a name may mean.

        Full names, short names (山西, 运城, 张营), the provinces' abbreviations (晋) and old names (襄樊市) are known.
        Villages are looked for only where ``level`` asks for them and ``within`` names a unit that contains them.

        Args:
            name: the name as a text has it.
            level: only places of this level.
            within: names, full or short, of units that must contain the place, in any order.

        Returns:
            The places in the order of level and code; empty where none bears the name.

        >>> [p.path for p in divisions().find("张营镇", within=["永济市"])]
        [('山西省', '运城市', '永济市', '张营镇')]
        """
        if level is Level.VILLAGE:
            found: Iterable[Place] = self._find_villages(name, within)
        else:
            found = (p for p in self._named(name) if level is None or p.level is level)
        return tuple(p for p in found if all(self._contains(unit, p) for unit in within))

    def by_code(self, code: str) -> Place | None:
        """Return the place with a division code, None where the table has none.

        Args:
            code: 2, 4, 6, 9 or 12 digits; padding zeros may be left out.
        """
        code = code.ljust(_CODE, "0")
        place = self._units.get(code)
        if place is not None:
            return place
        if code.endswith("000"):
            entry = self._townships.get(code[:9])
            return self._township(code[:9], entry) if entry is not None else None
        return next((v for v in self._villages_below(code[:9]) if v.code == code), None)

    def children(self, place: Place) -> tuple[Place, ...]:
        """Return the units directly below a place, in the order of their codes: 盐湖区 … 永济市 for 运城市."""
        if place.level is Level.TOWNSHIP:
            return self.villages(place)
        below = list(self._below[place.path if place is not NATION else ()])
        if place.level in (Level.PREFECTURE, Level.COUNTY):
            below += [township for township in self.townships(place) if township.within == place.chain]
        return tuple(below)

    def villages(self, place: Place) -> tuple[Place, ...]:
        """Return the villages and urban communities of a township, county or prefecture, in the order of their codes.

        Args:
            place: a unit with a code; a unit without one has no villages in the table.
        """
        if place.code is None or place.level in (Level.NATIONAL, Level.PROVINCIAL):
            return ()
        prefix = place.code[: _DIGITS[place.level]]
        return tuple(self._villages_below(prefix))

    def townships(self, place: Place) -> tuple[Place, ...]:
        """Return the towns, townships and subdistricts within a province, prefecture or county, by their codes."""
        if place.code is None or place.level in (Level.NATIONAL, Level.VILLAGE):
            return ()
        prefix = place.code[: _DIGITS[place.level]]
        return tuple(self._township(code, name) for code, name in self._townships.items() if code.startswith(prefix))

    def names(self) -> Mapping[str, tuple[Place, ...]]:
        """Return every name of a unit above the townships, with the places that it may mean."""
        return self._index

    def short_names(self, place: Place) -> tuple[str, ...]:
        """Return the short forms of a unit's name, the customary first: 山西 and 晋 for 山西省; 运城 for 运城市."""
        return self._short_names(place.name, place.level)

    @lru_cache(maxsize=4096)  # noqa: B019  the table is one for the whole run
    def spoken_names(self, place: Place) -> tuple[str, ...]:
        """Return the names by which a text calls a unit, the full first; 晋 and 渝, read only in compounds, left out.

        >>> divisions().spoken_names(divisions().find("广西")[0])
        ('广西壮族自治区', '广西')
        """
        return (place.name, *(name for name in self.short_names(place) if len(name) > 1))

    @cached_property
    def _names(self) -> Mapping[str, Any]:
        try:
            data = tomllib.loads(self._names_file.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise AuthorityError(f"{self._names_file.name}: {error}", subject=self._names_file.name) from error
        missing = {"provinces", "short", "units", "renamed", "dissolved"} - data.keys()
        if missing:
            raise AuthorityError(
                f"{self._names_file.name} lacks the tables {', '.join(sorted(missing))}", subject=self._names_file.name
            )
        return data

    def _read(self, member: str) -> str:
        try:
            with ZipFile(self._bundle) as bundle:
                return bundle.read(member).decode("utf-8")
        except (OSError, BadZipFile) as error:
            raise AuthorityError(
                f"the division table {self._bundle} can't be read: {error}; build it with scripts/build_divisions.py",
                subject=str(self._bundle),
            ) from error

    @cached_property
    def _units(self) -> dict[str, Place]:
        """Provinces, prefectures and counties by code."""
        units: dict[str, Place] = {}
        for line in self._read("units.tsv").splitlines():
            digits, name = line.split("\t")
            code = digits.ljust(_CODE, "0")
            units[code] = Place(name, _LEVEL_OF_DIGITS[len(digits)], self._above(digits, units), code)
        return units

    @staticmethod
    def _above(code: str, units: Mapping[str, Place]) -> tuple[Place, ...]:
        parents = (units.get(code[:digits].ljust(_CODE, "0")) for digits in (2, 4, 6) if digits < len(code))
        return tuple(dict.fromkeys(parent for parent in parents if parent is not None))

    @cached_property
    def _below(self) -> defaultdict[tuple[str, ...], list[Place]]:
        below: defaultdict[tuple[str, ...], list[Place]] = defaultdict(list)
        for unit in self._units.values():
            below[unit.path[:-1]].append(unit)
        return below

    @cached_property
    def _by_path(self) -> dict[tuple[str, ...], Place]:
        return {unit.path: unit for unit in reversed(self._units.values())}

    @cached_property
    def _index(self) -> dict[str, tuple[Place, ...]]:
        """Provinces, prefectures, counties and special units by each of their names."""
        index: defaultdict[str, list[Place]] = defaultdict(list)
        for unit in (NATION, *self._units.values()):
            for name in (unit.name, *self.short_names(unit)):
                index[name].append(unit)
        for entry in self._names["units"]:
            unit = self._special(entry["name"], entry)
            for name in (unit.name, *entry.get("also", ())):
                index[name].append(unit)
        for entry in self._names["dissolved"]:
            for name in entry["names"]:
                index[name].append(self._special(name, entry))
        for name, path in self._names["renamed"].items():
            index[name].append(self._at_path(path))
        return {name: _sorted(places) for name, places in index.items()}

    def _special(self, name: str, entry: Mapping[str, Any]) -> Place:
        path = entry.get("within", ())
        return Place(name, Level(entry["level"]), self._at_path(path).chain if path else ())

    def _at_path(self, path: Sequence[str]) -> Place:
        found = self._by_path.get(tuple(path))
        if found is None:
            raise AuthorityError(
                f"{self._names_file.name} names {'/'.join(path)}, which is not in the division table", subject=path[-1]
            )
        return found

    def _short_names(self, name: str, level: Level) -> tuple[str, ...]:
        rules = self._names["short"]
        if level is Level.PROVINCIAL:
            return tuple(self._names["provinces"].get(name, ()))
        customary = tuple(rules["customary"].get(name, ()))
        if name.endswith(tuple(rules["compounds"])):
            return customary
        suffix = next((s for s in rules.get(level, ()) if name.endswith(s) and len(name) > len(s) + 1), None)
        if suffix is None:  # 东区; 北林|区, not 北|林区
            return customary
        short = name.removesuffix(suffix)
        of_people = suffix.startswith(("自治", "民族"))
        if of_people or short.endswith("族"):  # 湾丘|彝族|乡
            peoples = [p for p in self._peoples if of_people or p.endswith("族")]
            while people := next((p for p in peoples if short.endswith(p) and short != p), None):
                short = short.removesuffix(people)
        if len(short) < 2:
            return customary
        plain = (short + suffix.removeprefix("自治"),) if suffix.startswith("自治") else ()  # 三江县 is 三江侗族自治县
        return tuple(dict.fromkeys((short, *plain, *customary)))

    @cached_property
    def _peoples(self) -> list[str]:
        return sorted(self._names["short"]["peoples"], key=len, reverse=True)

    @cached_property
    def _townships(self) -> dict[str, str]:
        """Names of the townships by the nine digits of their codes."""
        return {line[:9]: line[10:] for line in self._read("townships.tsv").splitlines()}

    @cached_property
    def _township_codes(self) -> dict[str, list[str]]:
        codes: dict[str, list[str]] = {}
        for code, name in self._townships.items():
            codes.setdefault(name, []).append(code)
        return codes

    def _township(self, code: str, name: str) -> Place:
        return Place(name, Level.TOWNSHIP, self._above(code, self._units), code.ljust(_CODE, "0"))

    @lru_cache(maxsize=16384)  # noqa: B019  the table is one for the whole run
    def _named(self, name: str) -> tuple[Place, ...]:
        upper = self._index.get(name, ())
        name = re.sub(r"(?<=街道)(?:办事处|办)$", "", name)
        spellings = [name, *(name + suffix for suffix in self._names["short"]["township"] if len(name) >= 2)]
        codes = [code for spelling in spellings for code in self._township_codes.get(spelling, ())]
        return _sorted([*upper, *(self._township(code, self._townships[code]) for code in codes)])

    def _contains(self, unit: str, place: Place) -> bool:
        return any(unit == p.name or unit in self.short_names(p) for p in place.within)

    def _find_villages(self, name: str, within: Sequence[str]) -> Iterator[Place]:
        names = {name, name + "村", name + "社区"}
        for unit in within:
            containers = [p for p in self.find(unit, within=[other for other in within if other != unit]) if p.code]
            if found := [v for place in containers for v in self.villages(place) if v.name in names]:
                yield from sorted(found, key=lambda v: v.code or "")
                return

    def _villages_below(self, prefix: str) -> Iterator[Place]:
        for township, villages in self._village_block(prefix[:4]).items():
            if township.startswith(prefix):
                container = self.by_code(township)
                within = container.chain if container is not None else self._above(township, self._units)
                for code, name in villages:
                    yield Place(village_name(name), Level.VILLAGE, within, township + code)

    @lru_cache(maxsize=8)  # noqa: B019  the table is one for the whole run
    def _village_block(self, prefecture: str) -> dict[str, list[tuple[str, str]]]:
        """Read the villages of one prefecture, by the nine digits of their township."""
        try:
            text = self._read(f"villages/{prefecture}.tsv")
        except KeyError:
            return {}
        block: dict[str, list[tuple[str, str]]] = {}
        township = ""
        for line in text.splitlines():
            if "\t" in line:
                block[township].append((line[:3], line[4:]))
            else:
                township = line
                block[township] = []
        return block


def _sorted(places: Iterable[Place]) -> tuple[Place, ...]:
    return tuple(sorted(dict.fromkeys(places), key=lambda p: (p.level.rank, p.code or "", p.path)))


@cache
def divisions() -> Divisions:
    """Return the bundled table; nothing is read before it is asked."""
    return Divisions()
