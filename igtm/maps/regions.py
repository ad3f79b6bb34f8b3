"""Regions of a map: parts of the sheet that belong together, each named by what sets it apart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from igtm.charts.colours import kind_of
from igtm.maps import nodes, surfaces, ward
from igtm.maps.table_map import TableMap

#: A feature sets a region apart from this many standard deviations on, and is "very" high or low from the second.
MARKED, VERY = 0.5, 1.5

#: A class is named where it has this share of a region's rows, and this much more than its share of all rows.
DOMINANT, MORE_THAN_OVERALL = 0.6, 0.1

#: Regions that explain fewer rows than this have too few to be described.
FEWEST_ROWS = 1.0

# Of features whose planes are more alike than this, one is named.
ALIKE = 0.9
UNIT = re.compile(r"\s*\([^()]*\)$")


@dataclass(frozen=True, eq=False)
class Regions:
    """A map in parts.

    Parameters
    ----------
    nodes : DataFrame (K, 6)
        `node`, `x`, `y`, `mass`; `region`, from 1; `depth`, the steps of the grid to the nearest border.
    labels : DataFrame
        One row a region, the one with most rows first: `region`; `label`, what sets it apart in words; `majority`,
        its dominant class in words, empty where none is; `rows` that it explains and their `share` of all; `node`,
        `x`, `y` of the node at which the label stands, deep inside.
    features : DataFrame
        For each region one row a feature, the most different first: `region`, `feature`, `mean` in original units,
        `difference` from the mean of the data in standard deviations.
    """

    nodes: pd.DataFrame
    labels: pd.DataFrame
    features: pd.DataFrame


def find(fitted: TableMap, n: int | None = None, label: str | None = None) -> Regions:
    """Cluster the nodes and say in words what sets each cluster apart.

    Parameters
    ----------
    fitted : TableMap
    n : int, optional
        How many regions; by default from 2 to 12, by silhouette: see `ward.cluster`.
    label : str, optional
        Column whose classes are named where they dominate; by default the first label column with classes.

    Returns
    -------
    Regions
        The same for the same map.

    Raises
    ------
    ValueError
        If `n` is not from 1 to K.
    TableError
        If there is no column `label`.
    """
    frame = surfaces.density(fitted)
    mass = frame["mass"].to_numpy()
    found = ward.cluster(fitted.model.manifold_, mass, n, surfaces.LEAST_ROWS)
    frame = frame.assign(region=found + 1, depth=ward.depth(found))
    total = np.bincount(found, mass)
    share = np.zeros((len(total), len(mass)))
    share[found, np.arange(len(mass))] = mass + np.finfo(float).tiny  # without any mass, all nodes count alike
    share /= share.sum(axis=1, keepdims=True)

    values = nodes.decode(fitted, fitted.model.manifold_.nodes)
    away = fitted.in_deviations(values - fitted.overview["mean"])
    means = pd.DataFrame(share @ values.to_numpy(), columns=values.columns)
    differences = pd.DataFrame(share @ away.to_numpy(), columns=values.columns)

    anchors = frame.loc[_anchors(frame), ["node", "x", "y"]].reset_index(drop=True)
    labels = pd.DataFrame(
        {
            "region": np.arange(1, len(total) + 1),
            "label": _labels(fitted, differences, away, total),
            "majority": _majorities(fitted, label, found, total),
            "rows": total,
            "share": total / total.sum(),
        }
    ).join(anchors)
    return Regions(frame, labels, _ranked(means, differences))


def members(found: Regions) -> dict[int, frozenset[int]]:
    """Which nodes make each region, by its number."""
    return found.nodes.groupby("region")["node"].agg(frozenset).to_dict()


def renamed(found: Regions, names: Mapping[frozenset[int], str]) -> Regions:
    """Regions with other labels, for those that are made of just these nodes; an empty one changes nothing."""
    own = found.labels["region"].map(members(found)).map(lambda nodes: names.get(nodes, ""))
    return replace(found, labels=found.labels.assign(label=found.labels["label"].where(own == "", own)))


def _anchors(frame: pd.DataFrame) -> list[int]:
    """Of each region a node that is deep inside and explains many rows."""
    peak = frame.groupby("region")["mass"].transform("max")
    score = frame["depth"] * (0.25 + frame["mass"] / peak.where(peak > 0, 1.0))
    return score.groupby(frame["region"]).idxmax().tolist()


def _ranked(means: pd.DataFrame, differences: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for region in range(len(means)):
        order = differences.loc[region].abs().sort_values(ascending=False, kind="stable").index
        part = {"feature": order, "mean": means.loc[region, order], "difference": differences.loc[region, order]}
        parts.append(pd.DataFrame({"region": region + 1, **part}))
    return pd.concat(parts, ignore_index=True)


def _labels(fitted: TableMap, differences: pd.DataFrame, away: pd.DataFrame, total: np.ndarray) -> list[str]:
    """Two features for each region; a third and a fourth where two regions would be called the same."""
    phrases = [_phrases(fitted, differences.loc[region], away) for region in range(len(total))]
    labels = []
    for region, own in enumerate(phrases):
        others = phrases[:region] + phrases[region + 1 :]
        count = next((c for c in (2, 3, 4) if own[:c] not in [other[:c] for other in others]), 2)
        labels.append(", ".join(own[:count]) or "near the mean")
    return [text if rows >= FEWEST_ROWS else "hardly any rows" for text, rows in zip(labels, total, strict=True)]


def _phrases(fitted: TableMap, difference: pd.Series, away: pd.DataFrame, most: int = 4) -> list[str]:
    """What sets a region apart, the most marked first: features whose planes look alike are named once."""
    # Of two values, one is as often as the other is rare: what is there says more.
    order = difference.index[np.lexsort([-difference, -difference.abs().round(3)])]
    chosen: list[str] = []
    for feature in order[difference[order].abs() >= MARKED]:
        if len(chosen) == most:
            break
        if all(abs(away[feature].corr(away[other])) <= ALIKE for other in chosen):
            chosen.append(feature)
    return [_phrase(fitted, feature, difference[feature]) for feature in chosen]


def _phrase(fitted: TableMap, feature: str, difference: float) -> str:
    """High or low for an amount, often or rarely for what is or is not: "low malic acid", "often smoker"."""
    column = fitted.table.frame.get(feature)
    if column is None or pd.api.types.is_bool_dtype(column):  # one-hot encoded, or a boolean
        return f"{'often' if difference > 0 else 'rarely'} {feature}"
    very = "very " if abs(difference) >= VERY else ""
    return f"{very}{'high' if difference > 0 else 'low'} {UNIT.sub('', feature) or feature}"


def _majorities(fitted: TableMap, label: str | None, found: np.ndarray, total: np.ndarray) -> list[str]:
    """The dominant class of each region in words: "97 % grower 1"."""
    frame = fitted.table.frame
    if label is None:
        label = next((name for name in fitted.table.labels if kind_of(frame[name]) == "category"), None)
        if label is None:
            return [""] * len(total)
    by_node = surfaces.classes(fitted, label, least=0)
    names = by_node["winner"].cat.categories
    probabilities = by_node[[f"p{i}" for i in range(len(names))]].fillna(0.0)
    rows = probabilities.mul(by_node["mass"], axis="index")
    by_region = rows.groupby(found).sum()
    shares = by_region.div(by_region.sum(axis="columns").replace(0.0, np.nan), axis="index").fillna(0.0).to_numpy()
    overall = rows.sum().to_numpy() / max(rows.to_numpy().sum(), np.finfo(float).tiny)
    words = []
    for own, explained in zip(shares, total, strict=True):
        best = int(own.argmax()) if len(names) else 0
        dominant = len(names) > 0 and own[best] >= DOMINANT and own[best] >= overall[best] + MORE_THAN_OVERALL
        words.append(f"{own[best]:.0%} {names[best]}" if dominant and explained >= FEWEST_ROWS else "")
    return words
