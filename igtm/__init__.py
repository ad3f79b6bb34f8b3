"""Incremental Generative Topographic Mapping: big tables as maps that can be explained."""

from importlib import import_module

from igtm.em import Step
from igtm.estimator import eIGTM
from igtm.loading import load
from igtm.manifold import Manifold
from igtm.prepared import prepared
from igtm.result import GTMResult
from igtm.run import runIGTM
from igtm.source import Source
from igtm.sources import as_source
from igtm.writing import write_parquet

__version__ = "0.1.0"

__all__ = [
    "GTMResult",
    "Manifold",
    "Source",
    "Step",
    "as_source",
    "eIGTM",
    "explore",
    "load",
    "metrics",
    "prepared",
    "runIGTM",
    "write_parquet",
]


def __getattr__(name):
    """Load the dashboard, and with it Panel and Altair, only for those who ask for it; the same for the metrics."""
    if name == "explore":
        return import_module("igtm.dashboard.explorer").explore
    if name == "metrics":
        return import_module("igtm.metrics")
    raise AttributeError(f"module 'igtm' has no attribute {name!r}")
