"""Texts of the ledger made safe for Markdown: symbols as LaTeX, which every TeX engine has, and nothing by accident."""

import re

_SYMBOLS = {
    "✓": "Passed:",
    "✗": "Failed:",
    "∎": r"$\square$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "≠": r"$\ne$",
    "→": r"$\to$",
    "≈": r"$\approx$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "−": "-",
    "∞": r"$\infty$",
    "α": r"$\alpha$",
    "ε": r"$\epsilon$",
    "η": r"$\eta$",
    "ρ": r"$\rho$",
    "θ": r"$\theta$",
    "σ": r"$\sigma$",
    "ξ": r"$\xi$",
    "μ": r"$\mu$",
    "Φ": r"$\Phi$",
    "·": r"$\cdot$",
    "²": r"$^2$",
}


def plain_symbols(text: str) -> str:
    """Return a text with its symbols as mathematics."""
    return "".join(_SYMBOLS.get(each, each) for each in text)


def escaped(text: str) -> str:
    """Return a plain text (of a checker, of a judge) in which Markdown finds no markup."""
    return re.sub(r"([\\`*_{}\[\]$|<>~^#@])", r"\\\1", text)
