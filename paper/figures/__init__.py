"""One module a figure: `draw(tables) -> Figure`, from labelled result tables and from theory, never from typed numbers."""
