"""Checkpoints: bit for bit after a kill in the middle of a save, damage named and stepped over, a full disk told."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sims.harness.results import OutputFolderError
from transformer_checks.checkpoints import DIGESTS, KEPT, Checkpoints, CorruptCheckpointError, restore, save
from transformer_checks.model import Sizes, initialise
from transformer_checks.objectives import Split
from transformer_checks.sparsity import sparsity_of
from transformer_checks.training import State, Trainer, begin, dials, train

_SIZES = Sizes(vocabulary=16, length=8, depth=2, width=16, heads=2)
_TRAINER = Trainer("adamw", batch=4)


class Training(NamedTuple):
    """What a run needs to go on."""

    state: State
    key: jax.Array


def fresh():
    key = jax.random.key(7)
    return Training(begin(_TRAINER, initialise(_SIZES, key)), key)


@jax.jit
def _train(training, until):
    tokens = jnp.asarray(np.random.default_rng(0).integers(16, size=(12, 9)), jnp.int32)
    split, sparsity = Split(tokens, jnp.ones((12, 8))), sparsity_of("kwta", 0.25, _SIZES.depth, _SIZES.hidden)
    return training._replace(state=train(_TRAINER, training.state, split, sparsity, dials(1e-2), training.key, until))


def go_on(training, until):
    return _train(training, jnp.int32(until))


def bits(tree):
    keys = lambda leaf: jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)  # noqa: E731
    return [np.asarray(jax.random.key_data(leaf) if keys(leaf) else leaf).tobytes() for leaf in jax.tree.leaves(tree)]


KILLED_WRITING = """
import importlib.util, os, signal, sys, threading, time
from pathlib import Path
spec = importlib.util.spec_from_file_location("program", sys.argv[1])
tests = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tests)
folder = Path(sys.argv[2])
training = tests.go_on(tests.fresh(), 10)
tests.save(folder, 10, training)
later = tests.go_on(training, 15)

def watch():
    while not any(path.is_file() for path in folder.glob(".*/**/d/*")):
        time.sleep(1e-3)
    os.kill(os.getpid(), signal.SIGKILL)

threading.Thread(target=watch, daemon=True).start()
tests.save(folder, 15, later)
"""

KILLED_RENAMING = """
import importlib.util, os, signal, sys
spec = importlib.util.spec_from_file_location("program", sys.argv[1])
tests = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tests)
folder = tests.Path(sys.argv[2])
tests.save(folder, 1, tests._TREE)
tests.Path.rename = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
tests.save(folder, 2, tests._TREE)
"""


def killed(program, folder):
    """What is left of a process that kills itself in its second save: a checkpoint, and half of another."""
    command = [sys.executable, "-c", program, __file__, str(folder)]
    process = subprocess.run(command, env={**os.environ, "JAX_PLATFORMS": "cpu"}, check=False)
    assert process.returncode == -signal.SIGKILL
    assert len(list(folder.iterdir())) == 2


def test_training_killed_while_orbax_writes_resumes_bit_for_bit(tmp_path):
    """20 steps, against 10, a kill in the save after 15, and 10 more from the checkpoint after 10."""
    killed(KILLED_WRITING, tmp_path)
    found = restore(tmp_path, lambda _: fresh())
    assert found is not None
    assert (found.step, found.refused) == (10, ())
    straight = bits(go_on(fresh(), 20))
    assert bits(go_on(found.tree, 20)) == straight
    assert bits(found.tree) != straight
    save(tmp_path, 20, found.tree)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00000010", "00000020"]


def test_a_kill_before_the_last_rename_leaves_the_previous_checkpoint(tmp_path):
    killed(KILLED_RENAMING, tmp_path)
    found = restore(tmp_path, like)
    assert found is not None
    assert (found.step, found.refused) == (1, ())
    assert bits(found.tree) == bits(_TREE)


_TREE = {"numbers": jnp.arange(70_000, dtype=jnp.float32) ** 0.5, "key": jax.random.key(3), "step": jnp.int32(4)}


def like(_):
    return _TREE


@pytest.fixture
def saved(tmp_path):
    for step in (1, 2):
        save(tmp_path, step, _TREE)
    return tmp_path


def largest(folder):
    """The file that holds the numbers."""
    return max((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES = {
    "a bit": flip,
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "empty": lambda path: path.write_bytes(b""),
    "gone": Path.unlink,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(saved, damage):
    file = largest(saved / "00000002")
    DAMAGES[damage](file)
    found = restore(saved, like)
    assert found is not None
    assert found.step == 1
    assert len(found.refused) == 1
    assert str(file) in found.refused[0]
    assert bits(found.tree) == bits(_TREE)


def test_training_goes_on_bit_for_bit_from_the_checkpoint_before_a_damaged_one(tmp_path):
    """Steps 5 and 10 are saved, the file of the latter is cut short, and training goes on from 5 to 15."""
    early = go_on(fresh(), 5)
    save(tmp_path, 5, early)
    save(tmp_path, 10, go_on(early, 10))
    file = largest(tmp_path / "00000010")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    found = restore(tmp_path, lambda _: fresh())
    assert found is not None
    assert found.step == 5
    assert [str(file) in line for line in found.refused] == [True]
    straight = bits(go_on(fresh(), 15))
    assert bits(found.tree) != straight
    assert bits(go_on(found.tree, 15)) == straight


def test_damage_to_any_file_is_seen(saved):
    folder = saved / "00000002"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    for file in files:
        content = file.read_bytes()
        flip(file)
        found = restore(saved, like)
        assert found is not None
        assert found.step == 1, file
        file.write_bytes(content)
    (folder / DIGESTS).write_text("".join((folder / DIGESTS).read_text().splitlines(keepends=True)[:-1]))
    found = restore(saved, like)
    assert found is not None
    assert "as if cut short" in found.refused[0]


def test_if_all_are_damaged_nothing_starts_afresh_unasked(saved):
    files = [largest(saved / name) for name in ("00000001", "00000002")]
    for file in files:
        flip(file)
    with pytest.raises(CorruptCheckpointError, match="does not match its digest") as caught:
        restore(saved, like)
    assert all(str(file) in str(caught.value) for file in files)


def test_no_checkpoint_is_none(tmp_path):
    assert restore(tmp_path, like) is None
    assert restore(tmp_path / "missing", like) is None


def test_the_last_ones_are_kept_and_a_step_can_be_saved_again(saved):
    for step in (3, 3, 123_456_789):
        save(saved, step, {**_TREE, "step": jnp.int32(step)})
    assert sorted(path.name for path in saved.iterdir()) == ["00000003", "123456789"]
    assert KEPT == 2
    found = restore(saved, like)
    assert found is not None
    assert (found.step, int(found.tree["step"])) == (123_456_789, 123_456_789)


def test_digests_are_those_of_sha256sum(saved):
    command = ["sha256sum", "--check", "--strict", "--quiet", DIGESTS]
    subprocess.run(command, cwd=saved / "00000002", check=True)


@pytest.mark.parametrize(
    "other",
    [
        {**_TREE, "numbers": jnp.zeros(70_001)},
        {**_TREE, "numbers": jnp.zeros(70_000, jnp.int32)},
        {**_TREE, "more": jnp.zeros(1)},
        {"numbers": _TREE["numbers"]},
    ],
)
def test_a_checkpoint_of_something_else_is_refused(saved, other):
    with pytest.raises(ValueError, match=r"00000002 is of another model or optimiser: (numbers|more|key, step) differ"):
        restore(saved, lambda _: other)


def test_shapes_suffice_to_restore(saved):
    found = restore(saved, lambda _: jax.eval_shape(lambda: _TREE))
    assert found is not None
    assert bits(found.tree) == bits(_TREE)


def test_a_checkpoint_goes_to_other_devices(saved):
    """Saved from one device; here to the place that `like` names."""
    place = jax.sharding.NamedSharding(jax.make_mesh((1,), ("data",)), jax.sharding.PartitionSpec("data"))
    numbers = jax.ShapeDtypeStruct((70_000,), jnp.float32, sharding=place)
    found = restore(saved, lambda _: {**_TREE, "numbers": numbers})
    assert found is not None
    assert found.tree["numbers"].sharding == place


def test_a_full_disk_is_told_before_writing(saved, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 100_000}))
    with pytest.raises(OutputFolderError, match="00000003: No space left on device; earlier ones are kept"):
        save(saved, 3, _TREE)
    assert sorted(path.name for path in saved.iterdir()) == ["00000001", "00000002"]


QUOTA = """
import importlib.util, sys, resource
from pathlib import Path
spec = importlib.util.spec_from_file_location("program", sys.argv[1])
tests = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tests)
resource.setrlimit(resource.RLIMIT_FSIZE, (2**15, resource.RLIM_INFINITY))
try:
    tests.save(Path(sys.argv[2]), 3, tests._TREE)
