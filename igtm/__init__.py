"""Incremental Generative Topographic Mapping: big tables as maps that can be explained."""

from importlib import import_module

from igtm.engine.em import Step
from igtm.engine.manifold import Manifold
from igtm.estimator import eIGTM
from igtm.loading import load
from igtm.result import GTMResult
from igtm.rows.prepared import prepared
from igtm.rows.source import Source
from igtm.rows.sources import as_source
from igtm.run import runIGTM
from igtm.saving.writing import write_parquet

__version__ = "0.1.0"

__all__ = [
    "GTMResult",
    "Manifold",
    "Source",
    "Step",
    "as_source",
    "eIGTM",
    "explore",
    "export",
    "landscape",
    "load",
    "metrics",
    "prepared",
    "runIGTM",
    "write_parquet",
]


# Loaded only for those who ask for them: the dashboard brings Panel, and maps and charts bring Altair.
_LATER = {
    "explore": "igtm.dashboard.explorer",
    "export": "igtm.charts.export",
    "landscape": "igtm.maps.landscape",
    "metrics": "igtm.maps.metrics",
}


def __getattr__(name):
    """Load what is named here, and is not needed to fit and transform."""
    if name not in _LATER:
        raise AttributeError(f"module 'igtm' has no attribute {name!r}")
    module = import_module(_LATER[name])
    return getattr(module, name, module)
