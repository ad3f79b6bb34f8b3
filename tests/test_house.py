"""The house itself: what imports what, which packages it names, and what no file may hold."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import igtm

ROOT = Path(__file__).parent.parent

# From which packages the modules of each may import besides their own, low to high; "igtm" are those at the top.
BELOW = {
    "rows": set(),
    "engine": {"rows"},
    "saving": {"rows", "engine"},
    "igtm": {"rows", "engine", "saving"},
    "tables": set(),
    "charts": set(),
    "maps": {"rows", "engine", "saving", "igtm", "tables", "charts"},
    "dashboard": {"engine", "igtm", "tables", "charts", "maps"},
}


def imports(path):
    """(module, name) of each import statement in a file, wherever it stands; name is None for whole modules."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively: write the whole name"
            yield from ((node.module, alias.name) for alias in node.names)


def named(path):
    """The dotted name of a module of igtm."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package(module):
    """The package in which a module of igtm stands."""
    folder = module.split(".")[1:2]
    return folder[0] if folder and (ROOT / "igtm" / folder[0]).is_dir() else "igtm"


PATHS = sorted((ROOT / "igtm").rglob("*.py"))
MODULES = {named(path): path for path in PATHS}
DASHBOARD = sorted((ROOT / "igtm" / "dashboard").glob("*.py"))
BELOW_DASHBOARD = [path for path in PATHS if path not in DASHBOARD]


def own_imports(path):
    """Names of the modules of igtm that a file imports."""
    for module, name in imports(path):
        if module.partition(".")[0] == "igtm":
            whole = f"{module}.{name}"
            yield whole if whole in MODULES else module


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way(module):
    home = package(module)
    for imported in own_imports(MODULES[module]):
        assert package(imported) in BELOW[home] | {home}, f"{module} imports {imported}, which is not below it"


def test_no_imports_run_in_a_circle():
    TopologicalSorter({module: set(own_imports(path)) for module, path in MODULES.items()}).prepare()


@pytest.mark.parametrize("path", DASHBOARD, ids=named)
def test_no_field_sends_back_the_number_with_which_it_was_drawn(path):
    used = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    fields = used & {"IntInput", "FloatInput", "NumberInput", "Spinner"}
    assert not fields, f"{fields} may undo what was set while they were drawn: use number_field"


@pytest.mark.parametrize("path", BELOW_DASHBOARD, ids=named)
def test_only_the_dashboard_knows_panel(path):
    packages = {module.partition(".")[0] for module, _ in imports(path)}
    assert not packages & {"panel", "panel_material_ui", "param", "bokeh"}


NUMERICS = {"numpy.linalg", "scipy", *(f"igtm.engine.{name}" for name in ("em", "passes", "fitting", "manifold"))}


@pytest.mark.parametrize("path", DASHBOARD, ids=lambda path: path.stem)
def test_the_dashboard_does_no_numerics(path):
    for module, name in imports(path):
        if name in igtm.__all__:
            continue  # a public value may be named wherever it comes from
        whole = f"{module}.{name}" if name else module
        assert not any(f"{whole}.".startswith(f"{each}.") for each in NUMERICS), f"{path.name} imports {whole}"


def test_importing_igtm_loads_no_front_end():
    heavy = {"panel", "altair", "bokeh", "dask", "matplotlib", "numba", "param", "ugtm"}
    code = f"import sys, igtm; print(*sorted(set(sys.modules) & {heavy}))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert result.stdout.split() == []


def test_every_public_name_is_there_and_documented():
    for name in igtm.__all__:
        assert getattr(igtm, name).__doc__, name


# Packages


def requirement(line):
    """A requirement as its name and the set of its bounds."""
    name, bounds = re.fullmatch(r"([A-Za-z0-9_.-]+?)\s*((?:[<>=!~].*)?)", line.strip()).groups()
    return name.lower(), frozenset(part.strip() for part in bounds.split(",") if part.strip())


def listed_for_conda():
    """What environment.yml lists, conda's and pip's own: the few kinds of line that it has, no YAML reader needed."""
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").split("dependencies:")[1].splitlines()
    items = [line.split("#")[0].strip().removeprefix("- ").strip("\"'") for line in lines]
    return dict(requirement(item) for item in items if item and not item.endswith(":"))


def test_conda_and_pip_install_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    of_pip = dict(requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["test"])
    of_conda = listed_for_conda()
    assert of_conda.pop("python") == frozenset({project["requires-python"]})
    assert of_conda.pop("pip") == frozenset()
    assert of_conda == of_pip


# Files

MACHINE_PATHS = [rf"(?<![\w.~)}}*-])/{name}/\w" for name in ("home", "root", "work", "opt", "Users")]
REGISTRIES = [re.escape(".".join(parts)) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("anaconda", "org"))]


def tracked():
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("not a git checkout")
    return [ROOT / name for name in listing.stdout.decode().split("\0") if name]


def test_no_file_names_a_machine_or_a_registry():
    forbidden = re.compile("|".join(MACHINE_PATHS + REGISTRIES))
    found = []
    for path in tracked():
        if path.exists() and path.suffix not in {".png", ".svg"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in forbidden.finditer(text)]
    assert found == []


@pytest.mark.parametrize("name", ["home", "work", "opt", "root"])
def test_the_search_for_machine_paths_finds_them(name):
    forbidden = re.compile("|".join(MACHINE_PATHS))
    assert forbidden.search(f"python = /{name}/someone/bin")
    assert forbidden.search(f'"/{name}/x"')
    assert not forbidden.search(f"docs/{name}/page")
