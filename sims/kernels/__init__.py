"""Retrieval and random patterns as compiled CPU kernels, over bit-packed patterns in the host's memory.

Every kernel is compiled once (numba, stored on disk), runs without Python's lock, and works on its share of the tasks;
`sims.kernels.threads` runs one call a thread. All sums are exact integers, so results do not depend on the shares.
"""
