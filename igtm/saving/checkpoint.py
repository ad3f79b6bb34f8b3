"""The file in which a running fit keeps its last step, so that one that is killed goes on where it was.

A checkpoint is a model file that knows of which fit it is.
"""

import os
from dataclasses import asdict
from hashlib import sha256
from numbers import Real
from pathlib import Path
from time import perf_counter

import numpy as np

from igtm.engine.fitting import Progress, Settings, automatic_sizes
from igtm.rows.source import Source
from igtm.saving import storage
from igtm.saving.state import plain

EVERY = 60.0

# What may change on the way: it decides when a fit ends and how its rows are cut, not where it goes.
FREE = ("niter", "tol", "n_blocks")


class Checkpoint:
    """One checkpoint file, and when it was last written.

    Parameters
    ----------
    path : str or path
        In a folder that exists.
    every : float
        Seconds between writes; 0 writes every step.
    identity : dict
        What makes the fit this one and no other, by name.

    Attributes
    ----------
    remedy : str
        What to do about a file that cannot be gone on from.

    Raises
    ------
    ValueError
        If there can be no file at `path`, or `every` is not a number of seconds.
    """

    def __init__(self, path: str | os.PathLike, every: float, identity: dict):
        self.path = Path(path)
        if not isinstance(every, Real) or not every >= 0:
            raise ValueError(f"checkpoint_every={every!r}: give a number of seconds, 0 or more.")
        if self.path.is_dir() or not self.path.parent.is_dir():
            raise ValueError(f"checkpoint={os.fspath(path)!r}: give the name of a file, in a folder that exists.")
        self.every = every
        self.identity = identity
        self.written = perf_counter()
        self.remedy = f"Delete {self.path} to fit anew, or give another checkpoint."

    def read(self) -> tuple[dict, dict[str, np.ndarray]] | None:
        """Metadata and arrays of the model last written; None where there is no file yet.

        Raises
        ------
        ValueError
            If the file is damaged, no checkpoint, or one of a fit with other settings.
        """
        storage.sweep(self.path)
        if not self.path.exists():
            return None
        metadata, arrays = storage.read(self.path, self.remedy)
        kept = metadata.get("checkpoint")
        if not isinstance(kept, dict):
            raise ValueError(f"{self.path} is a model and no checkpoint, and would be overwritten: give another path.")
        changed = [
            f"{name}={kept.get(name)} there and {value} here"
            for name, value in self.identity.items()
            if kept.get(name) != value
        ]
        if changed:
            raise ValueError(f"The checkpoint is of another fit: {', '.join(changed)}. {self.remedy}")
        return metadata, arrays

    def due(self) -> bool:
        """Whether it is time to write again."""
        return perf_counter() - self.written >= self.every

    def write(self, metadata: dict, arrays: dict[str, np.ndarray]) -> None:
        """Put a model in the place of the one before, in one stroke."""
        storage.write(self.path, {**metadata, "checkpoint": self.identity}, arrays)
        self.written = perf_counter()


def identity(source: Source, settings: Settings, progress: Progress | None) -> dict:
    """What a fit that goes on must have in common with the one that was broken off, but for the rows themselves.

    Parameters
    ----------
    source : Source
    settings : Settings
    progress : Progress or None
        Where the fit began.
    """
    k, m = automatic_sizes(source.n_rows, settings.k, settings.m)
    start = "principal components"
    if progress is not None:
        values = np.append(progress.manifold.weights, progress.manifold.noise_variance)
        start = f"iteration {progress.n_iter} of {sha256(values.tobytes()).hexdigest()[:8]}"
    chosen = {name: plain(value) for name, value in asdict(settings).items() if name not in FREE}
    rows = {"rows": source.n_rows, "features": source.n_features, "dtype": str(source.dtype)}
    return {**rows, **chosen, "k": k, "m": m, "start": start}


def check_not_past_end(progress: Progress, settings: Settings) -> None:
    """Raise a ValueError if the fit would have ended before it came to `progress`."""
    gains = np.diff(progress.objectives[progress.began :])
    if len(gains) > settings.niter or (settings.tol > 0 and (gains[:-1] < settings.tol).any()):
        raise ValueError(
            f"The checkpoint is at iteration {progress.n_iter}, past the end of a fit with niter={settings.niter} and "
            f"tol={settings.tol}. Raise niter, lower tol, or delete the checkpoint to fit anew."
        )
