"""Figures by name: from the results of a scale, or from quick simulations where there are none."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from paper import part as parts
from paper.evidence import Say
from paper.part import QUICK, Part
from paper.parts import PARTS
from paper.reproduce import FIGURES, draw, folder_of


def chosen(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the chosen figures of every part that has some; all figures if none is named.

    Raises:
        ValueError: no figure has such a name.
    """
    known = {part.name: tuple(part.drawings) for part in PARTS.values()}
    if not names:
        return known
    unknown = sorted(set(names) - {each for own in known.values() for each in own})
    if unknown:
        allowed = ", ".join(each for own in known.values() for each in own)
        raise ValueError(f"figures must be among {allowed}; got {', '.join(unknown)}")
    found = {name: tuple(each for each in own if each in names) for name, own in known.items()}
    return {name: own for name, own in found.items() if own}


def redraw(wanted: dict[str, tuple[str, ...]], out: Path, scale: str, seed: int, say: Say) -> Iterator[Path]:
    """Draw figures as `chosen` returns them; yield the path of every file when it is written.

    A part that lacks results at the scale is simulated at the smallest one, where that has not been done.

    Args:
        wanted: names of figures by name of their part.
        out: output folder.
        scale: one of `paper.part.SCALES`.
        seed: of all random numbers.
        say: takes each line for the reader.

    Raises:
        ValueError: bad arguments, an unusable folder or a damaged result file, before any work starts.
    """
    plans = [(PARTS[name], figures, _scale(PARTS[name], out, scale, seed, say)) for name, figures in wanted.items()]
    for part, figures, drawn_at in plans:
        yield from _draw(part, figures, out, drawn_at, seed, say)


def _scale(part: Part, out: Path, scale: str, seed: int, say: Say) -> str:
    """The scale of the results to draw from."""
    studies = part.studies(scale, seed)
    missing, points = (
        parts.check(studies, folder_of(out, scale, part)),
        sum(len(each.points) for each in studies.values()),
    )
    if not missing:
        return scale
    told = f"{part.name}: {missing} of {points} points have no results in {folder_of(out, scale, part)}"
    if scale == QUICK:
        say(f"{told}; they are simulated now")
        return QUICK
    say(f"{told}; drawn from quick simulations")
    parts.check(part.studies(QUICK, seed), folder_of(out, QUICK, part))
    return QUICK


def _draw(part: Part, figures: Iterable[str], out: Path, scale: str, seed: int, say: Say) -> list[Path]:
    studies = part.studies(scale, seed)
    results = parts.simulate(studies, folder_of(out, scale, part))
    found = part.figures(results, part.tables(studies, results))
    for name in figures:
        if name not in found:
            say(f"{name}: the studies it shows do not exist at scale {scale}")
    return draw({name: found[name] for name in figures if name in found}, Path(out) / scale / FIGURES, scale)
