"""The theory curves of the page: what each shows, its sliders, and the values that the page does not compute itself.

The page computes closed forms in `theory.js`; what takes a solver (bits per synapse of a zone at an error criterion,
of which the codes are a discrete set) is computed here by the `theory` package and carried along.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from paper.document.sources import Sources
from paper.report.claims import Html, link
from paper.report.mathematics import inline
from theory.block_code import one_shot_bits
from theory.dual_regime import ASYMPTOTIC_CRITICAL_RHO, ASYMPTOTIC_GAIN, slow_bits
from theory.information import SHANNON_LIMIT

ERROR_RATE = 1e-3
"""Wrong bits per bit allowed, of the zones of Proposition 1."""

CODES = tuple(0.5**exponent for exponent in range(1, 13))
"""Activities of the zones of Proposition 1: dense, and one-hot blocks."""


@dataclass(frozen=True)
class Slider:
    """A slider; the page takes ten to the power of its position if it is logarithmic.

    Attributes:
        name: by which the page knows it.
        label: for the reader, in Markdown.
        least, most, start: of the quantity itself; the nearest positions are taken.
        step: of the position. A position at most half a step from a number of one digit means that number.
        logarithmic: whether the position is the decimal logarithm of the quantity.
    """

    name: str
    label: str
    least: float
    most: float
    start: float
    step: float
    logarithmic: bool = True

    def html(self, panel: str, html: Html) -> str:
        """Return the slider with its label and the place where the page writes its value."""
        places = (math.log10(x) if self.logarithmic else x for x in (self.least, self.most, self.start))
        least, most, start = (self.step * round(place / self.step) for place in places)
        name = f"{panel}-{self.name}"
        kind = "logarithmic" if self.logarithmic else "plain"
        return (
            f'<div class="slider">\n<label for="{name}">{inline(html, self.label)}</label>\n'
            f'<output id="{name}-value" for="{name}" aria-live="off"></output>\n'
            f'<input type="range" id="{name}" data-name="{self.name}" data-kind="{kind}" min="{least:.6g}" '
            f'max="{most:.6g}" step="{self.step:g}" value="{start:.6g}">\n</div>'
        )


@dataclass(frozen=True)
class Panel:
    """One set of curves.

    Attributes:
        name: by which the page knows it.
        title: in words.
        text: what it shows, in Markdown.
        claims: the claims behind it.
        sliders: what the reader can change.
    """

    name: str
    title: str
    text: str
    claims: tuple[str, ...]
    sliders: tuple[Slider, ...]


PANELS = (
    Panel(
        "interference",
        "Theorem 1: interference against activity",
        "The mean inner product of the gradients of two tasks, $I(a) = a^4 + a^2(1-a^2)/N$ for the Hebb rule, rises "
        "with the activity $a$ for every number of neurons $N$. Its share $a^2(1-a^2)/N$, the variance on which the "
        "proposal's argument rests, rises only up to $a = 1/\\sqrt2$ (dotted); that of the covariance rule, "
        "$a^2(1-a)^2/N$, only up to $a = 1/2$.",
        ("T1", "T1.variance", "T1.covariance"),
        (
            Slider("activity", "activity $a$", 0.001, 0.99, 0.05, 0.005),
            Slider("neurons", "neurons $N$", 100, 1e6, 1000, 0.1),
        ),
    ),
    Panel(
        "content",
        "Theorem 2: bits per synapse against load",
        "No activity, threshold or load brings more than $(\\alpha/2)\\log_2(1 + 1/\\alpha) < 1/(2\\ln 2)$ bits per "
        "synapse. Below it: one step of retrieval from a clean cue at the threshold with fewest errors (covariance "
        "rule, Gaussian crosstalk), and the fixed points of recurrent retrieval with $k$ winners, up to their "
        "capacity (dot; mean field, resting on the replica assumption).",
        ("T2", "T2.alpha", "T2.fixed_point_equations"),
        (
            Slider("activity", "activity $a$", 0.001, 0.5, 0.05, 0.005),
            Slider("load", "load $\\alpha = p/N$", 0.01, 300, 0.5, 0.005),
        ),
    ),
    Panel(
        "gain",
        "Proposition 1: the gain of two regimes",
        "Gain in long-term content, $G/(\\eta + \\rho G)$, of a dual memory over a single regime of as many "
        "synapses, for large zones and the best split of the synapses. The fast zone is written once and holds "
        "$\\eta$ bits per synapse; the slow zone is trained offline and holds $G$ (dense: Cover's count; in blocks: "
        "Gardner's, a replica value); $\\rho$ is the share of the long-term content that arrives between offline "
        "phases. Dashed: a frozen copy of the slow zone is counted. Dotted: $\\eta = 1/(2\\ln 2)$, $G = 2$.",
        ("P1.formula", "P1.gain", "P1.copy"),
        (
            Slider("rho", "share $\\rho$ between offline phases", 0.01, 1, 0.1, 0.005),
            Slider("fast", "activity of the fast zone", 1, len(CODES), 8, 1, logarithmic=False),
            Slider("slow", "activity of the slow zone", 1, len(CODES), 1, 1, logarithmic=False),
        ),
    ),
)


def texts() -> list[str]:
    """Return every text of the panels that is Markdown."""
    return [each for panel in PANELS for each in (panel.text, *(slider.label for slider in panel.sliders))]


def panels(sources: Sources, html: Html) -> str:
    """Return the panels as HTML, without the curves, which the page draws."""
    return "\n".join(_panel(sources, each, html) for each in PANELS)


def data(codes: Sequence[float] = CODES, error_rate: float = ERROR_RATE) -> str:
    """Return what the page needs from the `theory` package, as JSON."""
    return json.dumps(
        {
            "shannonLimit": SHANNON_LIMIT,
            "asymptoticGain": ASYMPTOTIC_GAIN,
            "asymptoticCriticalRho": ASYMPTOTIC_CRITICAL_RHO,
            "errorRate": error_rate,
            "codes": list(codes),
            "oneShotBits": [one_shot_bits(each, error_rate) for each in codes],
            "slowBits": [slow_bits(each) for each in codes],
        }
    )


def _panel(sources: Sources, panel: Panel, html: Html) -> str:
    known = {claim.id for claim in sources.ledger.claims}
    claims = ", ".join(link(sources, each) for each in panel.claims if each in known)
    sliders = "\n".join(slider.html(panel.name, html) for slider in panel.sliders)
    return (
        f'<section class="panel" id="panel-{panel.name}" aria-labelledby="panel-{panel.name}-title">\n'
        f'<h3 id="panel-{panel.name}-title">{escape(panel.title)}</h3>\n{html[panel.text]}\n'
        + (f"<p>Claims: {claims}.</p>\n" if claims else "")
        + f'<div class="controls">\n{sliders}\n</div>\n'
        f'<div class="chart" id="chart-{panel.name}"></div>\n'
        f'<p class="readout" id="readout-{panel.name}" aria-live="polite"></p>\n</section>'
    )
