"""Sphinx's settings for the site; `paper.site.build` puts this file beside the pages."""

from typing import Any

from paper.site.mathematics import depart, prepare, visit

project = "The compression-writability workbench"
author = "The compression-writability workbench authors"
copyright = author
extensions = ["myst_nb"]
exclude_patterns = ["README.md"]
html_theme = "furo"
html_title = "Compression-writability workbench"
html_show_sphinx = False
html_copy_source = False
html_math_renderer = "mathml"
nb_execution_mode = "off"
nb_render_markdown_format = "myst"  # formulas in what cells print, too
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3
nitpicky = True
nitpick_ignore_regex = [("py:class", ".*")]  # types in signatures, most of them of other packages
python_use_unqualified_type_names = True
suppress_warnings = ["ref.python"]  # types of other packages that share their name with two of this repository


def setup(app: Any) -> None:
    """Have formulas set as MathML."""
    app.connect("doctree-resolved", prepare)
    app.add_html_math_renderer("mathml", inline_renderers=(visit, depart), block_renderers=(visit, depart))
