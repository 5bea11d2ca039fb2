"""One page of Markdown a module, from its source alone: nothing is imported, so no page depends on what is installed.

What is public is documented: functions, classes with their public methods and properties, and names that a docstring
follows.
"""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from paper.site.docstrings import markdown, summary
from paper.site.packages import PACKAGES

Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def module_names(root: Path) -> dict[str, Path]:
    """Return the modules of all packages under a root by name, each package before its modules."""
    found: dict[str, Path] = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py"), key=lambda each: each.with_suffix("").parts):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path
    return dict(sorted(found.items(), key=lambda item: (PACKAGES.index(item[0].split(".")[0]), item[0].split("."))))


def pages(root: Path) -> dict[str, str]:
    """Return the Markdown of every module's page, and that of the `index`, by name."""
    paths = module_names(root)
    trees = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in paths.items()}
    known = frozenset(trees).union(*({f"{name}.{each}" for each in _public(tree)} for name, tree in trees.items()))
    made = {name: _page(name, tree, trees, known) for name, tree in trees.items()}
    listed = "\n".join(_entry(package, trees[package]) for package in PACKAGES)
    return {"index": f"# The packages\n\n{listed}\n\n{_toctree(PACKAGES)}\n", **made}


def _page(name: str, tree: ast.Module, trees: Mapping[str, ast.Module], known: frozenset[str]) -> str:
    """The page of one module; a package's lists its modules."""
    parts = [f"# {name}", f"```{{py:module}} {name}\n```", markdown(_doc(tree), known)]
    inside = [each for each in trees if each.rpartition(".")[0] == name]
    if inside:
        parts += ["\n".join(_entry(each, trees[each]) for each in inside), _toctree(inside)]
    names = _full_names(name, tree)
    for node, doc in _documented(tree):
        parts.append(_object(node, doc, known, names, ":::"))
    return "\n\n".join(parts) + "\n"


def _entry(name: str, tree: ast.Module) -> str:
    return f"- {{py:mod}}`{name}`: {summary(_doc(tree))}"


def _toctree(names: Sequence[str]) -> str:
    return "```{toctree}\n:hidden:\n:maxdepth: 1\n\n" + "\n".join(names) + "\n```"


def _doc(node: ast.Module | Named) -> str:
    return ast.get_docstring(node) or ""


def _public(tree: ast.Module) -> list[str]:
    return [_name(node) for node, _ in _documented(tree)]


def _name(node: ast.stmt) -> str:
    if isinstance(node, Named):
        return node.name
    target = (
        node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AnnAssign) else None
    )
    return target.id if isinstance(target, ast.Name) else ""


def _documented(node: ast.Module | ast.ClassDef) -> Iterator[tuple[ast.stmt, str]]:
    """Public definitions in a body with their docstrings; assignments only where a docstring follows."""
    for statement, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not _name(statement) or _name(statement).startswith("_"):
            continue
        if isinstance(statement, Named):
            yield statement, _doc(statement)
        elif (
            isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
        ):
            yield statement, inspect.cleandoc(after.value.value)


def _object(node: ast.stmt, doc: str, known: frozenset[str], names: Mapping[str, str], fence: str) -> str:
    """A definition as a directive, with a longer fence around it than any within."""
    if isinstance(node, ast.ClassDef):
        kind, head = "class", f"{node.name}{_qualified(_fields(node), names)}"
        members = [
            _object(each, text, known, names, fence) for each, text in _documented(node) if isinstance(each, Named)
        ]
        body = "\n\n".join([markdown(doc, known), *members])
        fence += ":" if members else ""
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        kind, head = _kind(node), f"{node.name}{_qualified(_signature(node), names)}"
        if kind == "property":
            head = node.name
        body = markdown(doc, known)
    else:
        kind, head, body = "data", _name(node), markdown(doc, known)
    return f"{fence}{{py:{kind}}} {head}\n\n{body.strip()}\n{fence}"


def _kind(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    decorators = {ast.unparse(each).rpartition(".")[2] for each in node.decorator_list}
    if decorators & {"property", "cached_property"}:
        return "property"
    first = node.args.args[0].arg if node.args.args else ""
    return "method" if first in ("self", "cls") else "function"


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    arguments = re.sub(r"^(self|cls)(, |$)", "", ast.unparse(node.args))
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"({arguments}){returns}"


def _fields(node: ast.ClassDef) -> str:
    """The arguments of a dataclass, from its annotated fields; nothing of other classes."""
    if not any("dataclass" in ast.unparse(each) for each in node.decorator_list):
        return ""
    fields = [each for each in node.body if isinstance(each, ast.AnnAssign) and not _name(each).startswith("_")]
    return f"({', '.join(ast.unparse(each) for each in fields)})"


def _full_names(module: str, tree: ast.Module) -> dict[str, str]:
    """The full names of what a module defines, or imports from this repository: two rooms may use one short name."""
    names = {_name(node): f"{module}.{_name(node)}" for node in tree.body if _name(node)}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PACKAGES:
            names |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return {short: full for short, full in names.items() if not short.isupper()}


def _qualified(signature: str, names: Mapping[str, str]) -> str:
    """A signature with the full names of types, which begin with a capital letter."""
    return re.sub(r"(?<![\w.'\"])[A-Z]\w*", lambda found: names.get(found[0], found[0]), signature)
