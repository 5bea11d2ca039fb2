"""The documentation site: pages from docstrings, notebooks as they are stored, and prose; `make docs` builds it."""
