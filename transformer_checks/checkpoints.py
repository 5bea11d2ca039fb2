"""Checkpoints of a training, by orbax: whole or not there, checked when read, resumed bit for bit.

A checkpoint is a folder named after its step. Orbax writes it beside its place, a SHA-256 digest of every file is added
(orbax itself does not notice a changed bit of the numbers), and one rename puts it into its place; so a kill at any
moment leaves the previous checkpoint as it was. One process writes; its devices may be many, and others than those that
the checkpoint is restored to.
"""

import errno
import hashlib
import logging
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import orbax.checkpoint as ocp
from jaxtyping import Array, PyTree
from tqdm import tqdm

from sims.harness.results import TEMPORARY_SUFFIX, OutputFolderError, check_output_folder
from theory.activity import check_count

KEPT = 2
"""Checkpoints that are kept: the last one, and the one to go back to if it is damaged."""

CHECKPOINT_SECONDS = 60.0
"""Least time between two checkpoints of one training, unless told otherwise."""

_PATIENCE = 10.0
"""The same, as a multiple of what writing the last one took: at most about a tenth of the time goes into them."""

DIGESTS = "SHA256SUMS"
"""The file of a checkpoint that holds the digests of all others, as `sha256sum --check` reads it."""


class CorruptCheckpointError(ValueError):
    """A checkpoint is damaged."""


class Restored(NamedTuple):
    """What was found in a folder of checkpoints.

    Attributes:
        step: of the newest sound checkpoint.
        tree: what was saved.
        refused: one line for each newer checkpoint that is damaged, with the damaged file's name.
    """

    step: int
    tree: Any
    refused: tuple[str, ...]


class Checkpoints:
    """The checkpoints of one training: where they lie, and when the next one is due.

    What happens is told on stderr: which ones are refused, and where the training goes on.
    """

    def __init__(self, folder: Path, seconds: float = CHECKPOINT_SECONDS) -> None:
        """Nothing is read or written yet.

        Args:
            folder: of this training's checkpoints and nothing else.
            seconds: least time between two; 0: whenever one is offered.

        Raises:
            ValueError: seconds that are negative or not finite.
        """
        self.folder, self.seconds = folder, check_checkpoint_seconds(seconds)
        self._last, self._saved, self._took = time.monotonic(), -1, 0.0

    def resume(self, like: Callable[[int], PyTree[Any]]) -> tuple[int, Any] | None:
        """Step and tree of the newest sound checkpoint; None if there is none at all.

        Args:
            like: the shapes of what is saved after a step.

        Raises:
            CorruptCheckpointError: there are checkpoints, and all are damaged.
            ValueError: a checkpoint of something else.
        """
        found = restore(self.folder, like)
        if found is None:
            return None
        for line in found.refused:
            _tell(line)
        _tell(f"goes on from checkpoint {self.folder / _name(found.step)}")
        self._saved = found.step
        return found.step, found.tree

    def offer(self, step: int, tree: PyTree[Array]) -> None:
        """Write a checkpoint if one is due.

        Raises:
            OutputFolderError: it cannot be written, as when the disk is full; the previous ones are kept.
        """
        start = time.monotonic()
        due = start - self._last >= max(self.seconds, _PATIENCE * self._took if self.seconds else 0.0)
        if step == self._saved or not due:
            return
        jax.block_until_ready(tree)
        start = time.monotonic()
        save(self.folder, step, tree)
        self._last, self._saved = time.monotonic(), step
        self._took = self._last - start


def check_checkpoint_seconds(seconds: float) -> float:
    """Return a time between checkpoints, or raise ValueError unless it is a finite number of at least 0."""
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"seconds between checkpoints must be a number of at least 0, got {seconds!r}")
    return seconds


def save(folder: Path, step: int, tree: PyTree[Array]) -> None:
    """Write a checkpoint, and remove all but the last `KEPT`.

    Args:
        folder: of this training's checkpoints and nothing else; created if need be.
        step: how far the training is; a checkpoint of the same step is replaced.
        tree: arrays and random keys.

    Raises:
        OutputFolderError: it cannot be written, as when the disk is full; the previous ones are kept.
        ValueError: a negative step.
    """
    check_count(step, "step", minimum=0)
    folder = check_output_folder(folder).resolve()
    _tidy(folder)
    final = folder / _name(step)
    staging = folder / f".{final.name}{TEMPORARY_SUFFIX}"
    arrays = {name: _numbers(leaf) for name, leaf in _named(tree).items()}
    try:
        _check_room(folder, sum(leaf.nbytes for leaf in arrays.values()))
        with _quiet(), ocp.Checkpointer(ocp.PyTreeCheckpointHandler()) as checkpointer:
            checkpointer.save(staging, args=ocp.args.PyTreeSave(arrays))
        _write_digests(staging)
        if final.exists():
            shutil.rmtree(final)
        staging.rename(final)
    except (OSError, ValueError) as error:  # tensorstore reports the system's errors as ValueError
        _tidy(folder)
        raise OutputFolderError(f"cannot write checkpoint {final}: {_reason(error)}; earlier ones are kept") from error
    for old in _checkpoints(folder)[:-KEPT]:
        shutil.rmtree(old)


