"""`python -m paper.site [FOLDER]`: build the site into a folder, by default `results/site`."""

import sys
from pathlib import Path

from paper.site.build import build

if __name__ == "__main__":
    try:
        print(build(Path(sys.argv[1] if len(sys.argv) > 1 else "results/site")))
    except (ValueError, OSError) as error:
        sys.exit(f"paper.site: error: {error}")
