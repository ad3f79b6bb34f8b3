"""From a column of data to what it looks like: its text, its classes, its colour scale."""

import re
from dataclasses import dataclass, fields, replace

import altair as alt
import numpy as np
import pandas as pd

from igtm.charts.theme import (
    BLACK,
    DIVERGING,
    INK,
    LABEL_LIMIT,
    MISSING_GREY,
    OKABE_ITO,
    OTHER_GREY,
    PALETTE,
    PALETTE_20,
    RAMPS,
)

OTHER = "other"
MISSING = "missing"
GREYS = {OTHER: OTHER_GREY, MISSING: MISSING_GREY}
#: How a legend writes milliseconds since 1970: as a day.
DATE = "utcFormat(datum.value, '%Y-%m-%d')"

#: Whole numbers with at most so many distinct values are labels (0, 1, 2 for three species), not amounts.
FEW = 10
HEAD = 1000  # rows that mostly show that there are more


def as_text(column: pd.Series) -> pd.Series:
    """Each value as people read it: six digits, whole numbers without a point, ``"missing"`` for a hole."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        names = np.array([*as_text(pd.Series(column.cat.categories)), MISSING], dtype=object)
        return pd.Series(names[column.cat.codes], index=column.index, name=column.name, dtype=object)
    if is_text(column):
        return column
    text = column.astype(object)
    if pd.api.types.is_float_dtype(column):
        text = pd.Series(_numbers(as_numbers(column)), index=column.index, name=column.name, dtype=object)
    elif pd.api.types.infer_dtype(column) != "string":
        text = text.map(str, na_action="ignore").astype(object)
    return text.where(column.notna(), MISSING)


def is_text(column: pd.Series) -> bool:
    """Whether all values are text as Python has it, and none is missing."""
    return column.dtype == object and pd.api.types.infer_dtype(column, skipna=False) == "string"


def _numbers(values: pd.Series) -> list[str]:
    whole = (values.abs() < 1e15) & (values == np.floor(values))
    return [
        f"{value:{'.0f' if whole else '.6g'}}" for value, whole in zip(values.tolist(), whole.tolist(), strict=True)
    ]


def as_numbers(column: pd.Series) -> pd.Series:
    """Each value as a float, NaN for what is none: ``"1.5"`` is, ``"x"`` is not."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64")
    return pd.to_numeric(column.astype(object), errors="coerce").astype("float64")


