"""Rows that are pictures are found, and drawn pixel by pixel."""

import sys
from base64 import b64decode
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from igtm.maps import nodes, pictures
from igtm.maps.table_map import fit
from igtm.tables import samples, tables


@pytest.fixture(scope="module")
def digits():
    return samples.load("digits")


def drawn(uri):
    kind, _, text = uri.partition(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(BytesIO(b64decode(text))))


def test_digits_are_pictures(digits):
    found = pictures.pixels(digits)
    assert (found.side, found.low, found.high) == (8, 0, 16)
    assert list(found.columns) == digits.features


def test_so_are_those_whose_margins_are_ignored(digits):
    table = tables.from_frame(digits.frame[digits.features])
    assert len(table.features) < 64
    assert pictures.pixels(table) == pictures.pixels(digits)
    array = tables.from_frame(digits.frame[digits.features].to_numpy())
    assert pictures.pixels(array).columns[9] == "column_10"


@pytest.mark.parametrize("name", ["iris", "wine", "breast cancer", "diabetes", "S-curve"])
def test_other_tables_are_not(name):
    assert pictures.pixels(samples.load(name)) is None


def test_nor_are_embeddings_or_ranges_that_differ():
    rng = np.random.default_rng(0)
    embedding = pd.DataFrame(rng.normal(size=(50, 16)), columns=[f"dim_{i}" for i in range(16)])
    assert pictures.pixels(tables.from_frame(embedding)) is None
    counts = pd.DataFrame(rng.random((50, 16)) * 10.0 ** np.arange(16), columns=[f"x{i}" for i in range(16)])
    assert pictures.pixels(tables.from_frame(counts - counts.min(axis=None))) is None


def test_each_pixel_is_a_block_of_its_shade(digits):
    found = pictures.pixels(digits)
    picture = drawn(pictures.uris(found, digits.frame.iloc[[7]])[0])
    assert picture.shape == (64, 64)
    values = digits.frame[digits.features].iloc[7].to_numpy(dtype=float).reshape(8, 8)
    np.testing.assert_allclose(255 - picture[4::8, 4::8], 255 * values / 16, atol=0.5)
    np.testing.assert_array_equal(picture[::8, ::8], picture[7::8, 7::8])


def test_prototypes_are_pictures_too_and_stay_within_white_and_black(digits):
    fitted = fit(digits, k=4, niter=3)
    prototypes = nodes.decode(fitted, fitted.model.manifold_.nodes)
    found = [drawn(uri) for uri in pictures.uris(pictures.pixels(digits), prototypes)]
    assert len(found) == 16
    assert all(picture.max() == 255 for picture in found)


def test_holes_and_missing_columns_are_white():
    how = pictures.Pixels(4, tuple(f"p{i}" for i in range(16)), 0, 1)
    frame = pd.DataFrame({"p0": [np.nan, 1.0], "p5": [1.0, np.inf]})
    first, second = (drawn(uri) for uri in pictures.uris(how, frame))
    assert (first[:16, :16] == 255).all()
    assert (first[16:32, 16:32] == 0).all()
    assert (first == 255).mean() == 15 / 16
    assert (second == 0).mean() == 2 / 16


def test_what_is_no_number_is_white(digits):
    """Another file may hold anything in a column that the map does not use."""
    found, rows = pictures.pixels(digits), digits.frame.iloc[:2]
    text = rows.assign(**{found.columns[0]: ["?", "3"]})
    assert pictures.uris(found, text)[0] == pictures.uris(found, rows.assign(**{found.columns[0]: 0.0}))[0]
    assert pictures.uris(found, text)[1] == pictures.uris(found, rows.assign(**{found.columns[0]: 3.0}))[1]


def test_tables_of_molecules_are_drawn_and_what_is_no_molecule_has_no_picture(chemistry):
    texts = ["CCO", "c1ccccc1", "<img src=x onerror=alert(1)>", None, "C" * 200]
    table = tables.from_frame(pd.DataFrame({"SMILES": texts, "x": range(5)}))
    how = pictures.pictured(table)
    assert how == pictures.Molecules("SMILES")
    ethanol, benzene, *none = pictures.uris(how, table.frame)
    assert none == [None] * 3
    assert drawn(ethanol).shape[:2] == how.size[::-1]
    assert (drawn(ethanol) != drawn(benzene)).any()
    assert pictures.uris(how, table.frame[["x"]]) == [None] * 5  # a file of new rows need not have it


def test_without_rdkit_or_molecules_nothing_is_drawn(chemistry, monkeypatch):
    table = tables.from_frame(pd.DataFrame({"smiles": ["what?", "no, none"], "x": [1, 2]}))
    assert pictures.pictured(table) is None
    monkeypatch.setitem(sys.modules, "rdkit", None)  # so that importing it fails
    assert pictures.pictured(tables.from_frame(pd.DataFrame({"smiles": ["C", "CC"], "x": [1, 2]}))) is None


def test_a_node_is_seen_as_its_prototype_or_else_as_the_row_that_it_explains_most(chemistry, digits):
    fitted = fit(digits, k=3, niter=2)
    uri, words = nodes.picture(fitted, 4, np.array([7]))
    prototype = nodes.decode(fitted, fitted.model.manifold_.nodes[[4]])
    assert (uri, words) == (pictures.uris(fitted.pictured, prototype)[0], "Picture of the prototype of node 4")
    alcohols = fit(pd.DataFrame({"smiles": ["C" * n + "O" for n in range(1, 13)], "mass": range(12)}), k=3, niter=2)
    uri, words = nodes.picture(alcohols, 4, np.array([7, 3]))
    assert uri == pictures.uris(alcohols.pictured, alcohols.table.frame.iloc[[7]])[0]
    assert words == "Row 7, which the node explains most"
    assert nodes.picture(alcohols, 4, np.array([], dtype=int))[0] is None


def test_large_pictures_keep_their_size():
    assert Image.open(BytesIO(pictures.png(np.zeros((100, 100))))).size == (100, 100)
