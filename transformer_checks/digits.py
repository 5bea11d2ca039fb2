"""Permuted digits: scikit-learn's bundled 8 x 8 images, their pixels in an order of each task's own.

A sanity check against the literature on continual learning, small enough for two cores: images are averaged over
2 x 2 pixels and quantised, so that an example is 16 pixels and the label. The images are those of the test set of
Alpaydin and Kaynak, Optical Recognition of Handwritten Digits (UCI Machine Learning Repository, 1998; CC BY 4.0).
"""

import functools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64, Int64

from theory.activity import check_count
from transformer_checks.task_sequence import TaskSequence, check_sequence, generator, stack

IMAGES = 1797
"""Images there are."""

_BRIGHTEST = 16
_CLASSES = 10


@dataclass(frozen=True)
class DigitsSpec:
    """Images as 16 tokens and a label token, which alone is to be predicted.

    The same images serve every task; those held out are held out of every task.

    Attributes:
        levels: grey levels, from 2 to 17; tokens are the levels, then the ten labels.
        train: images to train on.
        held_out: other images.

    Raises:
        ValueError: a field out of range, or more images than there are.
    """

    family: ClassVar[str] = "digits"

    levels: int = 8
    train: int = 256
    held_out: int = 128

    def __post_init__(self) -> None:
        for name in ("train", "held_out"):
            check_count(getattr(self, name), name)
        if check_count(self.levels, "levels", minimum=2) > _BRIGHTEST + 1:
            raise ValueError(f"levels must be at most {_BRIGHTEST + 1}, got {self.levels}")
        if self.train + self.held_out > IMAGES:
            raise ValueError(f"train + held_out must be at most {IMAGES} images, got {self.train + self.held_out}")

    def sequence(self, tasks: int, seed: int) -> TaskSequence:
        """The first `tasks` tasks of this seed.

        Raises:
            ValueError: fewer than one task, or a negative seed.
        """
        check_sequence(tasks, seed)
        pixels, labels = _images()
        tokens = np.column_stack([np.floor(pixels * self.levels / (_BRIGHTEST + 1)), labels + self.levels])
        images = generator(seed, "images").permutation(IMAGES)
        splits = images[: self.train], images[self.train :][: self.held_out]
        orders = [generator(seed, "pixels", task).permutation(pixels.shape[1]) for task in range(tasks)]
        train, held_out = (stack([_permuted(tokens[chosen], order) for order in orders]) for chosen in splits)
        names = tuple(f"digits {task + 1}" for task in range(tasks))
        return TaskSequence(names, train, held_out, vocabulary=self.levels + _CLASSES, scoring="exact")


def _permuted(tokens: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    weights = np.zeros((len(tokens), len(order)))
    weights[:, -1] = 1
    return np.column_stack([tokens[:, order], tokens[:, -1]]), weights


@functools.cache
def _images() -> tuple[Float64[np.ndarray, "image pixel"], Int64[np.ndarray, " image"]]:
    """Mean brightness of every 2 x 2 pixels, from 0 to 16, and the labels."""
    from sklearn.datasets import load_digits  # takes a second to import

    pixels, labels = map(np.asarray, load_digits(return_X_y=True))
    return pixels.reshape(IMAGES, 4, 2, 4, 2).mean(axis=(2, 4)).reshape(IMAGES, 16), labels.astype(np.int64)
