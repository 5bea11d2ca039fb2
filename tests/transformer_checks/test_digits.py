"""Permuted digits: the images are scikit-learn's, split by image, in an order of each task's own."""

from collections import Counter

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from transformer_checks.digits import IMAGES, DigitsSpec


def pooled(levels):
    """Every image as sorted tokens and its label, one pixel after another."""
    images, labels = map(np.asarray, load_digits(return_X_y=True))
    examples = Counter()
    for image, label in zip(images.reshape(-1, 8, 8), labels, strict=True):
        means = [
            image[row : row + 2, column : column + 2].mean() for row in range(0, 8, 2) for column in range(0, 8, 2)
        ]
        examples[(*sorted(int(mean * levels // 17) for mean in means), int(label) + levels)] += 1
    return examples


@pytest.mark.parametrize("levels", [2, 8, 17])
def test_every_image_is_in_one_split_only(levels):
    sequence = DigitsSpec(levels=levels, train=1500, held_out=IMAGES - 1500).sequence(2, seed=4)
    both = np.concatenate([sequence.train.tokens, sequence.held_out.tokens], axis=1)
    for task in both:
        assert Counter((*sorted(row[:-1].tolist()), int(row[-1])) for row in task) == pooled(levels)
    assert sequence.vocabulary == levels + 10


def test_tasks_are_one_set_of_images_with_the_pixels_in_another_order():
    first, second = DigitsSpec(levels=17).sequence(2, seed=0).train.tokens
    np.testing.assert_array_equal(np.sort(first[:, :-1]), np.sort(second[:, :-1]))
    np.testing.assert_array_equal(first[:, -1], second[:, -1])
    columns = [column.tobytes() for column in first[:, :-1].T.copy()]
    order = [columns.index(column.tobytes()) for column in second[:, :-1].T.copy()]
    assert sorted(order) == list(range(16))
    assert order != list(range(16))


def test_only_the_label_counts():
    weights = DigitsSpec().sequence(1, seed=0).train.weights
    np.testing.assert_array_equal(weights, np.broadcast_to(np.arange(16) == 15, weights.shape))


def test_images_held_out_can_be_told_from_those_trained_on():
    sequence = DigitsSpec(train=1024, held_out=512).sequence(1, seed=0)
    (train,), (held_out,) = sequence.train.tokens, sequence.held_out.tokens
    neighbours = KNeighborsClassifier(3).fit(train[:, :-1], train[:, -1])
    assert neighbours.score(held_out[:, :-1], held_out[:, -1]) > 0.8


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"levels": 18}, "at most 17, got 18"),
        ({"levels": 1}, "levels must be an integer"),
        ({"train": 1700, "held_out": 98}, "at most 1797 images, got 1798"),
        ({"held_out": 0}, "held_out must be an integer"),
    ],
)
def test_fields_out_of_range_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        DigitsSpec(**fields)
