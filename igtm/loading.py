"""Fitted estimators read back."""

import numpy as np

from igtm.estimator import eIGTM
from igtm.saving import state, storage


def load(path) -> eIGTM:
    """Read a model that `eIGTM.save` wrote.

    Parameters
    ----------
    path : str, path or open binary file

    Raises
    ------
    ValueError
        If the file is damaged or not a model of this format.
    """
    return from_state(*storage.read(path))


def from_state(metadata: dict, arrays: dict[str, np.ndarray]) -> eIGTM:
    """The fitted model of which `eIGTM.state` gave the state."""
    return state.restored(eIGTM, metadata, arrays)
