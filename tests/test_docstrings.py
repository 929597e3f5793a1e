"""Public names are documented in full, the README runs, and no module imports more than it may."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from numpydoc.validate import validate

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src/dlnotes"
MODULES = {
    path: ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(PACKAGE.rglob("*.py"))
}
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}

# Sections in order and known; a summary; all parameters, what is returned or yielded, an example.
RULES = {
    *("GL06", "GL07", "GL08", "GL10", "SS01", "PR01", "PR02", "PR03", "PR04", "PR07", "PR10"),
    *("RT01", "RT03", "YD01", "EX01"),
}
OWNERS = {
    "docutils": "book", "myst_nb": "book", "sphinx": "book",
    "jax": "autodiff", "keras": "autodiff", "tensorflow": "autodiff", "torch": "autodiff",
    "matplotlib": "plotting", "sklearn": "datasets",
}  # fmt: skip


def part(path):
    """The first name below dlnotes: losses for losses.py and for losses/focal.py."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def public_definitions():
    for path, tree in TREES.items():
        if part(path) == "book" or path.name.startswith("_"):
            continue  # names that a package hands on are documented in their own modules
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name("__all__")], value=value):
                    names = ast.literal_eval(value)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
                yield pytest.param(path, node, id=f"{MODULES[path]}.{node.name}")


def may_raise(path, node):
    """Whether a function, or the constructor of a class, raises or has its arguments checked."""
    checks = {
        name.name
        for i in TREES[path].body
        if isinstance(i, ast.ImportFrom) and i.module == "dlnotes._validation"
        for name in i.names
    }
    if isinstance(node, ast.ClassDef):
        constructors = ("__init__", "__post_init__")
        bodies = [n for n in node.body if getattr(n, "name", "") in constructors]
    else:
        bodies = [node]
    return any(
        isinstance(n, ast.Raise) or (isinstance(n, ast.Name) and n.id in checks and n.id.islower())
        for body in bodies
        for n in ast.walk(body)
    )


def is_record(thing):
    """Whether a class holds what a function returns, and needs no example of its own."""
    special = issubclass(thing, tuple | Exception) or getattr(thing, "_is_protocol", False)
    return special or hasattr(thing, "__dataclass_fields__")


def says_what_its_fields_are(node):
    """Whether a record lists its attributes, or has a string below each of its fields."""
    followed = zip(node.body, [*node.body[1:], None], strict=True)
    bare = [
        field
        for field, after in followed
        if isinstance(field, ast.AnnAssign)
        and not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant))
    ]
    return not bare or re.search(r"^Attributes\n-", ast.get_docstring(node), re.MULTILINE)


@pytest.mark.parametrize(("path", "node"), list(public_definitions()))
def test_docstring_is_complete(path, node):
    module = importlib.import_module(MODULES[path])
    text = ast.get_docstring(node)
    thing = getattr(module, node.name)
    waived = set()
    if inspect.isclass(thing) and is_record(thing):
        waived.add("EX01")
        if says_what_its_fields_are(node):
            waived.add("PR01")  # its fields are its parameters
    found = validate(f"{MODULES[path]}.{node.name}")["errors"]
    problems = [message for code, message in found if code in RULES - waived]
    if "EX01" not in waived and ">>> " not in text:
        problems.append("No example that runs")
    if may_raise(path, node) and not re.search(r"^Raises\n-", text, re.MULTILINE):
        problems.append("No Raises section found")
    assert problems == []


def test_every_module_says_what_is_public():
    silent = [
        name
        for path, name in MODULES.items()
        if "__all__"
        not in {ast.unparse(n.targets[0]) for n in TREES[path].body if isinstance(n, ast.Assign)}
    ]
    assert silent == ["dlnotes", "dlnotes.book.__main__"]


def test_a_line_that_is_not_measured_says_why():
    lines = [line for path in MODULES for line in path.read_text(encoding="utf-8").splitlines()]
    bare = [line for line in lines if "pragma: no" in line and not re.search("cover - .{9}", line)]
    assert bare == []


def imported(tree):
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=module):
                yield module
            case ast.Call(func=ast.Name("import_module"), args=[ast.Constant(name)]):
                yield name


def test_heavy_packages_are_imported_in_their_own_part_only():
    strays = [
        f"{MODULES[path]} imports {name}"
        for path, tree in TREES.items()
        for name in imported(tree)
        if OWNERS.get(name.partition(".")[0], part(path)) != part(path)
        and (part(path), name.partition(".")[0]) != ("book", "matplotlib")  # draws the cover
    ]
    assert strays == []


def test_importing_the_core_loads_numpy_only():
    core = [name for path, name in MODULES.items() if part(path) not in ("book", "plotting")]
    heavy = ("IPython", "scipy", *OWNERS)
    code = f"import sys, {', '.join(core)}; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


def test_the_python_of_the_readme_runs():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    snippets = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert snippets
    for snippet in snippets:
        subprocess.run([sys.executable, "-W", "error", "-c", snippet], check=True)
