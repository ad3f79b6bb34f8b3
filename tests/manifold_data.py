"""Sheets, rows near them, and the E-step as its definition has it."""

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import softmax

from igtm.engine.manifold import Grid, Manifold


def random_manifold(seed, k, m, n_features, noise_variance=1.0):
    weights = np.random.default_rng(seed).normal(size=(m**2 + 1, n_features))
    return Manifold(Grid(k, m, 0.5), weights, weights[0], noise_variance, 1e-6)


def setting(seed, k, m, n_features, n=30, dtype=np.float64):
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(m**2 + 1, n_features))
    offset = weights[0].astype(dtype).astype(np.float64)  # what `start` promises
    sheet = Manifold(Grid(k, m, 0.5), weights, offset, 0.5 * n_features, 1e-9)
    X = sheet.projections[rng.integers(0, k**2, n)] + sheet.offset + rng.normal(size=(n, n_features))
    return sheet, X.astype(dtype), rng.uniform(0.2, 3, size=n)


def brute_force(sheet, X, weights):
    """The E-step as the definition has it, N × K and all."""
    centred = X - sheet.offset
    exponents = -cdist(centred, sheet.projections, "sqeuclidean") / (2 * sheet.noise_variance)
    weighted = softmax(exponents, axis=1) * weights[:, None]
    return weighted.sum(axis=0), sheet.grid.basis.T @ weighted.T @ centred, weighted
