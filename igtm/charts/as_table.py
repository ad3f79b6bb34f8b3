"""A figure as tables: what its tooltips say, one row a mark, for those who cannot see them or not point at them."""

import pandas as pd

from igtm.charts.figure import Figure

PICTURE = "image"  # what a tooltip calls a picture


def as_tables(figure: Figure) -> dict[str, pd.DataFrame]:
    """The numbers that a figure draws.

    Parameters
    ----------
    figure : Figure

    Returns
    -------
    dict of str to DataFrame
        By dataset, in the order in which they are drawn, those whose marks have tooltips: a column for each of their
        lines, under its title, and for the places of points ``map x`` and ``map y``. A dataset without rows is left
        out, and so is one of names alone.
    """
    columns: dict[str, dict[str, str]] = {}
    for layer in figure.spec(live=True)["layer"]:
        encoding = layer.get("encoding", {})
        tips = encoding.get("tooltip")
        if isinstance(tips, list):
            titles = {tip.get("title") or tip["field"]: tip["field"] for tip in tips}
            columns.setdefault(layer["data"]["name"], {}).update(titles | _place(encoding, titles.values()))
    tables = {name: _table(figure.data[name], titles) for name, titles in columns.items()}
    return {name: table for name, table in tables.items() if len(table) and table.shape[1] > 1}


def _place(encoding, told):
    """Where a point is drawn, unless its tooltip tells: a field of its own for each axis, not the ends of a bar."""
    if "x2" in encoding or "y2" in encoding:
        return {}
    fields = {channel: encoding.get(channel, {}).get("field") for channel in ("x", "y")}
    return {f"map {channel}": field for channel, field in fields.items() if field == channel and field not in told}


def _table(frame, titles):
    shown = {title: frame[field] for title, field in titles.items() if field in frame and title != PICTURE}
    return pd.DataFrame(shown).reset_index(drop=True)
