"""From a column of data to what it looks like: its text, its classes, its colour scale."""

import re

import altair as alt
import numpy as np
import pandas as pd

from igtm.charts.theme import (
    BLACK,
    INK,
    LABEL_LIMIT,
    MAP_SIDE,
    MISSING_GREY,
    OKABE_ITO,
    OTHER_GREY,
    PALETTE_20,
)

OTHER = "other"
MISSING = "missing"
GREYS = {OTHER: OTHER_GREY, MISSING: MISSING_GREY}

#: Whole numbers with at most so many distinct values are labels (0, 1, 2 for three species), not amounts.
FEW = 10


def as_text(column: pd.Series) -> pd.Series:
    """Each value as people read it: six digits, whole numbers without a point, ``"missing"`` for a hole."""
    read = _number if pd.api.types.is_float_dtype(column) else str
    return column.astype(object).map(read, na_action="ignore").astype(object).where(column.notna(), MISSING)


def _number(value):
    return f"{value:.0f}" if abs(value) < 1e15 and value.is_integer() else f"{value:.6g}"


def kind_of(column: pd.Series) -> str:
    """``"number"`` or ``"category"``: which way a column is coloured unless the caller says.

    Text, booleans, categoricals and whole numbers with at most ten distinct values are categories; other numbers
    and dates are numbers.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        return "number"
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        return "category"
    seen = column.dropna().unique()
    return "category" if len(seen) <= FEW and all(float(v).is_integer() for v in seen) else "number"


def classes(column: pd.Series, other_after: int = 20) -> pd.Series:
    """A column as ordered text classes, the rare ones put together.

    To keep a sample's colours those of the whole table, call this on the whole column and take the sample of its
    result: classes of classes are the same classes.

    Parameters
    ----------
    column : Series
        Any values. A categorical keeps its own order of categories; numbers are ordered by value, text
        alphabetically with the numbers in it by value (``c2`` before ``c10``).
    other_after : int, default=20
        With more classes than this, the ``other_after - 1`` most frequent stay and the rest become ``"other"``.

    Returns
    -------
    Series
        Categorical, with missing values left missing.
    """
    if not 2 <= other_after <= len(PALETTE_20):
        raise ValueError(f"other_after={other_after!r} must be from 2 to {len(PALETTE_20)}, our number of colours")
    text = as_text(column).where(column.notna())
    order = [name for name in _ordered(column) if name not in GREYS]
    if len(order) > other_after:
        frequent = text[text.isin(order)].value_counts().reindex(order, fill_value=0)
        kept = set(frequent.sort_values(ascending=False, kind="stable").index[: other_after - 1])
        text = text.where(text.isin(kept) | text.isna(), OTHER)
        order = [name for name in order if name in kept]
    rest = [OTHER] if (text == OTHER).any() or OTHER in _ordered(column) else []
    return text.astype(pd.CategoricalDtype([*order, *rest]))


def colouring(column, title, *, kind=None, clip=None, other_after=20):
    """Values and colour channel of a column.

    Parameters
    ----------
    column : Series
        The values.
    title : str
        Title of the legend.
    kind : {"number", "category"}, optional
        How to colour; by default `kind_of` decides.
    clip : (float, float), optional
        Percentiles at which the scale of a number ends.
    other_after : int, default=20
        See `classes`.

    Returns
    -------
    values : Series
        What the rows carry: text, or numbers (dates as milliseconds) with NaN for a missing one.
    channel : alt.Color
        Scale and legend of the field ``color``.
    """
    if kind not in (None, "number", "category"):
        raise ValueError(f"kind={kind!r} must be None, 'number' or 'category'")
    if (kind or kind_of(column)) == "number":
        return _numeric(column, title, clip)
    return _categorical(classes(column, other_after), title)


def _ordered(column):
    """Distinct values as text, in their natural order."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return as_text(pd.Series(column.cat.categories)).tolist()
    values = pd.Series(column.dropna().unique())
    if pd.api.types.is_numeric_dtype(values):
        return list(dict.fromkeys(as_text(values.sort_values())))
    return sorted(set(as_text(values)), key=lambda name: (_natural(name), name))


def _natural(name):
    return [int(part) if part.isdecimal() else part.casefold() for part in re.split(r"(\d+)", name)]


def _categorical(column, title):
    values = column.astype(object).fillna(MISSING)
    domain = list(column.cat.categories)
    if column.isna().any():
        domain.append(MISSING)
    named = [name for name in domain if name not in GREYS]
    palette = OKABE_ITO if len(named) <= len(OKABE_ITO) else PALETTE_20
    colour = {**dict(zip(named, palette, strict=False)), **GREYS}
    scale = alt.Scale(domain=domain, range=[alt.ExprRef(INK) if colour[c] == BLACK else colour[c] for c in domain])
    longest = max(map(len, domain), default=0)
    columns = int(MAP_SIDE // (min(7 * longest, LABEL_LIMIT) + 34))
    legend = alt.Legend(title=title, columns=max(1, columns), symbolType="circle")
    return values, alt.Color("color", type="nominal", scale=scale, legend=legend)


def _numeric(column, title, clip):
    if is_date := pd.api.types.is_datetime64_any_dtype(column):
        values = (column - pd.Timestamp(0, tz=column.dt.tz)) / pd.Timedelta(milliseconds=1)
    else:
        values = pd.to_numeric(column.astype(object), errors="coerce").astype(float)
    finite = values[np.isfinite(values)]
    low, high = np.percentile(finite, clip or (0, 100)) if len(finite) else (0, 1)
    notes = [f"clipped to {clip[0]:g}–{clip[1]:g} %"] if clip else []
    if len(finite) < len(values):
        notes.append("grey: missing")
    legend = alt.Legend(title=f"{title} ({', '.join(notes)})" if notes else title)
    scale = alt.Scale(type="utc" if is_date else "linear", domain=[low, high], range="ramp", clamp=True, nice=False)
    channel = alt.Color("color", type="temporal" if is_date else "quantitative", scale=scale, legend=legend)
    return values.where(np.isfinite(values)), channel
