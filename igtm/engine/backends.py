"""Who makes passes over rows: the threads of this process, whatever Dask has, or the device on which they lie."""

from types import ModuleType

from igtm.engine import array_api, passes
from igtm.rows.device import DeviceRows
from igtm.rows.source import Rows, Source


def backend(source: Rows) -> ModuleType:
    """The module that makes passes over `source`: each has functions `held`, `moments`, `expectation` and `place`."""
    if isinstance(source, Source):
        return passes
    if isinstance(source, DeviceRows):
        return array_api
    from igtm.engine import cluster

    return cluster
