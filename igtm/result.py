"""What a run gives, under the names of the GTM literature's code."""

from dataclasses import dataclass

import numpy as np

from igtm.engine.manifold import Manifold


@dataclass(frozen=True)
class GTMResult:
    """A manifold and rows on it.

    Parameters
    ----------
    matMeans, matModes : ndarray (N, 2)
        Posterior means and modes of the rows on the map.
    matR : ndarray (N, K) or None
        Responsibilities, where they were asked for whole.
    matX : ndarray (K, 2)
        Nodes on the map.
    matY : ndarray (D, K)
        Nodes in data space.
    matW : ndarray (D, P)
        Weights; matY = matW Φᵀ + the data's mean.
    betaInv : float
        Noise variance.
    converged : bool
    """

    matMeans: np.ndarray
    matModes: np.ndarray
    matR: np.ndarray | None
    matX: np.ndarray
    matY: np.ndarray
    matW: np.ndarray
    betaInv: float
    converged: bool

    @classmethod
    def of(cls, manifold: Manifold, means, modes, R, converged: bool) -> "GTMResult":
        """The result under `manifold` for rows at `means` and `modes`, (N, 2), with responsibilities or None."""
        return cls(
            matMeans=means,
            matModes=modes,
            matR=R,
            matX=manifold.nodes,
            matY=(manifold.projections + manifold.offset).T,
            matW=manifold.weights.T,
            betaInv=manifold.noise_variance,
            converged=converged,
        )
