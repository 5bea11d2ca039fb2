"""One module a figure: `draw(tables) -> Figure`, from labelled result tables and from theory, no number typed in."""
