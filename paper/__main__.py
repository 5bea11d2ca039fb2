"""`python -m paper` is `cwb`."""

from paper.cli import main

main()