except tests.OutputFolderError as error:
    print(error)
"""


def test_a_quota_is_told_and_the_rest_kept(saved):
    run = subprocess.run(
        [sys.executable, "-c", QUOTA, __file__, str(saved)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == f"cannot write checkpoint {saved / '00000003'}: File too large; earlier ones are kept"
    assert sorted(path.name for path in saved.iterdir()) == ["00000001", "00000002"]


def test_a_negative_step_is_refused(tmp_path):
    with pytest.raises(ValueError, match="step must be an integer of at least 0"):
        save(tmp_path, -1, _TREE)


# --- when ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets, and the steps at which a checkpoint was written, each in so many seconds."""
    now, written = {"now": 0.0, "took": 0.0}, []

    def write(folder, step, tree):
        written.append(step)
        now["now"] += now["took"]

    monkeypatch.setattr("time.monotonic", lambda: now["now"])
    monkeypatch.setattr("transformer_checks.checkpoints.save", write)
    return now, written


def offered(checkpoints, now, times):
    for time in times:
        now["now"] = max(now["now"], time)
        checkpoints.offer(time, _TREE)


def test_a_checkpoint_is_due_after_so_many_seconds(clock, tmp_path):
    now, written = clock
    offered(Checkpoints(tmp_path), now, [1, 59, 60, 61, 119, 120, 121, 240])
    assert written == [60, 120, 240]


def test_slow_writes_take_a_tenth_of_the_time_at_most(clock, tmp_path):
    now, written = clock
    now["took"] = 30
    offered(Checkpoints(tmp_path), now, range(60, 2000, 10))
    assert written == [60, 390, 720, 1050, 1380, 1710]


def test_without_a_least_time_every_step_is_written_once(clock, tmp_path):
    now, written = clock
    now["took"] = 30
    offered(Checkpoints(tmp_path, 0.0), now, [1, 1, 2, 3])
    assert written == [1, 2, 3]


@pytest.mark.parametrize("seconds", [-1.0, float("inf"), float("nan")])
def test_seconds_between_checkpoints_are_checked(tmp_path, seconds):
    with pytest.raises(
        ValueError, match=r"seconds between checkpoints must be a number of at least 0, got (-1|inf|nan)"
    ):
        Checkpoints(tmp_path, seconds)
