"""The house: packages are this repository's, and the arrows between them run one way."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("theory", "proofs", "sims", "transformer_checks", "paper")
MAY_IMPORT = {
    "theory": set(),
    "proofs": {"theory"},
    "sims": {"theory"},
    "transformer_checks": {"theory", "sims"},  # of sims only the harness, checked below
    "paper": {"theory", "proofs", "sims", "transformer_checks"},
}


def modules(package):
    return sorted((ROOT / package).rglob("*.py"))


def imported(path):
    """Every module a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


@pytest.mark.parametrize("package", PACKAGES)
def test_the_installed_package_is_this_repositorys(package):
    found = Path(importlib.import_module(package).__file__ or "")
    assert found == ROOT / package / "__init__.py"


@pytest.mark.parametrize("package", PACKAGES)
def test_arrows_run_one_way(package):
    for path in modules(package):
        for name in imported(path):
            other = name.split(".")[0]
            if other in PACKAGES and other != package:
                assert other in MAY_IMPORT[package], f"{path.relative_to(ROOT)} imports {name}"
                if (package, other) == ("transformer_checks", "sims"):
                    assert name.startswith("sims.harness"), f"{path.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("package", ["theory", "proofs"])
def test_theory_and_proofs_do_without_jax(package):
    for path in modules(package):
        assert not {name.split(".")[0] for name in imported(path)} & {"jax", "jaxtyping", "equinox", "optax"}, path


def test_no_module_imports_itself_in_a_circle():
    edges = {}
    for package in PACKAGES:
        for path in modules(package):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            edges[name] = {each for each in imported(path) if each.split(".")[0] in PACKAGES}
    state = {}

    def visit(name, trail):
        assert state.get(name) != "open", f"import circle: {' -> '.join([*trail, name])}"
        if name in edges and name not in state:
            state[name] = "open"
            for other in edges[name]:
                if other != name:
                    visit(other, [*trail, name])
            state[name] = "done"

    for name in edges:
        visit(name, [])


def test_every_module_says_what_it_is():
    for package in PACKAGES:
        for path in modules(package):
            assert ast.get_docstring(ast.parse(path.read_text())), f"{path.relative_to(ROOT)} has no docstring"


def test_lock_files_name_no_registry():
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert "://" not in text
        assert "index-url" not in text
        assert text.count("--hash=sha256:") > text.count("==") > 0


def test_shape_annotations_are_checked():
    """A canary: with the type-checking hook installed, an array of the wrong shape is refused."""
    import jax.numpy as jnp
    from jaxtyping import TypeCheckError

    from sims.gradients import hopfield_loss

    with pytest.raises(TypeCheckError):
        hopfield_loss(jnp.zeros((3, 2)), jnp.zeros(3))
