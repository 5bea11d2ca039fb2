"""The quick benchmark runs, and writes everything it says it writes."""

import json

import numpy as np
import pytest

from sims.benchmarks import bare
from sims.benchmarks.__main__ import run
from sims.benchmarks.growth import fit


@pytest.mark.slow
def test_quick_benchmark_writes_its_report(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(bare, "VISITED", 2**22)
    run(True, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f"retrieval.{kind}" for kind in ("csv", "json", "md", "png")}
    raw = json.loads((tmp_path / "retrieval.json").read_text())
    assert all(case["seconds"] > 0 for case in raw["cases"])
    assert len(raw["exponents"]) == 8
    assert raw["limits"]["memory_rate"] > 0
    assert [each["case"]["activity"] for each in raw["limits"]["retrievals"]] == [0.1, 0.5]
    report = (tmp_path / "retrieval.md").read_text()
    assert report.count("takes longest") == 2
    assert report.count("counting rows together |") == 2
    assert (tmp_path / "retrieval.png").read_bytes().startswith(b"\x89PNG")


def test_fitted_exponents_cover_a_known_power_law() -> None:
    """Exact powers are found exactly; with 5% noise the interval covers: fixed numbers, no chance involved."""
    sizes = [1, 2, 4, 8, 16]
    exact = fit("seconds", "neurons", sizes, [3 * size**1.5 for size in sizes], "")
    assert exact.estimate == pytest.approx(1.5)
    noise = np.exp(0.05 * np.array([1, -1, 0.5, -0.5, 0]))
    noisy = fit("seconds", "neurons", sizes, list(np.array(sizes) ** 2.0 * noise), "")
    assert noisy.low < 2 < noisy.high
    with pytest.raises(ValueError, match="at least 3"):
        fit("seconds", "neurons", [1, 2], [1, 2], "")
