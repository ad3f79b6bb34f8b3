"""Tables whose rows are pictures: a square number of pixels, shown as small PNGs in data URIs."""

import re
from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from math import isqrt

import numpy as np
import pandas as pd
from PIL import Image

from igtm.tables.columns import is_numeric
from igtm.tables.tables import Table

__all__ = ["Pixels", "pixels", "png", "uris"]

LEAST_SIDE = 4  # fewer pixels show nothing
SHOWN = 64  # side of a picture on the screen, at least

_PIXEL = re.compile(r"pix|px", re.IGNORECASE)


@dataclass(frozen=True)
class Pixels:
    """How rows of a table become square pictures.

    Parameters
    ----------
    side : int
        Pixels along one side.
    columns : tuple of str
        side² of them, row by row from the top left.
    low, high : float
        The values that are white and black.
    """

    side: int
    columns: tuple[str, ...]
    low: float
    high: float


def pixels(table: Table) -> Pixels | None:
    """Find out whether the rows of a table are pictures.

    They are if its features, with the constant columns beside them, are a square number, 16 or more; are called alike
    but for the numbers in their names; have values of one range (half of them reach half of the highest value), and
    either say that they are pixels or begin at 0.

    Parameters
    ----------
    table : Table

    Returns
    -------
    Pixels or None
    """
    numbers = [name for name in table.frame if is_numeric(table.frame[name])]
    columns = [name for name in numbers if table.roles[name] == "feature" or _is_blank(table, name)]
    side = isqrt(len(columns))
    if side < LEAST_SIDE or side**2 != len(columns) or len({re.sub(r"\d+", "#", name) for name in columns}) > 1:
        return None
    values = table.frame[columns]
    low, high = float(values.min(axis=None)), float(values.max(axis=None))
    reaching = (values.max() - low >= (high - low) / 2).mean()
    named = _PIXEL.search(columns[0]) is not None
    if not (np.isfinite([low, high]).all() and low < high and reaching >= 0.5 and (named or low == 0)):
        return None
    return Pixels(side, tuple(columns), low, high)


def uris(how: Pixels, frame: pd.DataFrame) -> list[str]:
    """A picture for each row, as a data URI.

    Parameters
    ----------
    how : Pixels
    frame : DataFrame
        Rows of the table, or prototypes in original units (`nodes.decode`); pixels without a column are white.

    Returns
    -------
    list of str
        ``"data:image/png;base64,..."``, of 64 × 64 screen pixels or more: for the ``url`` of a Vega image mark, or a
        tooltip under the title ``image``.
    """
    columns = list(how.columns)
    values = frame.reindex(columns=columns).to_numpy(dtype=np.float64, na_value=np.nan)
    shades = np.nan_to_num((values - how.low) / (how.high - how.low), nan=0.0, posinf=1.0, neginf=0.0)
    return [f"data:image/png;base64,{b64encode(png(row)).decode()}" for row in shades.reshape(-1, how.side, how.side)]


def png(shades: np.ndarray) -> bytes:
    """A grey PNG of a square of numbers, (side, side), 0 white to 1 black, each a block of screen pixels."""
    grey = np.round(255 * (1 - np.clip(shades, 0, 1))).astype(np.uint8)
    block = max(1, -(-SHOWN // len(grey)))
    file = BytesIO()
    Image.fromarray(grey.repeat(block, axis=0).repeat(block, axis=1)).save(file, "PNG")
    return file.getvalue()


def _is_blank(table: Table, name: str) -> bool:
    """Whether a column is left out for being the same everywhere, as the margins of pictures are."""
    series = table.frame[name]
    return table.roles[name] == "ignored" and series.min() == series.max()
