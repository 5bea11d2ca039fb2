"""What theory predicts for a dual memory of given sizes: `cwb dual`. No simulation, no JAX."""

from typing import Any

from theory.dual_design import Design


def record(design: Design) -> dict[str, Any]:
    """Return a design and what it achieves as JSON values."""
    return {
        "neurons_fast": design.neurons_fast,
        "neurons_slow": design.neurons_slow,
        "activity_fast": design.activity_fast,
        "activity_slow": design.activity_slow,
        "item_bits": design.item_bits,
        "error_rate": design.error_rate,
        "keys": design.keys,
        "synapses": design.synapses,
        "synapses_fast": design.fast_synapses,
        "synapses_slow": design.slow_synapses,
        "capacity": design.capacity,
        "fast_items": design.fast_items,
        "slow_items": design.slow_items,
        "bottleneck": design.bottleneck,
        "rho": design.fraction,
        "critical_rho": design.critical_fraction,
        "offline_phases": design.offline_phases,
        "bits_per_synapse": design.bits_per_synapse,
        "bits_per_synapse_large": design.predicted_bits_per_synapse,
        "gain": design.gain,
        "single": {
            "activity": design.single.activity,
            "key_units": design.single.key_units,
            "capacity": design.single.items,
            "bits_per_synapse": design.single.bits_per_synapse,
        },
    }


def text(design: Design) -> str:
    """Return the same for the reader, one line a quantity."""
    fast, slow, single = design.fast_synapses, design.slow_synapses, design.single
    kept = f"{design.capacity} items of {design.item_bits} bits"
    verdict = "gain" if design.gain > 1 else "no gain"
    return "\n".join(
        (
            f"long-term capacity    {kept} at bit error {design.error_rate:g}",
            f"limited by            the {design.bottleneck}",
            f"fast zone             {design.fast_items} items in {fast} synapses, activity {design.activity_fast:g}",
            f"slow zone             {design.slow_items} items in {slow} synapses, activity {design.activity_slow:g}",
            f"offline phases        {design.offline_phases}, each after rho = {design.fraction:.4g} of the content",
            f"bits per synapse      {design.bits_per_synapse:.4g}",
            f"  at large n          {design.predicted_bits_per_synapse:.4g} (this rho, synapses split at best)",
            f"best single regime    {single.items} items, activity {single.activity:g}: "
            f"{single.bits_per_synapse:.4g} bits per synapse",
            f"gain                  {design.gain:.4g} ({verdict}; these zones' gain ends at rho = "
            f"{design.critical_fraction:.3g})",
        )
    )
