"""Columns of molecules, written as SMILES: which they are, their Morgan fingerprints, and drawings. Needs RDKit."""

import numpy as np
import pandas as pd

from igtm.tables.columns import is_numeric
from igtm.tables.tables import Table, TableError

__all__ = ["N_BITS", "RADIUS", "NoRDKit", "check", "columns", "drawings", "fingerprints", "parsed"]

N_BITS, RADIUS = 1024, 2

_TRIED = 200  # values of a column, before it is taken for one of molecules
_MOST_ATOMS = 150  # that are drawn: of more nothing can be seen, and laying them out takes long


class NoRDKit(TableError):
    """RDKit is needed and missing; the message says how to get it."""


def require() -> None:
    """Raise `NoRDKit` unless RDKit is installed."""
    try:
        import rdkit  # noqa: F401
    except ImportError as error:
        raise NoRDKit(
            'Fingerprints of molecules need RDKit, which is not installed. Get it with pip install "igtm[chemistry]".'
        ) from error


def columns(table: Table) -> list[str]:
    """Columns that say by their name that they hold SMILES."""
    return [name for name in table.frame if "smiles" in name.casefold() and not is_numeric(table.frame[name])]


def check(series: pd.Series) -> None:
    """Raise a `TableError` if RDKit is missing, or none of the first values of a column is a molecule."""
    require()
    some = series.dropna().head(_TRIED)
    if not any(molecule is not None for molecule in parsed(some)):
        raise TableError(f"Column {series.name!r} holds no molecules that RDKit can read. Choose a column of SMILES.")


def parsed(smiles) -> list:
    """Molecules of RDKit, None for what it cannot read."""
    require()
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():  # it would write of each on the error console
        found = [Chem.MolFromSmiles(str(text)) for text in smiles]
    return [molecule if molecule is not None and molecule.GetNumAtoms() else None for molecule in found]


def fingerprints(smiles: np.ndarray) -> np.ndarray:
    """Morgan fingerprints of some columns of SMILES.

    Parameters
    ----------
    smiles : ndarray (N, C) of str

    Returns
    -------
    ndarray (N, 1024 C) of float64
        Bits, 0 and 1, of radius 2, column after column; all 0 for what is no molecule.

    Raises
    ------
    NoRDKit

    Notes
    -----
    Rogers & Hahn (2010), Extended-connectivity fingerprints, Journal of Chemical Information and Modeling 50.
    """
    require()
    from rdkit.Chem import rdFingerprintGenerator

    generator = rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, fpSize=N_BITS)
    smiles = np.asarray(smiles, dtype=object)
    bits = np.zeros((len(smiles), smiles.shape[1], N_BITS))
    for j, column in enumerate(smiles.T):
        for i, molecule in enumerate(parsed(column)):
            if molecule is not None:
                bits[i, j] = generator.GetFingerprintAsNumPy(molecule)
    return bits.reshape(len(smiles), -1)


def drawings(smiles, width: int, height: int) -> list[bytes | None]:
    """Structural formulae of molecules.

    Parameters
    ----------
    smiles : iterable of str
    width, height : int
        Pixels.

    Returns
    -------
    list of bytes
        PNG files, black and coloured on white; None for what RDKit cannot read or draw, or has more than 150 atoms.

    Raises
    ------
    NoRDKit
    """
    return [
        None if molecule is None or molecule.GetNumAtoms() > _MOST_ATOMS else _drawn(molecule, width, height)
        for molecule in parsed(smiles)
    ]


def _drawn(molecule, width: int, height: int) -> bytes | None:
    from rdkit.Chem.Draw import rdMolDraw2D

    canvas = rdMolDraw2D.MolDraw2DCairo(width, height)
    canvas.drawOptions().includeMetadata = False  # the molecule once more, as an object of RDKit's
    try:
        rdMolDraw2D.PrepareAndDrawMolecule(canvas, molecule)
    except (RuntimeError, ValueError):  # of what can be read, not all can be laid out
        return None
    canvas.FinishDrawing()
    return canvas.GetDrawingText()