def kind_of(column: pd.Series) -> str:
    """``"number"`` or ``"category"``: which way a column is coloured unless the caller says.

    Text, booleans, categoricals and whole numbers with at most ten distinct values are categories; other numbers
    and dates are numbers.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        return "number"
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        return "category"
    if column.head(HEAD).nunique() > FEW:
        return "number"
    seen = column.dropna().unique()
    return "category" if len(seen) <= FEW and all(float(v).is_integer() for v in seen) else "number"


def classes(column: pd.Series, other_after: int = 20, kept: tuple[str, ...] | None = None) -> pd.Series:
    """A column as ordered text classes, the rare ones put together.

    Classes of classes are the same classes.

    Parameters
    ----------
    column : Series
        Any values. A categorical keeps its own order of categories; numbers are ordered by value, text
        alphabetically with the numbers in it by value (``c2`` before ``c10``).
    other_after : int, default=20
        With more classes than this, the ``other_after - 1`` most frequent stay and the rest become ``"other"``.
    kept : tuple of str, optional
        The classes that stay, in their order, whatever the column holds: those of the whole table for a sample of it.

    Returns
    -------
    Series
        Categorical, with missing values left missing.
    """
    if kept is None:
        kept = class_names(column, other_after)
    codes, names = pd.factorize(as_text(column).where(column.notna()))
    rest = [OTHER] if OTHER not in kept and not set(kept).issuperset(names) else []
    final = [*kept, *rest]
    places = [final.index(name if name in kept else OTHER) for name in names]
    held = pd.Categorical.from_codes(np.array([*places, -1])[codes], final)
    return pd.Series(held, index=column.index, name=column.name)


def class_names(column: pd.Series, other_after: int = 20) -> tuple[str, ...]:
    """The classes of `classes`, in their order, without their values."""
    if not 2 <= other_after <= len(PALETTE_20):
        raise ValueError(f"other_after={other_after!r} must be from 2 to {len(PALETTE_20)}, our number of colours")
    names = _ordered(column)
    order, rest = [name for name in names if name not in GREYS], OTHER in names
    if len(order) > other_after:
        text = as_text(column).where(column.notna())
        frequent = text[text.isin(order)].value_counts().reindex(order, fill_value=0)
        most = set(frequent.sort_values(ascending=False, kind="stable").index[: other_after - 1])
        order, rest = [name for name in order if name in most], True
    return (*order, *[OTHER] * rest)


@dataclass(frozen=True)
class Colouring:
    """How rows are coloured by a column; wherever one is asked for, the name of the column alone will do.

    Parameters
    ----------
    column : str
        Its name, which is the title of the legend.
    kind : {"number", "category"}, optional
        As what it is coloured; by default `kind_of` decides.
    scheme : str, optional
        "viridis" (default of numbers), "cividis", "magma" or "blue-red", whose pale middle stands at 0 where values
        lie on both sides of it; for categories also "okabe-ito" (their default), while the others give them steps in
        the order of the classes.
    reverse : bool, default=False
        Whether the colours run the other way.
    clip : (float, float), optional
        Percentiles at which the colours of a number end, such as ``(2, 98)``; they do not change those of categories.
    log : bool, default=False
        Whether numbers have a logarithmic scale: those that are not above 0 are then as if missing.
    other_after : int, default=20
        With more classes than this, the most frequent stay and the rest is "other", see `classes`.
    kept : tuple of str, optional
        The classes that have colours, in their order, whichever are drawn; the rest is "other".

    Raises
    ------
    ValueError
        If an option is none of these.
    """

    column: str
    kind: str | None = None
    scheme: str | None = None
    reverse: bool = False
    clip: tuple[float, float] | None = None
    log: bool = False
    other_after: int = 20
    kept: tuple[str, ...] | None = None

    def __post_init__(self):
        if self.kind not in (None, "number", "category"):
            raise ValueError(f"kind={self.kind!r} must be None, 'number' or 'category'")
        if self.scheme not in (None, PALETTE, *RAMPS):
            raise ValueError(f"scheme={self.scheme!r} must be None or one of {[PALETTE, *RAMPS]}")
        if self.clip is not None and not 0 <= self.clip[0] < self.clip[1] <= 100:
            raise ValueError(f"clip={self.clip!r} must be two percentiles, the lower one first, such as (2, 98)")

    def __repr__(self):
        changed = [f for f in fields(self)[1:] if getattr(self, f.name) != f.default]
        options = "".join(f", {f.name}={getattr(self, f.name)!r}" for f in changed)
        return f"Colouring({self.column!r}{options})"

    def kind_of(self, column: pd.Series) -> str:
        """As what a column is coloured, ``"number"`` or ``"category"``."""
        return self.kind or kind_of(column)


def as_colouring(color: str | Colouring, **options) -> Colouring:
    """A colouring as it is, but for the options given; of a column's name the default one."""
    return replace(color if isinstance(color, Colouring) else Colouring(color), **options)


def coloured(
    column: pd.Series, how: Colouring, ends: tuple[float, float] | None = None
) -> tuple[pd.Series, alt.Color]:
    """Values and colour channel of a column.

    Parameters
    ----------
    column : Series
        The values.
    how : Colouring
    ends : (float, float), optional
        Where the scale of numbers ends; by default with the values.

    Returns
    -------
    values : Series
        What the rows carry: text, or numbers (dates as milliseconds) with NaN for a missing one.
    channel : alt.Color
        Scale and legend of the field ``color``.

    Raises
    ------
    ValueError
        If numbers shall have colours for classes, or dates a logarithmic scale.
    """
    if how.kind_of(column) == "number":
        return _numeric(column, how, ends)
    return _categorical(classes(column, how.other_after, how.kept), how)


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


