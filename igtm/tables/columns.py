"""One column at a time: its name, what it holds, the role it probably has."""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import count
from typing import Literal

import numpy as np
import pandas as pd
from pandas.api import types

__all__ = [
    "MAX_CATEGORIES",
    "UNPRINTABLE",
    "Kind",
    "Role",
    "guess_roles",
    "is_numeric",
    "kind",
    "plain",
    "unique_names",
]

Role = Literal["feature", "label", "identifier", "ignored"]
Kind = Literal["number", "category", "text", "boolean", "date"]

MAX_CATEGORIES = 100  # strings with more distinct values than this are text, not categories
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

_LABEL_WORDS = {"class", "target", "label", "labels", "species", "category", "cluster", "group", "y"}
_IDENTIFIER_WORDS = {"id", "index", "identifier", "uid", "uuid", "key", "rowid"}
_MAX_CLASSES = 20  # an integer column named like a label is one up to this many values
_MAX_IDENTIFIER_LENGTH = 64  # longer strings are prose, even if all differ


def unique_names(names: Iterable[object]) -> list[str]:
    """Return distinct, printable column names: repeats get _2, _3, ..., empty ones their position."""
    cleaned = [_column_name(name) or f"column_{position}" for position, name in enumerate(names, 1)]
    taken, numbers = set(cleaned), defaultdict(lambda: count(2))
    result: dict[str, None] = {}
    for name in cleaned:
        unique = name
        while unique in result or (unique != name and unique in taken):
            unique = f"{name}_{next(numbers[name])}"
        result[unique] = None
    return list(result)


def kind(series: pd.Series) -> Kind:
    """Return what a column holds: number, boolean, date, category (few distinct strings) or text."""
    if types.is_bool_dtype(series):
        return "boolean"
    if types.is_numeric_dtype(series):
        return "number"
    if types.is_datetime64_any_dtype(series):
        return "date"
    if isinstance(series.dtype, pd.CategoricalDtype):
        return "category"
    distinct = series.nunique()
    return "category" if distinct <= MAX_CATEGORIES and 0 < 2 * distinct <= series.count() else "text"


def is_numeric(series: pd.Series) -> bool:
    """Return whether a column holds real numbers or booleans."""
    return types.is_numeric_dtype(series) and not types.is_complex_dtype(series)


def plain(series: pd.Series) -> pd.Series:
    """Give a column of any objects one of the types that `kind` tells apart."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        strings = types.infer_dtype(series.cat.categories) == "string"
        return series if strings else series.astype("str")
    if is_numeric(series):
        return series
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        return series.dt.tz_convert(None)
    if types.is_datetime64_dtype(series):
        return series
    inferred = types.infer_dtype(series, skipna=True)
    if inferred in {"decimal", "integer", "floating", "mixed-integer-float"}:
        return pd.to_numeric(series, errors="coerce").astype("float64")
    if inferred == "boolean":
        return series.astype("boolean")
    if inferred in {"date", "datetime"}:
        return pd.to_datetime(series, errors="coerce", utc=True).dt.tz_convert(None)
    return series.astype("str")


def guess_roles(frame: pd.DataFrame) -> dict[str, Role]:
    """Return a likely role for each column of a frame that has distinct names and plain columns."""
    roles = {column: _guess_role(frame[column]) for column in frame.columns}
    named = {column for column in frame.columns if _words(column) & _IDENTIFIER_WORDS}
    candidates = [column for column in frame.columns if _identifies(frame[column], column in named)]
    if not any(role == "feature" and column not in candidates for column, role in roles.items()):
        # Counters are all there is to make a map of.
        candidates = [column for column in candidates if not is_numeric(frame[column])]
    roles |= dict.fromkeys(candidates, "ignored")
    candidates.sort(key=lambda column: (column not in named, is_numeric(frame[column])))
    return roles | dict.fromkeys(candidates[:1], "identifier")


def _guess_role(series: pd.Series) -> Role:
    what = kind(series)
    if what == "category":
        return "label" if series.nunique() > 1 else "ignored"
    if what in ("text", "date") or series.count() == 0 or series.min() == series.max():
        return "ignored"
    return "label" if _words(series.name) & _LABEL_WORDS and _has_few_whole_values(series) else "feature"


def _has_few_whole_values(series: pd.Series) -> bool:
    values = series.dropna().to_numpy(dtype=np.float64)
    return bool((values == np.round(values)).all()) and np.unique(values).size <= _MAX_CLASSES


def _identifies(series: pd.Series, named: bool) -> bool:
    is_string = isinstance(series.dtype, pd.StringDtype)
    if not (is_string or types.is_integer_dtype(series)) or series.hasnans:
        return False
    if is_string:
        return bool(series.str.len().max() <= _MAX_IDENTIFIER_LENGTH) and series.is_unique
    if named:
        return series.is_unique
    values = series.to_numpy()
    return bool((values[1:] == values[:-1] + 1).all())


def _column_name(name: object) -> str:
    text = " / ".join(map(str, name)) if isinstance(name, tuple) else str(name)
    return UNPRINTABLE.sub(" ", text).strip()


def _words(name: str) -> set[str]:
    return set(re.split(r"[\W_]+", name.casefold()))
