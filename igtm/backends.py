"""Who makes passes over rows: the threads of this process, or whatever Dask has."""

from types import ModuleType

from igtm import passes
from igtm.source import Rows, Source


def backend(source: Rows) -> ModuleType:
    """The module that makes passes over `source`: each has functions `held`, `moments`, `expectation` and `place`."""
    if isinstance(source, Source):
        return passes
    from igtm import cluster

    return cluster
