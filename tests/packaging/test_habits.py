"""Habits of the code that no linter knows: safe writes, wording as data, sizes, docstrings, nothing left lying."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("habits")  # one worker parses everything

# From tests/packaging/conftest.py; with importlib mode a test cannot import it by name.
Module = Any

HAN = re.compile(r"[\u3400-\u9fff]")
WORDLESS = {"codebook", "matching", "qc", "drg", "services", "storage", "exchange", "common"}
WRITERS = {"write_text", "write_bytes", "NamedTemporaryFile", "mkstemp", "copy", "copyfile", "copy2"}
MAY_WRITE = {
    "app/common/files.py": "the one place",
    "app/ui/errors.py": "the crash log is appended to while the process dies",
    "app/storage/lock.py": "the lock file is held open and has no content worth keeping",
    "app/matching/learned/store.py": "the entries of an archive that is still in memory",
}
MAY_CATCH_ALL = {"app/ui/errors.py", "app/ui/jobs.py"}
EXCUSE = re.compile(r"#\s*(type: ignore|noqa)(?P<what>\[[\w, -]+\]|: [A-Z]+\d+(, ?[A-Z]+\d+)*)?(?P<why>\s+(#|-) \S.*)?")
# Names that Qt gives to what a subclass overrides and that look like ours; the camelCase ones are recognised.
QT_NAMES = {"data", "event", "flags", "index", "paint", "parent", "sort", "text", "validate", "fixup"}


def _functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in module.nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _docstrings(module: Module) -> set[int]:
    """Return the ids of the constants that are docstrings or stand alone as a statement (attribute docs)."""
    return {
        id(node.value) for node in module.nodes if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _opens_for_writing(call: ast.Call) -> bool:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in WRITERS and not (name == "copy" and not _is_of(function, "shutil")):
        return True
    if name != "open" or _is_of(function, "os"):
        return name == "open"
    words = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    modes = [word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)]
    return any(re.fullmatch(r"[rwaxbt+]{1,3}", mode) and set(mode) & set("wax+") for mode in modes)


def _is_of(function: ast.expr, module: str) -> bool:
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == module


def test_files_are_written_only_through_common_files(modules: Iterable[Module]) -> None:
    stray = [
        f"{module.path}:{node.lineno}"
        for module in modules
        if module.path not in MAY_WRITE
        for node in module.nodes
        if isinstance(node, ast.Call) and _opens_for_writing(node)
    ]
    assert stray == []


def test_a_write_in_place_would_be_seen() -> None:
    planted = ['open(p, "w")', 'p.open("ab")', 'p.write_text("x")', "shutil.copy(a, b)", "os.open(p, os.O_WRONLY)"]
    harmless = ['open(p, "rb")', "p.open()", "d.copy()", "Database.open(path)", 'tarfile.open(p, "r")']
    assert [_opens_for_writing(ast.parse(line).body[0].value) for line in planted] == [True] * len(planted)
    assert [_opens_for_writing(ast.parse(line).body[0].value) for line in harmless] == [False] * len(harmless)


def test_wording_is_data(modules: Iterable[Module]) -> None:
    stray = [
        f"{module.path}:{node.lineno} {node.value[:20]!r}"
        for module in modules
        if module.package in WORDLESS
        for docs in [_docstrings(module)]
        for node in module.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if HAN.search(node.value) and id(node) not in docs
    ]
    assert stray == []


def test_files_and_functions_stay_small(modules: Iterable[Module]) -> None:
    modules = list(modules)
    long_files = [f"{module.path} {len(module.lines)}" for module in modules if len(module.lines) > 600]
    sizes = {
        f"{module.path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for module in modules
        for node in _functions(module)
    }
    assert long_files == []
    assert [f"{name} {size}" for name, size in sizes.items() if size > 60] == []
    assert statistics.median(sizes.values()) <= 9
    assert statistics.quantiles(sizes.values(), n=20)[-1] <= 40


def _undocumented(body: Iterable[ast.stmt], prefix: str, qt: bool) -> Iterator[str]:
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        is_override = (qt and (not node.name.islower() or node.name in QT_NAMES)) or any(
            getattr(mark, "id", getattr(mark, "attr", "")) in {"override", "overload", "setter"}
            for mark in node.decorator_list
        )
        is_class = isinstance(node, ast.ClassDef)
        if is_class and "Protocol" in {getattr(base, "id", "") for base in node.bases} and ast.get_docstring(node):
            continue  # the class says what its methods are
        if ast.get_docstring(node) is None and (is_class or not is_override):
            yield f"{prefix}:{node.lineno} {node.name}"
        if is_class:
            yield from _undocumented(node.body, prefix, qt)


def test_every_public_name_has_a_docstring(modules: Iterable[Module]) -> None:
    missing = [module.path for module in modules if ast.get_docstring(module.tree) is None]
    for module in modules:
        missing += _undocumented(module.tree.body, module.path, module.package == "ui")
    assert missing == []


def _imports(module: Module, known: set[str]) -> set[str]:
    found: set[str] = set()
    base = module.name if module.path.endswith("__init__.py") else module.name.rpartition(".")[0]
    for node in module.nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                source = ".".join([*base.split(".")[: len(base.split(".")) - node.level + 1], *filter(None, [source])])
            found.add(source)
            found.update(f"{source}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("app."):
            found.add(node.value)
    parents = {name.rpartition(".")[0] for name in found}
    return (found | parents) & known


def test_nothing_lies_about_that_nobody_imports(modules: Iterable[Module]) -> None:
    by_name = {module.name: module for module in modules}
    known = set(by_name)
    # Pages register themselves: the window imports what lies in their folder.
    pages = [name for name in known if name.rpartition(".")[0] == "app.ui.pages"]
    waiting, reached = ["app.__main__", *pages], set[str]()
    while waiting:
        name = waiting.pop()
        if name and name not in reached and name in known:
            reached.add(name)
            waiting += [*_imports(by_name[name], known), name.rpartition(".")[0]]
    # Alembic loads its environment and versions by path.
    stray = {name for name in known - reached if not name.startswith("app.storage.migrations")}
    assert sorted(stray) == []


def _catches_all(node: ast.ExceptHandler) -> bool:
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    names = {getattr(kind, "id", "") for kind in kinds}
    rethrown = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
    return (node.type is None or bool(names & {"Exception", "BaseException"})) and not rethrown


def test_only_the_error_net_and_the_job_runner_catch_everything(modules: Iterable[Module]) -> None:
    found = {
        module.path
        for module in modules
        for node in module.nodes
        if isinstance(node, ast.ExceptHandler) and _catches_all(node)
    }
    assert found - MAY_CATCH_ALL == set()


def test_every_silenced_check_says_which_and_why(modules: Iterable[Module]) -> None:
    unexcused = [
        f"{module.path}:{number}"
        for module in modules
        for number, line in enumerate(module.lines, start=1)
        for excuse in [EXCUSE.search(line)]
        if excuse and not (excuse["what"] and excuse["why"])
    ]
    assert unexcused == []


def test_nothing_is_unpickled_and_no_event_loop_is_nested(modules: Iterable[Module]) -> None:
    found = [
        f"{module.path}:{node.lineno}"
        for module in modules
        for node in module.nodes
        if (isinstance(node, ast.Attribute) and node.attr == "processEvents")
        or (isinstance(node, ast.Import) and {alias.name for alias in node.names} & {"pickle", "shelve"})
    ]
    assert found == []


def test_signals_are_not_connected_to_lambdas_that_hold_their_object(modules: Iterable[Module]) -> None:
    found = [
        f"{module.path}:{node.lineno}"
        for module in modules
        for node in module.nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "connect"
        for handler in node.args
        if isinstance(handler, ast.Lambda)
        and any(isinstance(name, ast.Name) and name.id == "self" for name in ast.walk(handler))
    ]
    assert found == []


def test_no_test_waits_for_time(root: Path) -> None:
    waits = {"sleep", "wait", "qWait"}
    found = [
        f"{path.relative_to(root).as_posix()}:{node.lineno}"
        for path in sorted((root / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in waits
        if _is_of(node.func, "time") or _is_of(node.func, "qtbot") or _is_of(node.func, "QTest")
    ]
    assert found == []
