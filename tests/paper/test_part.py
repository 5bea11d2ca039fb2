"""Parts hand their studies to this process or to a cluster."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import xarray as xr

from paper import part
from sims.harness.cluster import Cluster
from sims.harness.sweep import Study, run_study


@dataclass(frozen=True)
class Point:
    value: int


def measure(point: Point) -> xr.Dataset:
    return xr.Dataset({"value": point.value})


STUDIES = part.named(*(Study(name, (Point(0), Point(1)), measure) for name in ("first", "second")))


def test_all_studies_go_to_the_cluster_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def run(studies: list[Study], out: Path, cluster: Cluster, progress: bool) -> list[list[xr.Dataset]]:
        calls.append((out, cluster))
        return [run_study(study, out, progress) for study in studies]

    monkeypatch.setattr(part, "run_studies", run)
    where = Cluster("local", jobs=2)
    there = part.simulate(STUDIES, tmp_path, progress=False, cluster=where)
    assert calls == [(tmp_path, where)]
    here = part.simulate(STUDIES, tmp_path, progress=False)
    assert calls == [(tmp_path, where)]
    assert list(there) == list(here) == ["first", "second"]
    for name, results in there.items():
        assert all(a.identical(b) for a, b in zip(results, here[name], strict=True))
