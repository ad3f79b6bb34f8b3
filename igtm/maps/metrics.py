"""How good is this map? Its measures on a sample of rows, what is good and bad for each, and what to change."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone

from igtm.engine.kernel import Posterior
from igtm.engine.manifold import Manifold
from igtm.engine.passes import by_posterior
from igtm.estimator import eIGTM
from igtm.maps import landscape
from igtm.maps.neighbours import N_NEIGHBORS, continuity, k3n_error, neighbours_kept, trustworthiness
from igtm.maps.table_map import TableMap
from igtm.rows.sources import as_source

__all__ = [
    "RULES",
    "Rule",
    "advice",
    "continuity",
    "empty_nodes",
    "k3n_error",
    "measure",
    "neighbours_kept",
    "quality",
    "trustworthiness",
]

SAMPLE = 2_000  # rows that are looked at where there are more
HELD_OUT = 0.2  # share of them that refits do not see
ITERATIONS = 50  # most of a refit
EMPTY = 0.1  # a node that explains a smaller share of N / K rows is empty
NATS = 0.1  # a gain in held-out log-likelihood, per row, counts from here on
NOISE = 0.1  # a feature of whose held-out variance the map explains a smaller share is noise to it
MANY = 20  # features from which on noise among them is a matter for PCA


@dataclass(frozen=True)
class Rule:
    """How a measure is read: good on the one side of `good`, poor on the other side of `poor`, fair between them."""

    measure: str
    range: str
    good: float
    poor: float
    meaning: str

    def verdict(self, value: float) -> str:
        """Good, fair or poor; empty for a value that is not known, or a measure that has no scale."""
        if np.isnan(value) or np.isnan(self.good):
            return ""
        sign = 1 if self.good > self.poor else -1
        return "good" if sign * value >= sign * self.good else "poor" if sign * value <= sign * self.poor else "fair"

    @property
    def reading(self) -> str:
        """What is good and what is poor, in words."""
        if np.isnan(self.good):
            return "the higher the better, between maps of the same rows"
        better, worse = ("from", "to") if self.good > self.poor else ("to", "from")
        return f"good {better} {self.good:g}, poor {worse} {self.poor:g}"


RULES = [
    Rule("trustworthiness", "0 to 1", 0.95, 0.85, "Rows that are near on the map are near in the data."),
    Rule("continuity", "0 to 1", 0.95, 0.85, "Rows that are near in the data are near on the map."),
    Rule("neighbours kept", "0 to 1", 0.4, 0.15, "Share of the ten nearest rows that are also nearest on the map."),
    Rule("k3n-error of the map", "0 to ∞", 1, 4, "How much too far off, on the map, the neighbours in the data lie."),
    Rule("k3n-error of the data", "0 to ∞", 0.5, 1.5, "How much too far off, in the data, those on the map lie."),
    Rule("held-out log-likelihood", "-∞ to ∞", np.nan, np.nan, "Per row (nats), of rows that a refit has not seen."),
    Rule(
        "gain of a looser map", "-∞ to ∞", NATS, 1, "Nats per held-out row that m + 2 and regul / 10 are sure to gain."
    ),
    Rule(
        "gain of a stiffer map", "-∞ to ∞", NATS, 1, "Nats per held-out row that m - 2 and 10 regul are sure to gain."
    ),
    Rule(
        "responsibility entropy",
        "0 to 1",
        0.35,
        0.6,
        "Over how many nodes a row is spread: 0 is one, 0.5 the root of their number, 1 all.",
    ),
    Rule("empty nodes", "0 to 1", 0.3, 0.6, "Share of nodes that explain less than a tenth of an even share."),
    Rule("variance explained", "-∞ to 1", 0.5, 0.2, "Share of the variance of held-out rows that the map explains."),
    Rule(
        "beyond a plane", "-1 to 1", 0, -0.05, "How much more of it than the first two principal components explain."
    ),
    Rule("noise features", "0 to 1", 0.2, 0.5, "Share of features of whose variance the map explains under a tenth."),
]


def quality(
    fitted: TableMap | eIGTM,
    X: np.ndarray | None = None,
    held_out: np.ndarray | None = None,
    sample: int = SAMPLE,
    seed: int = 0,
) -> pd.DataFrame:
    """How good a map is, in numbers and words, and what to change.

    Parameters
    ----------
    fitted : TableMap or eIGTM
    X : ndarray (N, D), optional
        The rows on which an eIGTM was fitted; a TableMap has them.
    held_out : ndarray (n, D), optional
        Rows that the fit has not seen; by default a fifth of the sample, which the refits do not see.
    sample : int, default 2000
        Most rows that are looked at, drawn at random: neighbours take memory that grows with its square.
    seed : int, default 0
        Of what is drawn.

    Returns
    -------
    DataFrame
        One row a measure: `measure`, `value` (NaN where there are too few rows), `verdict` ("good", "fair", "poor" or
        empty), `reading` (from where on), `range`, `meaning`, `advice` (what to change, often empty), `rows` and `of`
        (how many of how many rows were used).

    Raises
    ------
    ValueError
        If `fitted` is an eIGTM and `X` is missing.

    Notes
    -----
    Whether a map is too smooth or overfitted is measured, not guessed: three refits on the same rows, with the
    settings as they are, looser and stiffer, are scored on rows that they have not seen.
    """
    model, X = (fitted.model, fitted.X) if isinstance(fitted, TableMap) else (fitted, X)
    if X is None:
        raise ValueError("X is missing: give the rows on which the model was fitted, or a TableMap.")
    values = measure(model, X, held_out, sample, seed)
    advised = advice(values, model.manifold_)
    rows = [
        (
            *(rule.measure, values[rule.measure], rule.verdict(values[rule.measure]), rule.reading),
            *(rule.range, rule.meaning, advised.get(rule.measure, "")),
            *(len(X) if rule.measure == "empty nodes" else min(sample, len(X)), len(X)),
        )
        for rule in RULES
    ]
    names = ["measure", "value", "verdict", "reading", "range", "meaning", "advice", "rows", "of"]
    return pd.DataFrame(rows, columns=names)


def measure(
    model: eIGTM, X: np.ndarray, held_out: np.ndarray | None = None, sample: int = SAMPLE, seed: int = 0
) -> dict[str, float]:
    """The value of each measure in `RULES`, by its name; parameters as in `quality`."""
    sheet, rng = model.manifold_, np.random.default_rng(seed)
    rows = _drawn(X, sample, rng)
    found = landscape.points(sheet, rows)
    spread = found["entropy"].mean() / np.log(len(sheet.nodes)) if len(sheet.nodes) > 1 else 0.0
    values = {"responsibility entropy": spread, "empty nodes": empty_nodes(sheet, X)}
    values |= _near(rows, found[["mean_x", "mean_y"]].to_numpy())
    if held_out is None:
        rows = rng.permutation(rows)
        cut = len(rows) - int(HELD_OUT * len(rows))
        return values | _held_out(model, rows[:cut], rows[cut:])
    return values | _held_out(model, rows, _drawn(np.asarray(held_out), sample, rng))


def empty_nodes(manifold: Manifold, X: np.ndarray) -> float:
    """Share of the nodes that explain less than a tenth of N / K rows, what each would if all were alike."""
    return float((landscape.mean_responsibilities(manifold, X) * len(manifold.nodes) < EMPTY).mean())


def advice(values: dict[str, float], manifold: Manifold) -> dict[str, str]:
    """What to change, by the measure that says so.

    Parameters
    ----------
    values : dict of str to float
        From `measure`.
    manifold : Manifold

    Notes
    -----
    - Over-smooth: a looser map surely gains, and more than a stiffer one; or the map explains less than a plane. With
      no more nodes along a side than basis functions it is the nodes that are missing.
    - Overfitted: a stiffer map surely gains, and more than a looser one.
    - Noise: of 20 features or more, over half are noise to a map that is not over-smooth.
    - Too many nodes: more than 30 % are empty.
    - Too uncertain: the entropy is fair or poor, neighbours on the map are not all trustworthy, and nothing above
      explains it. The exponential of the entropy is how many nodes a row is spread over; where neighbours are right,
      these nodes lie side by side, and a finer grid alone would raise it.
    - Too many dimensions: neighbourhoods are poor, and nothing above explains it.
    """
    verdict = {rule.measure: rule.verdict(values[rule.measure]) for rule in RULES}
    looser, stiffer = values["gain of a looser map"], values["gain of a stiffer map"]
    said = {}
    flat = verdict["beyond a plane"] == "poor"
    if flat or (looser > NATS and looser >= stiffer):
        remedy = "raise k" if manifold.grid.k <= manifold.grid.m else "raise m, or lower s or regul"
        said["beyond a plane" if flat else "gain of a looser map"] = f"Over-smooth: {remedy}."
    elif stiffer > NATS:
        said["gain of a stiffer map"] = "Overfitted: lower m, or raise s or regul."
    if verdict["noise features"] == "poor" and manifold.n_features >= MANY and not flat:
        n = round(values["noise features"] * manifold.n_features)
        components = min(50, manifold.n_features // 4)
        said["noise features"] = (
            f"{n} of {manifold.n_features} features are noise to this map: try PCA {components}, or leave them out."
        )
    if verdict["empty nodes"] not in ("good", ""):
        k = max(2, round(manifold.grid.k * np.sqrt(1 - values["empty nodes"])))
        said["empty nodes"] = f"More nodes than the rows need: lower k to about {k}."
    entropy = "responsibility entropy"
    if verdict[entropy] not in ("good", "") and verdict["trustworthiness"] != "good" and not said:
        spread = len(manifold.nodes) ** values[entropy]
        said[entropy] = (
            f"Places are uncertain: a row is spread over about {spread:.0f} of {len(manifold.nodes):,} nodes. The "
            "features share little; choose those that belong together."
        )
    near = ["trustworthiness", "continuity", "neighbours kept"]
    if not said and (poor := [name for name in near if verdict[name] == "poor"]):
        said[poor[0]] = "Two dimensions do not hold all of these rows: map a part of them on its own."
    return said


def _drawn(X: np.ndarray, sample: int, rng: np.random.Generator) -> np.ndarray:
    return X if len(X) <= sample else X[np.sort(rng.choice(len(X), sample, replace=False))]


def _near(X: np.ndarray, Z: np.ndarray) -> dict[str, float]:
    """How rows in the data, (n, D), and on the map, (n, 2), agree on their neighbours."""
    names = [rule.measure for rule in RULES[:5]]
    n_neighbors = min(N_NEIGHBORS, (len(X) - 1) // 2)
    if n_neighbors < 1:
        return dict.fromkeys(names, np.nan)
    found = [each(X, Z, n_neighbors) for each in (trustworthiness, continuity, neighbours_kept, k3n_error)]
    return dict(zip(names, [*found, k3n_error(Z, X, n_neighbors)], strict=True))


def _held_out(model: eIGTM, seen: np.ndarray, unseen: np.ndarray) -> dict[str, float]:
    """What refits on some rows say of others."""
    names = [rule.measure for rule in RULES if "gain" in rule.measure or rule.measure == "held-out log-likelihood"]
    shares = ["variance explained", "beyond a plane", "noise features"]
    if min(len(seen), len(unseen)) < 2:
        return dict.fromkeys([*names, *shares], np.nan)
    grid, regul = model.manifold_.grid, model.regul
    as_is = _refit(model, seen, m=grid.m, regul=regul)
    looser = _refit(model, seen, m=grid.m + 2, regul=regul / 10)
    stiffer = _refit(model, seen, m=max(1, grid.m - 2), regul=10 * regul)
    likelihood = as_is.score_samples(unseen)
    gains = [_sure(other.score_samples(unseen) - likelihood) for other in (looser, stiffer)]
    return dict(zip(names, [likelihood.mean(), *gains], strict=True)) | _explained(as_is.manifold_, seen, unseen)


def _refit(model: eIGTM, X: np.ndarray, **changes) -> eIGTM:
    grid = model.manifold_.grid
    again = clone(model).set_params(k=grid.k, s=grid.s, n_blocks=0, warm_start=False, verbose=False)
    again.set_params(niter=min(model.niter, ITERATIONS), **changes)
    for _ in again.iter_fit(X):
        pass
    return again


def _sure(gains: np.ndarray) -> float:
    """The mean less two standard errors."""
    return float(gains.mean() - 2 * gains.std(ddof=1) / np.sqrt(len(gains)))


def _explained(manifold: Manifold, seen: np.ndarray, unseen: np.ndarray) -> dict[str, float]:
    """Variance of unseen rows that the map explains, of all features, beyond a plane, and by feature."""

    def decode(found: Posterior) -> np.ndarray:
        return found.responsibilities() @ manifold.projections

    mean = seen.mean(axis=0)
    away = unseen - mean
    left = (unseen - manifold.offset - by_posterior(manifold, as_source(unseen), decode)) ** 2
    axes = np.linalg.svd(seen - mean, full_matrices=False)[2][:2]
    plane = (away - away @ axes.T @ axes) ** 2
    squares = (away**2).sum(axis=0)
    total = max(squares.sum(), np.finfo(float).tiny)
    varied = squares > 0
    noise = left.sum(axis=0)[varied] > (1 - NOISE) * squares[varied]
    return {
        "variance explained": float(1 - left.sum() / total),
        "beyond a plane": float((plane.sum() - left.sum()) / total),
        "noise features": float(noise.mean()) if varied.any() else 0.0,
    }
