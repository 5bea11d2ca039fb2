"""The face of the workbench: figures, verdict tables, and the `cwb` command line. Knows every other package."""
