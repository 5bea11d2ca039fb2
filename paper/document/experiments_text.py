"""Experiments 1-3 as Markdown: predictions, what became of them by regime, and what the systems kept."""

from collections.abc import Iterable

import numpy as np
import xarray as xr

from paper.document import claims_text
from paper.document.numbers import NOT_SIMULATED
from paper.document.sources import NotSimulated, Sources
from paper.document.symbols import escaped, plain_symbols
from proofs.claim import Finding
from proofs.predictions import PREDICTIONS, REGIMES, Prediction

_WHO = {"proposal": "the proposal", "ours": "ours"}
_CELL = {Finding.HOLDS: "holds", Finding.HOLDS_ON_DOMAIN: "holds", Finding.FAILS: "**fails**"}


def predictions(sources: Sources, number: str) -> str:
    """Return every prediction of an experiment in words, with its verdict."""
    blocks = []
    for each in _of(number):
        head = f"**{escaped(each.title)}** (`{each.id}`, {_WHO[each.by]}). "
        head += f"*Verdict: {claims_text.verdict(sources, each.id)}.*"
        blocks.append(f"> {head}\n>\n> {each.statement} *Falsified if:* {each.falsified}")
    return plain_symbols("\n\n".join(blocks))


def registered(sources: Sources, number: str) -> str:
    """Return the rule of every prediction of an experiment, and what the runs say by that rule."""
    return plain_symbols("\n\n".join(_rule(sources, each) for each in _of(number)))


def _rule(sources: Sources, prediction: Prediction) -> str:
    _, _, rule = prediction.text.partition(" Rule: ")
    rule = rule.partition(" Regimes: ")[0].rstrip(".")
    found = claims_text.simulations(sources, prediction.id)
    fingerprint = prediction.claim.fingerprint
    return f"**{prediction.id}** (wording `{fingerprint}`). *Rule:* {escaped(rule)}. *Runs:* {found}."


def regimes() -> str:
    """Return what the declared regimes of Experiment 1 are."""
    return "\n".join(f"- `{name}`: {meaning}." for name, meaning in REGIMES.items())


def outcomes(sources: Sources, number: str) -> str:
    """Return what became of every prediction in every regime, as a table of regimes against predictions."""
    found: dict[str, dict[str, str]] = {}
    ids = [each.id for each in _of(number) if each.id in sources.judgements]
    for claim_id in ids:
        for evidence in sources.judgements[claim_id].evidence:
            regime = evidence.source.partition(" ")[2]
            if regime:
                found.setdefault(regime, {})[claim_id] = _CELL.get(evidence.finding, "")
    if not found:
        return NOT_SIMULATED
    shown = [each for each in ids if any(each in row for row in found.values())]
    order = [*(each for each in REGIMES if each in found), *(each for each in found if each not in REGIMES)]
    heads = [each.partition(".")[2].replace("_", " ") for each in shown]
    rows = [[regime.replace("-", " "), *(found[regime].get(each, "") for each in shown)] for regime in order]
    return plain_symbols(_table(["regime", *heads], rows, [30, *(13 for _ in heads)]))


def _of(number: str) -> list[Prediction]:
    chosen = [each for each in PREDICTIONS.values() if str(each.experiment) == number]
    if not chosen:
        raise ValueError(f"there is no experiment {number}; known are 1, 2 and 3")
    return chosen


QUANTITIES = {
    "capacity": "$C$ (tasks)",
    "richness": "$B$ (nats)",
    "product": r"$C\cdot B$ (bits)",
    "retained": "kept (bits)",
}
"""Columns of a table of systems and their headings; mean with its 95% interval."""


def systems(sources: Sources, part: str, table: str) -> str:
    """Return capacity, richness, their product and what is kept of every system, at the registered forgetting."""
    try:
        found = sources.table(part, table)
    except NotSimulated:
        return NOT_SIMULATED
    eps = float(PREDICTIONS["E2.ceiling"].parameters["eps"])
    at = found.sel(eps=eps)
    rows = [
        [
            _readable(str(at["label"].values[point])),
            f"{float(at['sparsity_mean'].values[point]):.2f}",
            *(_interval(at, name, point) for name in QUANTITIES),
        ]
        for point in range(at.sizes["point"])
    ]
    head = _table(["system", "sparsity", *QUANTITIES.values()], rows, [34, 10, 20, 20, 22, 22])
    return f"{head}\n\n: Means and 95% bootstrap intervals over seeds, at forgetting up to {eps:g} nats."


def _interval(table: xr.Dataset, name: str, point: int) -> str:
    values = [float(table[f"{name}_{end}"].values[point]) for end in ("mean", "low", "high")]
    mean, low, high = (f"{value:.0f}" if max(np.abs(values)) >= 100 else f"{value:.2f}" for value in values)
    return f"{mean} ({low} to {high})"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]], widths: Iterable[int]) -> str:
    lines = [head, [":" + "-" * width for width in widths], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _readable(label: str) -> str:
    """The label of a point, in words."""
    for short, words in (("kwta=", "k/m = "), ("l1=", "L1 "), ("replay=", "replay "), ("every=", "every ")):
        label = label.replace(short, words)
    return label.replace(",", ", ")