def restore(folder: Path, like: Callable[[int], PyTree[Any]]) -> Restored | None:
    """The newest sound checkpoint in `folder`; None if there is none at all, sound or not.

    Args:
        folder: where `save` wrote.
        like: from the step to arrays or shapes of what was saved, in the same structure; an array goes where that of
            `like` lies.

    Raises:
        CorruptCheckpointError: there are checkpoints, and all are damaged.
        ValueError: the checkpoint holds something else than `like`.
    """
    refused = []
    for path in reversed(_checkpoints(Path(folder).resolve())):
        problem = _damage(path)
        if problem is None:
            step = int(path.name)
            return Restored(step, _read(path, like(step)), tuple(refused))
        refused.append(f"checkpoint {path} is refused: {problem}")
    if refused:
        raise CorruptCheckpointError(f"{'; '.join(refused)}; delete {folder} to start afresh")
    return None


def _read(path: Path, like: PyTree[Any]) -> Any:
    wanted = {name: jax.eval_shape(_numbers, leaf) for name, leaf in _named(like).items()}
    places = {name: getattr(leaf, "sharding", None) for name, leaf in _named(like).items()}
    with ocp.Checkpointer(ocp.PyTreeCheckpointHandler()) as checkpointer:
        held = checkpointer.metadata(path).item_metadata.tree
        differing = [
            name
            for name in sorted(wanted.keys() | held.keys())
            if name not in wanted
            or name not in held
            or (wanted[name].shape, wanted[name].dtype) != (tuple(held[name].shape), held[name].dtype)
        ]
        if differing:
            raise ValueError(f"checkpoint {path} is of another model or optimiser: {', '.join(differing[:3])} differ")
        arguments = {
            name: ocp.RestoreArgs(restore_type=np.ndarray)
            if places[name] is None or _is_key(leaf)
            else ocp.ArrayRestoreArgs(sharding=places[name])
            for name, leaf in _named(like).items()
        }
        found = checkpointer.restore(path, args=ocp.args.PyTreeRestore(wanted, restore_args=arguments))
    leaves = [
        jax.random.wrap_key_data(found[name]) if _is_key(leaf) else jnp.asarray(found[name])
        for name, leaf in _named(like).items()
    ]
    return jax.tree.unflatten(jax.tree.structure(like), leaves)


def _name(step: int) -> str:
    return f"{step:08d}"


def _named(tree: PyTree[Any]) -> dict[str, Any]:
    """The leaves by their paths, which survive a change of the classes around them."""
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {jax.tree_util.keystr(path, simple=True, separator=".") or "leaf": leaf for path, leaf in leaves}


def _is_key(leaf: Any) -> bool:
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _numbers(leaf: Array) -> Array:
    return jax.random.key_data(leaf) if _is_key(leaf) else leaf


def _checkpoints(folder: Path) -> list[Path]:
    """The folders of checkpoints, the oldest first."""
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted((path for path in found if re.fullmatch(r"\d{8,}", path.name)), key=lambda path: int(path.name))


def _tidy(folder: Path) -> None:
    """Remove what a killed or failed writer left."""
    for leftover in folder.glob(f".*{TEMPORARY_SUFFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _files(path: Path) -> dict[str, Path]:
    return {str(file.relative_to(path)): file for file in sorted(path.rglob("*")) if file.is_file()}


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _write_digests(path: Path) -> None:
    lines = [f"{_digest(file)}  {name}\n" for name, file in _files(path).items()]
    with (path / DIGESTS).open("w") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())


def _damage(path: Path) -> str | None:
    """What is wrong with a checkpoint, with the name of the file; None if nothing is."""
    files = _files(path)
    listed = files.pop(DIGESTS, None)
    if listed is None:
        return f"{path / DIGESTS} is missing"
    lines = [line.partition("  ") for line in listed.read_text(errors="replace").splitlines()]
    digests = {name: digest for digest, _, name in lines}
    for name in sorted(digests.keys() | files.keys()):
        if name not in files:
            return f"{path / name} is missing, or {listed} is damaged"
        if name not in digests:
            return f"{listed} has no digest of {name}, as if cut short"
        if _digest(files[name]) != digests[name]:
            return f"{files[name]} does not match its digest"
    return None


def _check_room(folder: Path, needed: int) -> None:
    if shutil.disk_usage(folder).free < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _reason(error: OSError | ValueError) -> str:
    """The system's words for what went wrong."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    code = re.search(r"os_error_code='(\d+)'", str(error))
    if code is None:
        raise error
    return os.strerror(int(code[1]))


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the log of tracebacks that orbax writes of an error before it raises it."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _tell(line: str) -> None:
    tqdm.write(line, file=sys.stderr)  # above the bar, if there is one
