"""Our own source, read as trees: what the architecture tests ask it, and how long its parts are."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
BOOKING = ROOT / "booking"
TEMPLATES = ROOT / "templates"

LONGEST = {"function": 40, "module": 250, "template": 120}
"""Lines. A function must not be longer; a module or template should not."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One of our files, parsed."""

    name: str
    path: Path
    nodes: Sequence[ast.AST]
    """Its tree, and everything in it."""
    lines: int

    @property
    def docstring(self) -> str | None:
        """What it says about itself."""
        tree = self.nodes[0]
        assert isinstance(tree, ast.Module)
        return ast.get_docstring(tree)

    def within(self, *packages: str) -> bool:
        """Whether it is one of these modules or inside one of these packages."""
        return any(self.name == package or self.name.startswith(f"{package}.") for package in packages)

    def at(self, node: ast.AST) -> str:
        """Where a node is, for a message."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the program."""
    return tuple(_parsed(path) for path in sorted(BOOKING.rglob("*.py")))


def _parsed(path: Path) -> Module:
    text = path.read_text()
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path, tuple(ast.walk(ast.parse(text))), text.count("\n"))


def functions(module: Module) -> Iterator[Function]:
    """Its functions and methods, inner ones included."""
    yield from (node for node in module.nodes if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines of code and comment, without the docstring: what has to be kept in mind at once."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def calls(module: Module) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name that is called, `.commit` for a method of something unnamed."""
    for node in module.nodes:
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def dotted(node: ast.expr) -> str:
    """A name with its attributes, as it is written."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def strings(module: Module) -> Iterator[str]:
    """Its texts; a text with values in it has a star in the place of each."""
    for node in module.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)


def templates() -> dict[str, Path]:
    """Every template by the name that it is rendered by."""
    return {path.relative_to(TEMPLATES).as_posix(): path for path in sorted(TEMPLATES.rglob("*")) if path.is_file()}


def over_the_aim() -> Iterator[str]:
    """What is longer than it should be, longest first within its kind."""
    for module in sorted(modules(), key=lambda module: -module.lines):
        if module.lines > LONGEST["module"]:
            yield f"{module.path.relative_to(ROOT)}: {module.lines} lines, the aim is {LONGEST['module']}"
    for name, path in templates().items():
        lines = path.read_text().count("\n")
        if lines > LONGEST["template"]:
            yield f"templates/{name}: {lines} lines, the aim is {LONGEST['template']}"


def summary() -> str:
    """The lengths in one line, for `make lint`."""
    lengths = sorted(length(function) for module in modules() for function in functions(module))
    files = sorted(module.lines for module in modules())
    p95 = lengths[int(len(lengths) * 0.95)]
    return (
        f"Lines: functions {lengths[len(lengths) // 2]} (median), {p95} (p95), {lengths[-1]} (longest);"
        f" modules {files[len(files) // 2]} (median), {files[-1]} (longest)."
    )
