"""Tables whose rows can be seen, as a square number of pixels or as molecules: small PNGs in data URIs."""

import re
from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from math import isqrt

import numpy as np
import pandas as pd
from PIL import Image

from igtm.charts.colours import as_numbers
from igtm.tables import molecules
from igtm.tables.columns import is_numeric
from igtm.tables.tables import Table, TableError

__all__ = ["Molecules", "Pixels", "pictured", "pixels", "png", "uris"]

LEAST_SIDE = 4  # fewer pixels show nothing
SHOWN = 64  # side of a picture on the screen, at least
MOST_ROWS = 10_000  # that are looked at

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

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a picture on the screen."""
        return (self.side * _block(self.side),) * 2

    def pngs(self, frame: pd.DataFrame) -> list[bytes]:
        """A picture for each row; pixels without a column, and what is no number, are white."""
        values = frame.reindex(columns=list(self.columns)).apply(as_numbers).to_numpy()
        shades = np.nan_to_num((values - self.low) / (self.high - self.low), nan=0.0, posinf=1.0, neginf=0.0)
        return [png(row) for row in shades.reshape(-1, self.side, self.side)]


@dataclass(frozen=True)
class Molecules:
    """How rows of a table become structural formulae, which needs RDKit.

    Parameters
    ----------
    column : str
        Of SMILES.
    """

    column: str
    size = (160, 120)

    def pngs(self, frame: pd.DataFrame) -> list[bytes | None]:
        """A picture for each row, None where there is no molecule to be drawn."""
        return molecules.drawings(frame.reindex(columns=[self.column])[self.column], *self.size)


def pictured(table: Table) -> Pixels | Molecules | None:
    """How the rows of a table can be seen.

    Parameters
    ----------
    table : Table

    Returns
    -------
    Pixels, Molecules or None
        As `pixels` finds, else the first column that says by its name that it holds SMILES and of which RDKit can read
        some; None for neither, and where RDKit is missing.
    """
    return pixels(table) or _molecules(table)


def pixels(table: Table) -> Pixels | None:
    """Find out whether the rows of a table are pictures.

    They are if its features, with the constant columns beside them, are a square number, 16 or more; are called alike
    but for the numbers in their names; have values of one range (half of them reach half of the highest value), and
    either say that they are pixels or begin at 0. About 10,000 rows, from everywhere in the table, are looked at.

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
    values = table.frame.iloc[:: -(-len(table.frame) // MOST_ROWS) or 1][columns]
    low, high = float(values.min(axis=None)), float(values.max(axis=None))
    reaching = (values.max() - low >= (high - low) / 2).mean()
    named = _PIXEL.search(columns[0]) is not None
    if not (np.isfinite([low, high]).all() and low < high and reaching >= 0.5 and (named or low == 0)):
        return None
    return Pixels(side, tuple(columns), low, high)


def uris(how: Pixels | Molecules, frame: pd.DataFrame) -> list[str | None]:
    """A picture for each row, as a data URI.

    Parameters
    ----------
    how : Pixels or Molecules
    frame : DataFrame
        Rows of the table or, of pixels, prototypes in original units (`nodes.decode`).

    Returns
    -------
    list of str
        ``"data:image/png;base64,..."``, of ``how.size`` screen pixels: for the ``url`` of a Vega image mark, or a
        tooltip under the title ``image``; None where a row has no picture.
    """
    return [None if file is None else f"data:image/png;base64,{b64encode(file).decode()}" for file in how.pngs(frame)]


def png(shades: np.ndarray) -> bytes:
    """A grey PNG of a square of numbers, (side, side), 0 white to 1 black, each a block of screen pixels."""
    grey = np.round(255 * (1 - np.clip(shades, 0, 1))).astype(np.uint8)
    block = _block(len(grey))
    file = BytesIO()
    Image.fromarray(grey.repeat(block, axis=0).repeat(block, axis=1)).save(file, "PNG")
    return file.getvalue()


def _block(side: int) -> int:
    """Screen pixels along a side of each pixel."""
    return max(1, -(-SHOWN // side))


def _molecules(table: Table) -> Molecules | None:
    for name in molecules.columns(table):
        try:
            molecules.check(table.frame[name])
        except TableError:  # nothing that RDKit reads, or no RDKit
            continue
        return Molecules(name)
    return None


def _is_blank(table: Table, name: str) -> bool:
    """Whether a column is left out for being the same everywhere, as the margins of pictures are."""
    series = table.frame[name]
    return table.roles[name] == "ignored" and series.min() == series.max()
