"""Molecules as features: with RDKit their fingerprints, without it the words on how to get it."""

import sys

import numpy as np
import pandas as pd
import pytest

from igtm.maps import projection, table_map, zoom
from igtm.maps.selections import select
from igtm.tables import molecules, preprocessing, tables
from igtm.tables.preprocessing import Recipe
from igtm.tables.tables import TableError

ALCOHOLS = ["C" * n + "O" for n in range(1, 13)]
RINGS = ["c1ccccc1" + "C" * n for n in range(12)]
RECIPE = Recipe(fingerprints=("smiles",))


@pytest.fixture
def table():
    frame = pd.DataFrame({"smiles": ALCOHOLS + RINGS, "mass": np.linspace(30, 250, 24)})
    return tables.from_frame(frame, "molecules")


def test_a_column_is_known_by_its_name(table):
    assert molecules.columns(table) == ["smiles"]


def test_without_rdkit_the_option_says_how_to_get_it(table, monkeypatch):
    monkeypatch.setitem(sys.modules, "rdkit", None)  # so that importing it fails
    with pytest.raises(TableError, match=r'pip install "igtm\[chemistry\]"'):
        preprocessing.pipeline(table, RECIPE)
    with pytest.raises(TableError, match=r'pip install "igtm\[chemistry\]"'):
        preprocessing.thaw({"recipe": {"fingerprints": ["smiles"]}, "numbers": [], "categories": {}}, {})
    preprocessing.pipeline(table)  # and nothing else needs it


def test_fingerprints_are_bits_and_the_same_for_other_writings_of_a_molecule(chemistry):
    bits = molecules.fingerprints(np.array([["CCO"], ["OCC"], ["c1ccccc1"], ["no molecule"], [""]], dtype=object))
    assert bits.shape == (5, 1024)
    assert set(np.unique(bits)) == {0, 1}
    np.testing.assert_array_equal(bits[0], bits[1])
    assert (bits[0] != bits[2]).any()
    assert not bits[3:].any()


def test_molecules_that_are_alike_lie_together_and_the_map_can_be_kept(chemistry, table, tmp_path):
    fitted = table_map.fit(table, RECIPE, k=6, m=3, niter=20)
    assert fitted.X.shape == (24, 1025)
    places = fitted.points[["mean_x", "mean_y"]].to_numpy()
    distance = np.linalg.norm(places[:, None] - places, axis=-1)
    assert distance[:12, :12].mean() < distance[:12, 12:].mean()
    shares = preprocessing.to_original(fitted.pipeline, fitted.X)
    assert list(shares)[:2] == ["mass", "smiles bit 0"]
    np.testing.assert_allclose(shares["mass"], table.frame["mass"])
    table_map.save(fitted, tmp_path / "map.npz")
    opened = table_map.load(tmp_path / "map.npz", table)
    assert opened.recipe == RECIPE
    np.testing.assert_array_equal(opened.X, fitted.X)
    part = zoom.region(fitted, select(np.arange(12), 24, "alcohols"))
    assert zoom.zoom(part, niter=2).X.shape == (12, 1025)


def test_new_molecules_are_laid_on_the_map_and_what_is_none_is_said(chemistry, table):
    fitted = table_map.fit(table, Recipe(fingerprints=("smiles",), n_components=4), k=4, niter=5)
    new = tables.from_frame(pd.DataFrame({"smiles": ["CCCO", "nonsense", "Cc1ccccc1"], "mass": [60.0, 1, 92]}), "new")
    found = projection.project(fitted, new)
    assert len(found.points) == 3
    assert "1 of 3 values of 'smiles' are no molecules: no bits." in found.notes


def test_a_column_of_anything_else_is_refused(chemistry):
    words = tables.from_frame(pd.DataFrame({"smiles": ["what?", "no, none"], "mass": [1.0, 2]}))
    with pytest.raises(TableError, match="no molecules that RDKit can read"):
        preprocessing.pipeline(words, RECIPE)
    with pytest.raises(TableError, match="no columns"):
        preprocessing.pipeline(words, Recipe(fingerprints=("other",)))