def _categorical(column, how):
    domain = list(column.cat.categories)
    if column.isna().any():
        domain.append(MISSING)
    named = [name for name in domain if name not in GREYS]
    colour = {**dict(zip(named, _steps(how, len(named)), strict=True)), **GREYS}
    scale = alt.Scale(domain=domain, range=[alt.ExprRef(INK) if colour[c] == BLACK else colour[c] for c in domain])
    room = min(7 * max(map(len, domain), default=0), LABEL_LIMIT) + 34
    count = max(1, len(domain))
    # In as many rows as the width of the plot asks for, and those even.
    columns = alt.ExprRef(f"ceil({count} / ceil({count} / max(1, floor(width / {room}))))")
    # As high as the legend of numbers: what is below does not move.
    high = {"offset": 16, "titlePadding": 10}
    legend = alt.Legend(title=str(how.column), columns=columns, symbolType="circle", **high)
    return as_text(column), alt.Color("color", type="nominal", scale=scale, legend=legend)


def _steps(how, n):
    """As many colours as there are classes: of a palette the first ones, of a ramp as far apart as there is room."""
    if how.scheme in RAMPS:
        ramp = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in RAMPS[how.scheme]])
        at = np.linspace(0, len(ramp) - 1, n)
        mixed = np.stack([np.interp(at, np.arange(len(ramp)), part) for part in ramp.T], axis=1)
        steps = ["#{:02X}{:02X}{:02X}".format(*each) for each in mixed.round().astype(int)]
    else:
        steps = list((OKABE_ITO if n <= len(OKABE_ITO) else PALETTE_20)[:n])
    return steps[::-1] if how.reverse else steps


def _numeric(column, how, ends):
    if how.scheme == PALETTE:
        raise ValueError(f"scheme={PALETTE!r} is for classes: colour {how.column!r} by one of {list(RAMPS)}")
    if is_date := pd.api.types.is_datetime64_any_dtype(column):
        values = (column - pd.Timestamp(0, tz=column.dt.tz)) / pd.Timedelta(milliseconds=1)
    else:
        values = as_numbers(column)
    if how.log and is_date:
        raise ValueError(f"log=True is for numbers, and {how.column!r} holds dates: leave it out")
    values = values.where(np.isfinite(values))
    holes, low = values.isna(), values <= 0
    if how.log:
        values = values.where(~low)
    finite = values.dropna()
    # Of dates, too, the scale is one of numbers: one of time would take the first two colours of a ramp for its ends.
    labels = {"labelExpr": DATE, "tickCount": 2} if is_date else {}
    legend = alt.Legend(title=_heading(how, holes.any(), how.log and low.any()), **labels)
    colours = _ramp(how, ends or _ends(finite, how)) | ({"reverse": True} if how.reverse else {})
    scale = alt.Scale(type="log" if how.log else "linear", clamp=True, nice=False, **colours)
    return values, alt.Color("color", type="quantitative", scale=scale, legend=legend)


def _ramp(how, ends):
    """Domain and range of numbers: the range of the mode between the ends, or a place for each colour of another."""
    if how.scheme in (None, "viridis"):
        return {"domain": list(ends), "range": "ramp"}
    ramp = RAMPS[how.scheme]
    places = (np.geomspace if how.log else np.linspace)(*ends, len(ramp))
    return {"domain": places.tolist(), "range": list(ramp), "interpolate": "rgb"}


def _ends(finite, how):
    """Ends of the scale; those of two sides are as far from 0 where values lie on both sides of it."""
    low, high = np.percentile(finite, how.clip or (0, 100)) if len(finite) else (1, 10)
    if how.scheme == DIVERGING and low < 0 < high:
        high = max(-low, high)
        low = -high
    return [low, high]


def _heading(how, holes, below):
    """Title of the legend of numbers, with what is to know beside it."""
    grey = " or ".join(["missing"] * bool(holes) + ["not above 0"] * bool(below))
    notes = [f"clipped to {how.clip[0]:g}–{how.clip[1]:g} %"] if how.clip else []
    notes += [f"grey: {grey}"] if grey else []
    return f"{how.column} ({', '.join(notes)})" if notes else str(how.column)
