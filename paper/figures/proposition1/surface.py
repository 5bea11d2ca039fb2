"""Long-term bits per synapse over the activities of both zones: dense slow, sparse fast zones are best."""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from paper.style import TWO_COLUMNS, panel_title
from theory.block_code import one_shot_bits
from theory.dual_regime import bits_surface

EXPONENTS = range(1, 11)
RHOS = (0.05, 0.25, 1.0)


def draw(error_rate: float) -> Figure:
    """Draw the surface at three rho, large n, with the best single regime of the same activities.

    Args:
        error_rate: the criterion, wrong bits per bit.
    """
    levels = [0.5**each for each in EXPONENTS]
    single = max(one_shot_bits(each, error_rate) for each in levels)
    surfaces = [bits_surface(levels, levels, rho, error_rate) for rho in RHOS]
    figure = Figure(figsize=(TWO_COLUMNS, 2.6), layout="constrained")
    panels = figure.subplots(1, len(RHOS), sharey=True)
    colours = Normalize(0, max(float(each.max()) for each in surfaces))
    for letter, axes, rho, surface in zip("abc", panels, RHOS, surfaces, strict=True):
        axes.pcolormesh(EXPONENTS, EXPONENTS, surface, cmap="cividis", norm=colours, rasterized=True)
        fast, slow = np.unravel_index(int(surface.argmax()), surface.shape)
        axes.plot(EXPONENTS[slow], EXPONENTS[fast], marker="*", color="white", markeredgecolor="black", markersize=8)
        panel_title(axes, letter, rf"$\rho={rho:g}$: best {surface.max():.2f}, single {single:.2f}")
        axes.set_xlabel("activity of the slow zone $a_2$")
        ticks = EXPONENTS[::3]
        axes.set_xticks(ticks, [f"$2^{{-{each}}}$" for each in ticks])
        axes.set_yticks(ticks, [f"$2^{{-{each}}}$" for each in ticks])
    panels[0].set_ylabel("activity of the fast zone $a_1$")
    bar = figure.colorbar(ScalarMappable(colours, "cividis"), ax=panels)
    bar.set_label("long-term bits per synapse")
    return figure
