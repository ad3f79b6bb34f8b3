"""The house itself: what imports what, which packages it names, and what no file may hold."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import igtm

ROOT = Path(__file__).parent.parent

# Modules by floor, low to high: a module imports from lower floors of its own wing only ...
WINGS = {
    "engine": [
        "manifold source tile threads",
        "em blocks columnar",
        "kernel partitions device covariance acceleration",
        "passes sources",
        "cluster array_api prepared sampling",
        "backends",
        "fitting storage result landscape geometry neighbours",
        "state writing ward stream",
        "checkpoint plan",
        "estimator",
        "run loading",
    ],
    "tables": [
        "columns selections draws",
        "tables",
        "delimited samples preprocessing search comparison pictures",
        "readers",
    ],
    "charts": [
        "theme spread",
        "colours",
        "layers figure",
        "scatter histograms heatmaps profiles overlays borders backdrops",
        "figures",
        "charts export",
    ],
    "roof": ["table_map", "nodes surfaces point metrics zoom", "planes projection regions", "__init__"],
}
# ... and from the wings below it.
BELOW = {"engine": set(), "tables": set(), "charts": set(), "roof": {"engine", "tables", "charts"}}
PLACES = {
    name: (wing, floor)
    for wing, floors in WINGS.items()
    for floor, names in enumerate(floors)
    for name in names.split()
}


def imports(path):
    """(module, name) of each import statement in a file, wherever it stands; name is None for whole modules."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively: write the whole name"
            yield from ((node.module, alias.name) for alias in node.names)


def own_modules(path):
    """Names of the modules of igtm that a file imports; the package itself is `__init__`."""
    for module, name in imports(path):
        package, _, rest = module.partition(".")
        if package == "igtm":
            submodule = rest or name or "__init__"
            is_module = rest or submodule == "dashboard" or (ROOT / "igtm" / f"{submodule}.py").exists()
            yield submodule if is_module else "__init__"


MODULES = sorted((ROOT / "igtm").glob("*.py"))
DASHBOARD = sorted((ROOT / "igtm" / "dashboard").glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_imports_go_one_way(path):
    assert path.stem in PLACES, f"give {path.stem} a place in WINGS of {Path(__file__).name}: which floor is it on?"
    wing, floor = PLACES[path.stem]
    for imported in own_modules(path):
        assert imported in PLACES, f"{path.stem} imports {imported}, which is not below it"
        other_wing, other_floor = PLACES[imported]
        allowed = other_floor < floor if other_wing == wing else other_wing in BELOW[wing]
        assert allowed, f"{path.stem} ({wing}, floor {floor}) imports {imported} ({other_wing}, floor {other_floor})"


def test_every_place_is_taken():
    assert set(PLACES) == {path.stem for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_only_the_dashboard_knows_panel(path):
    packages = {module.partition(".")[0] for module, _ in imports(path)}
    assert not packages & {"panel", "panel_material_ui", "param", "bokeh"}


NUMERICS = {"numpy.linalg", "scipy", "igtm.em", "igtm.passes", "igtm.blocks", "igtm.fitting", "igtm.manifold"}


@pytest.mark.parametrize("path", DASHBOARD, ids=lambda path: path.stem)
def test_the_dashboard_does_no_numerics(path):
    for module, name in imports(path):
        if name in igtm.__all__:
            continue  # a public value may be named wherever it comes from
        whole = f"{module}.{name}" if name else module
        assert not any(f"{whole}.".startswith(f"{each}.") for each in NUMERICS), f"{path.name} imports {whole}"


def test_importing_igtm_loads_no_front_end():
    heavy = {"panel", "altair", "bokeh", "dask", "matplotlib", "param", "ugtm"}
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
