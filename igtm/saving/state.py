"""A fitted estimator as JSON-able metadata and arrays, and back."""

from numbers import Integral, Real

import numpy as np

from igtm.engine.em import Statistics
from igtm.engine.manifold import Grid, Manifold
from igtm.saving import storage


def state(model) -> tuple[dict, dict[str, np.ndarray]]:
    """Metadata and arrays of a fitted `eIGTM`."""
    sheet = model.manifold_
    metadata = {
        "params": {name: plain(value) for name, value in model.get_params().items()},
        "grid": [sheet.grid.k, sheet.grid.m, sheet.grid.s],
        "noise": [sheet.noise_variance, sheet.noise_floor],
        "sums": [model.statistics_.n, model.statistics_.energy, model.statistics_.log_likelihood],
        "n_iter": model.n_iter_,
        "stop_reason": model.stop_reason_,
        "feature_names": [str(name) for name in getattr(model, "feature_names_in_", [])],
    }
    arrays = {
        "weights": sheet.weights,
        "offset": sheet.offset,
        "mass": model.statistics_.mass,
        "moment": model.statistics_.moment,
        "log_likelihood_path": model.log_likelihood_path_,
        "objective_path": model.objective_path_,
    }
    return metadata, arrays


def restored(kind: type, metadata: dict, arrays: dict[str, np.ndarray], remedy: str = storage.REMEDY):
    """The fitted model, of the class `kind`, of which `state` gave the state; `remedy` is what an error advises.

    Raises
    ------
    ValueError
        If something is missing, out of range, or does not fit together.
    """
    try:
        model = kind(**metadata["params"])
        model._validate_params()
        grid = Grid(*metadata["grid"])
        n_basis, n_features = arrays["weights"].shape
        shapes = {"offset": (n_features,), "mass": (grid.k**2,), "moment": (n_basis, n_features)}
        if n_basis != grid.m**2 + 1 or any(arrays[name].shape != shape for name, shape in shapes.items()):
            raise ValueError("its arrays do not fit together")
        model.manifold_ = Manifold(grid, arrays["weights"], arrays["offset"], *metadata["noise"])
        n, energy, log_likelihood = metadata["sums"]
        model.statistics_ = Statistics(n, arrays["mass"], arrays["moment"], energy, log_likelihood)
        model.n_iter_ = metadata["n_iter"]
        model.stop_reason_ = metadata["stop_reason"]
        model.converged_ = model.stop_reason_ == "tol"
        model.log_likelihood_path_ = arrays["log_likelihood_path"]
        model.objective_path_ = arrays["objective_path"]
        model.n_features_in_ = n_features
        if metadata["feature_names"]:
            model.feature_names_in_ = np.array(metadata["feature_names"], dtype=object)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"This is not a complete igtm model ({error}). {remedy}") from error
    return model


def plain(value):
    """A parameter as JSON holds it; a random generator, which it cannot hold, becomes None."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else None
