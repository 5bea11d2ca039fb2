r"""The most informative threshold at a given load: where the level lines of load and information touch.

Below capacity the fixed points of one load form a closed line about the summit of the load surface; going along it is
changing the threshold. Information is largest where its own level line touches, `grad I` being opposite to
`grad alpha`. The point is followed down from the summit, which it leaves in the direction `-H^-1 grad I`, with H the
Hessian of the log load. All slopes of I are taken as logarithms: far below capacity they underflow.
"""

import math

from theory.load_surface import LoadSurface


def most_informative_at(surface: LoadSurface, load: float, summit: tuple[float, float]) -> tuple[float, float]:
    """The point (u, v) of largest information at a load of at most the summit's.

    Raises:
        ArithmeticError: no convergence.
    """
    u, v = summit
    top, info = surface.log_load(u, v), surface.log_information(u, v)
    fall = top.value - math.log(load)
    if fall <= 1e-15:
        return u, v
    det = top.duu * top.dvv - top.duv**2
    du, dv = (top.duv * info.dv - top.dvv * info.du) / det, (top.duv * info.du - top.duu * info.dv) / det
    curvature = -(top.duu * du * du + 2 * top.duv * du * dv + top.dvv * dv * dv)
    if fall < 1e-11:  # rounding hides the level line: go by the curvature, off by O(fall)
        reach = math.sqrt(2 * fall / curvature)
        return u + reach * du, v + reach * dv
    done, step = 0.0, min(fall, 0.01)
    while done < fall:
        target = min(done + step, fall)
        if done == 0:
            reach = math.sqrt(2 * target / curvature)
            guess = u + reach * du, v + reach * dv
        else:  # far below capacity u + v goes like load^(-1/2)
            grow = math.exp((target - done) / 2)
            guess = u * grow, v * grow
        found = _touch(surface, top.value - target, guess)
        if found is not None:
            (u, v), done, step = found, target, 2 * step
        elif step < 1e-9:
            raise ArithmeticError(f"the most informative threshold was not found at load {load}")
        else:
            step /= 2
    return u, v


def _touch(surface: LoadSurface, log_load: float, guess: tuple[float, float]) -> tuple[float, float] | None:
    """Newton's method for the point where the level lines of load and information touch, at one load; None if lost."""
    u, v = guess
    for _ in range(30):
        here = surface.log_load(u, v)
        if not (here.du < 0 and here.dv < 0):
            return None
        active, silent = surface.information_slopes(u, v)
        level = here.value - log_load
        touch = active.value - math.log(-here.du) - silent.value + math.log(-here.dv)
        touch_u = active.du - here.duu / here.du - silent.du + here.duv / here.dv
        touch_v = active.dv - here.duv / here.du - silent.dv + here.dvv / here.dv
        det = here.du * touch_v - here.dv * touch_u
        step_u, step_v = (here.dv * touch - level * touch_v) / det, (level * touch_u - here.du * touch) / det
        u, v = u + step_u, v + step_v
        if abs(step_u) + abs(step_v) < 1e-9 * (abs(u) + abs(v)):  # the next step would be rounding
            return u, v
    return None
