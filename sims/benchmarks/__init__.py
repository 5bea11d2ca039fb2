"""How fast and lean retrieval is, beside the best of other software on the same machine: `make bench`."""
