"""How some rows differ from others: every column as counts, and ranked by the size of the difference."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import mannwhitneyu
from scipy.stats.contingency import association

from igtm.maps.selections import Selection
from igtm.tables.columns import kind
from igtm.tables.tables import Table

__all__ = ["BINS", "SAMPLE", "Column", "Columns", "compare", "counts", "digest"]

BINS = 20
SAMPLE = 5_000  # rows of each side from which Cliff's delta comes, and rows that tell where bins end
_FEW = 12  # categories with bars of their own; the others are one bar
_OTHERS = "others"


@dataclass(frozen=True, eq=False)
class Column:
    """A column made ready for counting.

    Parameters
    ----------
    name : str
    kind : {"number", "date", "category"}
    codes : ndarray (N,) of int
        The bin or class of each row, -1 where it has no value.
    labels : list of str
        What each bin or class is called.
    counts : ndarray of int
        Rows of the whole table in each.
    values : ndarray (N,) of float or None
        Of numbers and dates (days since 1970), NaN for holes.
    """

    name: str
    kind: str
    codes: np.ndarray
    labels: list[str]
    counts: np.ndarray
    values: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Columns:
    """All columns of a table that can be compared; made once by `digest`, so that each comparison is fast."""

    n_rows: int
    columns: list[Column]


def digest(table: Table) -> Columns:
    """Make a table's columns ready for `compare` and `counts`.

    Numbers and dates get up to 20 bins of equal width, whole numbers of a short range one each; where few extreme
    values take most of the range, the first and the last bin are open. Categories and booleans have their classes,
    but for the identifier and columns of text, which are left out.

    Parameters
    ----------
    table : Table

    Returns
    -------
    Columns
    """
    columns = []
    for name in table.frame.columns:
        series = table.frame[name]
        what = kind(series)
        if table.roles[name] != "identifier" and what != "text" and series.count():
            made = _classes(series) if what in ("category", "boolean") else _bins(series, what)
            columns.append(made)
    return Columns(len(table.frame), columns)


def compare(columns: Columns, selection: Selection, other: Selection | None = None) -> pd.DataFrame:
    """Rank the columns by how far a selection differs from the other rows.

    Parameters
    ----------
    columns : Columns
        From `digest`.
    selection : Selection
    other : Selection, optional
        What to compare with; by default all rows that are not selected.

    Returns
    -------
    DataFrame
        One row a column, the largest effect first:

        - `column`, `kind`;
        - `effect`: 0 (alike) to 1 (nothing shared). Of a number |Cliff's delta|, of a category the total variation
          distance ½ Σ|p - q| of its shares;
        - `difference`: of a number the standardised mean difference (Cohen's d, pooled standard deviation); of a
          category its largest difference of shares, -1 to 1, and `class` that class;
        - `selected`, `others`: the means of the number, or the shares of that class;
        - `delta`: Cliff's delta, P(selected > other) - P(selected < other), from at most 5,000 rows of each side;
          `cramers_v`: of the category. NaN for the other kind.

        Holes are left out of all of these; a column without any value on one side has effect NaN and comes last.

    References
    ----------
    Cliff (1993), Dominance statistics: ordinal analyses to answer ordinal questions, Psychological Bulletin 114.
    Cohen (1988), Statistical power analysis for the behavioral sciences, 2nd ed., chapter 2.
    Cramér (1946), Mathematical methods of statistics, section 21.9.
    """
    other = ~selection if other is None else other
    sides = [selection.rows, other.rows]
    rows = [_effect(column, *sides) for column in columns.columns]
    names = ["column", "kind", "effect", "difference", "class", "selected", "others", "delta", "cramers_v"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.sort_values("effect", ascending=False, kind="stable", na_position="last", ignore_index=True)


def counts(columns: Columns, selection: Selection, other: Selection | None = None) -> pd.DataFrame:
    """Histogram or bars of every column, a selection beside the whole table.

    Parameters
    ----------
    columns : Columns
        From `digest`.
    selection : Selection
    other : Selection, optional
        What stands in for the whole table.

    Returns
    -------
    DataFrame
        One row a bin or class of a column, in table order: `column`, `kind`, `bin` (0, 1, ...), `label`, `selected`
        and `whole` (rows), `selected_share` and `whole_share` (of the rows that have a value, 0 to 1). A category
        has a bar for each of its 12 most frequent classes, and one for the others.
    """
    parts = []
    for column in columns.columns:
        whole = column.counts if other is None else _count(column, other.rows)
        labels, sides = _joined(column, _count(column, selection.rows), whole)
        part = {"column": column.name, "kind": column.kind, "bin": np.arange(len(labels)), "label": labels}
        for side, number in zip(("selected", "whole"), sides, strict=True):
            part |= {side: number, f"{side}_share": number / max(number.sum(), 1)}
        parts.append(pd.DataFrame(part))
    names = ["column", "kind", "bin", "label", "selected", "whole", "selected_share", "whole_share"]
    return pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)


def _joined(column: Column, *sides: np.ndarray) -> tuple[list[str], list[np.ndarray]]:
    """Labels and counts, the rare classes of a category put together."""
    if column.kind != "category" or len(column.labels) <= _FEW + 1:
        return column.labels, list(sides)
    kept = np.sort(np.argsort(-column.counts, kind="stable")[:_FEW])
    rare = np.setdiff1d(np.arange(len(column.labels)), kept)
    labels = [column.labels[i] for i in kept] + [f"{_OTHERS} ({len(rare)})"]
    return labels, [np.append(side[kept], side[rare].sum()) for side in sides]


def _count(column: Column, rows: np.ndarray) -> np.ndarray:
    """Rows in each bin or class."""
    codes = column.codes if len(rows) == len(column.codes) else column.codes[rows]
    return np.bincount(codes + 1, minlength=len(column.labels) + 1)[1:]  # the first place is for holes


def _effect(column: Column, selected: np.ndarray, others: np.ndarray) -> tuple:
    nothing = (column.name, column.kind, np.nan, np.nan, "", np.nan, np.nan, np.nan, np.nan)
    if column.values is not None:
        sides = [values[~np.isnan(values)] for values in (column.values[selected], column.values[others])]
        if not all(map(len, sides)):
            return nothing
        means = [side.mean() for side in sides]
        delta = _cliffs_delta(*(_sample(side) for side in sides))
        return (*nothing[:2], abs(delta), _standardised(sides, means), "", *means, delta, np.nan)
    both = np.stack([_count(column, selected), _count(column, others)])
    if not both.sum(axis=1).all():
        return nothing
    shares = both / both.sum(axis=1, keepdims=True)
    gaps = shares[0] - shares[1]
    widest = int(np.argmax(np.abs(gaps)))
    effect = float(np.abs(gaps).sum() / 2)
    return (
        *nothing[:2],
        *(effect, gaps[widest], column.labels[widest], *shares[:, widest]),
        *(np.nan, _cramers_v(both)),
    )


def _standardised(sides: list[np.ndarray], means: list[float]) -> float:
    """Difference of the means in pooled standard deviations; 0 where there is none."""
    squares = sum(float(((side - mean) ** 2).sum()) for side, mean in zip(sides, means, strict=True))
    pooled = np.sqrt(squares / max(sum(map(len, sides)) - 2, 1))
    difference = means[0] - means[1]
    if abs(difference) <= 1e-12 * max(map(abs, means)):
        return 0.0
    return float(difference / pooled) if pooled > 0 else float(np.copysign(np.inf, difference))


def _cliffs_delta(a: np.ndarray, b: np.ndarray) -> float:
    """P(a > b) - P(a < b) for a value of each side; Mann and Whitney's U counts just these pairs."""
    return 2 * mannwhitneyu(a, b, method="asymptotic").statistic / (len(a) * len(b)) - 1


def _cramers_v(both: np.ndarray) -> float:
    """Association of side and class, from (2, C) counts: 0 to 1; 0 for a single class."""
    both = both[:, both.any(axis=0)]
    return float(association(both, method="cramer")) if both.shape[1] > 1 else 0.0


def _sample(values: np.ndarray) -> np.ndarray:
    """At most `SAMPLE` of the values, always the same."""
    return values if len(values) <= SAMPLE else np.random.default_rng(0).choice(values, SAMPLE)


def _classes(series: pd.Series) -> Column:
    """Classes in their own order; an unordered column's by frequency."""
    ordered = isinstance(series.dtype, pd.CategoricalDtype)
    codes, classes = (series.cat.codes.to_numpy(), series.cat.categories) if ordered else pd.factorize(series)
    counts = np.bincount(codes + 1, minlength=len(classes) + 1)[1:]
    order = np.flatnonzero(counts) if ordered else np.argsort(-counts, kind="stable")
    place = np.full(len(classes) + 1, -1, dtype=np.int16 if len(order) < 2**15 else np.int32)  # the last is for holes
    place[order] = np.arange(len(order))
    return Column(series.name, "category", place[codes], [str(classes[i]) for i in order], counts[order])


def _bins(series: pd.Series, what: str) -> Column:
    values = series.to_numpy(dtype=np.float64, na_value=np.nan) if what == "number" else _days(series)
    values = np.where(np.isfinite(values), values, np.nan)
    edges, tails = _edges(values)
    inner = edges[1:-1]
    codes = np.searchsorted(inner, values, side="right").astype(np.int16)
    codes[np.isnan(values)] = -1
    write = _date if what == "date" else _number
    labels = [f"{write(low)} – {write(high)}" for low, high in pairwise(edges)]
    if what == "number" and (np.diff(edges) == 1).all() and (edges % 1 == 0.5).all():
        labels = [_number(low + 0.5) for low in edges[:-1]]
    if tails[0]:
        labels[0] = f"below {write(edges[1])}"
    if tails[1]:
        labels[-1] = f"{write(edges[-2])} and more"
    found = np.bincount(codes + 1, minlength=len(labels) + 1)[1:]
    return Column(series.name, what, codes, labels, found, values)


def _edges(values: np.ndarray) -> tuple[np.ndarray, tuple[bool, bool]]:
    """Ends of the bins, and whether the first and the last one are open."""
    low, high = (np.nanmin(values), np.nanmax(values)) if not np.isnan(values).all() else (0.0, 1.0)
    sample = _sample(values[~np.isnan(values)])
    if high - low < BINS and (sample % 1 == 0).all() and low % 1 == high % 1 == 0:
        return np.arange(low - 0.5, high + 1), (False, False)
    inner = np.percentile(sample, [0.5, 99.5]) if len(sample) else np.array([low, high])
    robust = 0 < 4 * (inner[1] - inner[0]) < high - low
    first, last = inner if robust else (low, high)
    if not last > first:
        last = first + max(abs(first), 1.0)
    edges = np.linspace(first, last, BINS + 1)
    return edges, (robust and low < first, robust and high > last)


def _days(series: pd.Series) -> np.ndarray:
    return ((series - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(dtype=np.float64, na_value=np.nan)


def _date(days: float) -> str:
    return f"{pd.Timestamp(0) + pd.Timedelta(days=days):%Y-%m-%d}"


def _number(value: float) -> str:
    return f"{value:.4g}"
