"""Result files: what is written is read back, and a damaged file is refused with a useful message."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sims.harness import results
from sims.harness.results import (
    CorruptResultsError,
    OutputFolderError,
    check_output_folder,
    digest,
    read_results,
    stored_settings,
    write_results,
)

SETTINGS = {"neurons": 100, "activity": 0.1, "seed": 7, "code": "bernoulli", "levels": [0.1, 0.2]}


@pytest.fixture
def dataset() -> xr.Dataset:
    return xr.Dataset(
        {
            "overlap": (("replica", "pair"), np.arange(6, dtype=np.int32).reshape(2, 3), {"units": "units"}),
            "time": ("replica", np.array([0.1, np.nan]), {"units": "seconds"}),
            "stored": ("replica", [True, False]),
            "words": ("pair", np.array([0, 1, 2**32 - 1], np.uint32)),
        },
        {
            "replica": [0, 1],
            "rule": ("replica", ["hebb", "covariance é"]),
            "neurons": 100,
            "code": "bernoulli",
        },
        {"title": "a test"},
    )


@pytest.fixture
def file(tmp_path: Path, dataset: xr.Dataset) -> Path:
    path = tmp_path / "point.nc"
    write_results(path, dataset, SETTINGS, seconds=1.5)
    return path


def test_what_is_written_is_read_back(file: Path, dataset: xr.Dataset) -> None:
    stored = read_results(file)
    assert stored.drop_attrs(deep=False).identical(dataset.drop_attrs(deep=False))
    assert {name: stored[name].dtype.kind for name in dataset} == {name: dataset[name].dtype.kind for name in dataset}
    assert stored_settings(stored) == SETTINGS
    assert stored.attrs["title"] == "a test"


def test_provenance_says_how_the_file_was_made(file: Path) -> None:
    attributes = read_results(file).attrs
    for name in (
        "project",
        "jax",
        "numpy",
        "scipy",
        "xarray",
        "python",
        "commit",
        "device",
        "platform",
        "created",
    ):
        assert attributes[name]
    assert attributes["seed"] == "7"
    assert attributes["seconds"] == 1.5
    assert attributes["created"].endswith("+00:00")


def test_digest_survives_a_round_trip(file: Path, dataset: xr.Dataset) -> None:
    assert digest(read_results(file), SETTINGS) == digest(dataset, SETTINGS)


def test_digest_does_not_depend_on_order() -> None:
    here = digest(xr.Dataset({"a": ("x", [1.5, 2.5]), "b": ("x", ["u", "v"])}), {"a": [1, 2], "z": 1})
    assert digest(xr.Dataset({"b": ("x", ["u", "v"]), "a": ("x", [1.5, 2.5])}), {"z": 1, "a": [1, 2]}) == here


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.assign(overlap=data.overlap + 1),
        lambda data: data.assign(overlap=data.overlap.astype(np.int64)),
        lambda data: data.assign_coords(replica=[0, 2]),
        lambda data: data.rename(overlap="size"),
        lambda data: data.rename(pair="trial"),
        lambda data: data.drop_vars("stored"),
        lambda data: data.assign(overlap=data.overlap.assign_attrs(units="spikes")),
    ],
)
def test_digest_sees_every_change(dataset: xr.Dataset, change) -> None:
    assert digest(change(dataset), SETTINGS) != digest(dataset, SETTINGS)
    assert digest(dataset, {**SETTINGS, "seed": 8}) != digest(dataset, SETTINGS)


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9, 0.999])
def test_truncated_file_is_refused(file: Path, kept: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(CorruptResultsError, match=r"point\.nc .*delete this file and run again"):
        read_results(file)


def test_garbage_is_refused(file: Path) -> None:
    file.write_bytes(b"not a netCDF file" * 100)
    with pytest.raises(CorruptResultsError, match="is not a readable netCDF file"):
        read_results(file)


def test_changed_data_is_refused(file: Path) -> None:
    stored = read_results(file)
    stored["overlap"][0, 0] = 99
    file.write_bytes(bytes(stored.to_netcdf(None, engine="h5netcdf")))
    with pytest.raises(CorruptResultsError, match="does not match its digest"):
        read_results(file)


def test_flipped_bit_in_the_data_is_refused(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[content.index(np.arange(6, dtype="<i4").tobytes()) + 4] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(CorruptResultsError):
        read_results(file)


@pytest.mark.parametrize("attribute", ["sha256", "settings"])
def test_missing_digest_is_refused(file: Path, attribute: str) -> None:
    stored = read_results(file)
    del stored.attrs[attribute]
    file.write_bytes(bytes(stored.to_netcdf(None, engine="h5netcdf")))
    with pytest.raises(CorruptResultsError, match="no digest"):
        read_results(file)


def test_settings_that_are_not_json_are_refused(file: Path) -> None:
    stored = read_results(file).assign_attrs(settings="{")
    file.write_bytes(bytes(stored.to_netcdf(None, engine="h5netcdf")))
    with pytest.raises(CorruptResultsError, match="cannot be verified"):
        read_results(file)


def test_missing_file_is_not_a_corrupt_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_results(tmp_path / "absent.nc")


def test_failed_write_leaves_the_old_file_and_no_other(
    file: Path, dataset: xr.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(results.os, "fsync", fail)
    with pytest.raises(KeyboardInterrupt):
        write_results(file, dataset.assign(overlap=dataset.overlap + 1), SETTINGS)
    assert list(file.parent.iterdir()) == [file]
    assert (read_results(file).overlap == dataset.overlap).all()


@pytest.mark.parametrize(("value", "error"), [(object(), TypeError), (float("nan"), ValueError)])
def test_settings_must_be_json(tmp_path: Path, dataset: xr.Dataset, value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        write_results(tmp_path / "point.nc", dataset, {"value": value})
    assert not list(tmp_path.iterdir())


def test_code_version_outside_git(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_git(*_, **__) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(results.subprocess, "run", no_git)
    assert results.code_version.__wrapped__() == "unknown"


def test_output_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    folder = check_output_folder(tmp_path / "a" / "b")
    assert folder.is_dir()
    assert not list(folder.iterdir())


@pytest.mark.parametrize("inside", ["", "below"])
def test_file_in_place_of_the_output_folder(tmp_path: Path, inside: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputFolderError, match="is a file"):
        check_output_folder(tmp_path / "file" / inside)


def test_unwritable_output_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(results.tempfile, "TemporaryFile", refuse)
    with pytest.raises(OutputFolderError, match="Permission denied"):
        check_output_folder(tmp_path)
