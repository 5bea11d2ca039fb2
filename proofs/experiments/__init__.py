"""Claims about deep networks: layers two and three, and the predictions of Experiments 1-3.

The predictions and the rules by which they fail stand in `proofs/predictions.toml`; `judge` applies the rules.
"""

from proofs.experiments.layers import CLAIMS as _LAYERS
from proofs.predictions import PREDICTIONS

CLAIMS = (*_LAYERS, *(prediction.claim for prediction in PREDICTIONS.values()))
"""Every claim about deep networks, in reading order."""

EXPERIMENT1, EXPERIMENT2, EXPERIMENT3 = (
    tuple(each.claim for each in PREDICTIONS.values() if each.experiment == number) for number in (1, 2, 3)
)
"""The claims of each experiment."""
