"""What tests in several folders share."""

import os
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings
from ipykernel.kernelspec import write_kernel_spec

from igtm.engine import compiled, exponential

# Laws hold however slow the machine is. CI tries the same examples each time, so that it judges the change and not
# the draw; everybody else's runs go on looking for new ones.
settings.register_profile(
    "laws", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("laws")


@pytest.fixture(params=["numpy", "compiled"])
def worked_by(request, monkeypatch):
    """The E-step is NumPy's and compiled code's, whichever is installed."""
    loops = {"numpy": None, "compiled": compiled}[request.param]
    monkeypatch.setattr(exponential, "compiled_loops", lambda: loops)


@pytest.fixture
def chemistry():
    """For tests that need RDKit, which is installed with all else for tests: without it, CI fails."""
    if find_spec("rdkit") is None:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up('RDKit is not installed: pip install "igtm[chemistry]".')


@pytest.fixture(scope="session")
def jupyter_variables(tmp_path_factory):
    """Environment of a Jupyter of its own: the kernel "python3" is this interpreter, and no user's settings count."""
    home = tmp_path_factory.mktemp("jupyter")
    write_kernel_spec(home / "share" / "kernels" / "python3")
    folders = {
        "JUPYTER_PATH": "share",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    return {"JUPYTER_PLATFORM_DIRS": "1", **{name: str(home / folder) for name, folder in folders.items()}}
