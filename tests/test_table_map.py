"""A table with its map: what can be taken away of it, and what comes back."""

import json
import subprocess
import sys
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

import igtm
from igtm.charts.colours import Colouring
from igtm.maps import landscape, table_map
from igtm.saving import storage
from igtm.tables import readers, samples, tables
from igtm.tables.preprocessing import Recipe

from .maps import fit

ODD = 'it\'s "x"\n'


def make_csv(n_rows=80):
    """A CSV with an odd name, text, holes, a constant and an identifier."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.standard_normal((n_rows, 4)), columns=["a", ODD, "c", "d"])
    frame["kind"] = np.array(["red", "green", "=1+1"])[np.arange(n_rows) % 3]
    frame["name"] = [f"sample {i}" for i in range(n_rows)]
    frame["constant"] = 1.5
    frame.loc[3, "c"] = np.nan
    return frame.to_csv(index=False).encode()


@pytest.fixture(scope="module")
def wine():
    return fit(samples.load("wine"))


@pytest.fixture(scope="module")
def uploaded():
    table = readers.read(make_csv(), "my data.csv")
    odd = next(name for name in table.frame if name.startswith("it"))
    table = table.with_roles({"d": "ignored", "name": "identifier", "kind": "label", odd: "feature"})
    return fit(table, Recipe("most_frequent", True, ("kind",), 3), steps=4)


def saved(fitted):
    file = BytesIO()
    table_map.save(fitted, file)
    file.seek(0)
    return file


class TestCoordinates:
    """One row a row of the table, in its order."""

    def test_keep_order_and_identifier(self, uploaded):
        frame = table_map.coordinates(uploaded)
        assert list(frame) == ["name", *uploaded.points]
        assert frame["name"].tolist() == [f"sample {i}" for i in range(80)]
        assert frame["row_id"].tolist() == list(range(80))
        np.testing.assert_allclose(frame[["mean_x", "mean_y"]], uploaded.model.transform(uploaded.X), atol=1e-12)

    def test_need_no_identifier(self, wine):
        pd.testing.assert_frame_equal(table_map.coordinates(wine), wine.points)

    def test_an_identifier_may_be_called_node(self):
        frame = pd.DataFrame({"node": ["x", "y", "z"], "a": [1.0, 2.0, 4.0], "b": [0.0, 1.0, 0.0]})
        table = tables.from_frame(frame).with_roles(node="identifier")
        assert next(iter(table_map.coordinates(fit(table)))) == "node (identifier)"

    def test_csv_gives_numbers_in_full_and_runs_no_formula(self):
        frame = pd.DataFrame({"=id": ["=1+1", "-2", "+x", "@y", 'a,"b"\n', None], "n": [-1 / 3, 2, 3, 4, 5, 6]})
        read = pd.read_csv(BytesIO(table_map.csv(frame)))
        assert read.iloc[:, 0].tolist()[:5] == ["'=1+1", "-2", "'+x", "'@y", 'a,"b"\n']
        assert list(read) == ["'=id", "n"]
        assert read["n"].tolist() == frame["n"].tolist()
        assert read.iloc[5].isna().tolist() == [True, False]

    def test_csv_is_the_same_table(self, uploaded):
        frame = table_map.coordinates(uploaded)
        read = pd.read_csv(BytesIO(table_map.csv(frame)))
        pd.testing.assert_frame_equal(read, frame, check_exact=False, rtol=1e-15)


class TestRows:
    """Rows of the table beside where they lie."""

    def test_have_all_columns_then_places(self, wine):
        frame = table_map.rows(wine, np.array([5, 2]), share=np.array([0.7, 0.1]))
        assert list(frame) == ["share", *wine.table.frame, *wine.points]
        assert frame["row_id"].tolist() == [5, 2]
        assert frame["alcohol (% vol)"].tolist() == wine.table.frame["alcohol (% vol)"][[5, 2]].tolist()

    def test_none(self, wine):
        assert table_map.rows(wine, np.array([], dtype=int)).shape == (0, 22)

    def test_names_that_come_twice_are_told_apart(self):
        frame = pd.DataFrame({"share": [1.0, 2.0, 3.0], "node": [0.0, 1.0, 0.5]})
        rows = table_map.rows(fit(tables.from_frame(frame)), np.array([0, 1]), share=[0.9, 0.8])
        assert list(rows)[:3] == ["share", "share_2", "node"]
        assert rows["node_2"].dtype == np.int64


class TestPrototype:
    """A node beside the mean, in the units of the table."""

    def test_is_in_original_units(self, wine):
        frame = table_map.prototype(wine, 0)
        assert frame["feature"].tolist() == wine.table.features
        original = wine.table.frame[wine.table.features]
        np.testing.assert_allclose(frame["mean"], original.mean())
        deviations = (frame["prototype"] - frame["mean"]) / original.std(ddof=0).to_numpy()
        np.testing.assert_allclose(frame["difference"], deviations)
        np.testing.assert_allclose(frame["difference"], landscape.prototype(wine.model.manifold_, 0)[0], atol=1e-9)

    def test_of_a_constant_differs_by_nothing(self):
        frame = pd.DataFrame({"a": [1.0, 2.0, 5.0, 4.0], "b": [1.0, 0.0, 0.0, 1.0], "c": [0.1] * 4})
        fitted = fit(tables.from_frame(frame).with_roles(c="feature"))
        assert table_map.prototype(fitted, 3)["difference"].iloc[2] == 0

    def test_has_a_row_for_each_one_hot_value_through_a_pca(self, uploaded):
        frame = table_map.prototype(uploaded, 1)
        assert frame["feature"].tolist()[-3:] == ["kind==1+1", "kind=green", "kind=red"]
        assert frame["mean"].tolist()[-3:] == pytest.approx([26 / 80, 27 / 80, 27 / 80])
        assert np.isfinite(frame[["prototype", "mean", "difference"]]).all(axis=None)


class TestFiles:
    """Saved, and opened again."""

    @pytest.mark.parametrize("which", ["wine", "uploaded"])
    def test_open_with_identical_coordinates(self, which, request):
        fitted = request.getfixturevalue(which)
        again = table_map.load(saved(fitted), tables.from_frame(fitted.table.frame, fitted.table.name))
        pd.testing.assert_frame_equal(table_map.coordinates(again), table_map.coordinates(fitted), check_exact=True)
        assert again.table.roles == fitted.table.roles
        assert again.recipe == fitted.recipe
        assert again.model.n_iter_ == fitted.model.n_iter_
        assert again.opened
        assert not fitted.opened
        pd.testing.assert_frame_equal(table_map.prototype(again, 3), table_map.prototype(fitted, 3))

    def test_take_other_rows_in_any_order_of_columns(self, wine):
        frame = wine.table.frame.iloc[[9, 3], ::-1].reset_index(drop=True).assign(extra="text")
        again = table_map.load(saved(wine), tables.from_frame(frame, "two"))
        columns = ["mean_x", "mean_y", "log_likelihood"]
        np.testing.assert_allclose(again.points[columns], wine.points[columns].iloc[[9, 3]], atol=1e-9)
        assert again.table.roles["extra"] == "ignored"

    def test_are_models_too(self, wine, tmp_path):
        table_map.save(wine, tmp_path / "wine.npz")
        np.testing.assert_array_equal(igtm.load(tmp_path / "wine.npz").transform(wine.X), wine.model.transform(wine.X))

    def test_foreign_ones_are_put_into_words(self, wine):
        with pytest.raises(ValueError, match="not a readable igtm model"):
            table_map.load(BytesIO(b"\x89PNG"), wine.table)
        other = BytesIO()
        np.savez(other, x=np.zeros(3))
        other.seek(0)
        with pytest.raises(ValueError, match="not a readable igtm model"):
            table_map.load(other, wine.table)

    def test_of_a_bare_model_are_put_into_words(self, wine):
        file = BytesIO()
        wine.model.save(file)
        file.seek(0)
        with pytest.raises(ValueError, match=r"without its preprocessing.*igtm\.load"):
            table_map.load(file, wine.table)

    def test_of_another_table_name_what_it_lacks(self, wine):
        with pytest.raises(ValueError, match=r"needs 13 columns that iris lacks \(alcohol"):
            table_map.load(saved(wine), samples.load("iris"))

    def test_with_text_where_numbers_were_name_the_column(self, wine):
        frame = wine.table.frame.assign(ash="text")
        with pytest.raises(ValueError, match="'ash'"):
            table_map.load(saved(wine), tables.from_frame(frame, "other"))

    @pytest.mark.parametrize("damage", ["roles", "recipe", "steps"])
    def test_with_parts_missing_are_put_into_words(self, wine, damage):
        metadata, arrays = storage.read(saved(wine))
        del metadata["table"][damage]
        file = BytesIO()
        storage.write(file, metadata, arrays)
        file.seek(0)
        with pytest.raises(ValueError, match="not a complete igtm map"):
            table_map.load(file, wine.table)


def run(code, folder):
    """Run a script in a fresh interpreter, with warnings as errors, and return its coordinates."""
    code += "coordinates.to_parquet('coordinates.parquet')\n"
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=folder, check=True)
    return pd.read_parquet(folder / "coordinates.parquet")


class TestScript:
    """The same coordinates in a fresh interpreter."""

    def test_of_a_sample(self, wine, tmp_path):
        found = run(table_map.script(wine), tmp_path)
        pd.testing.assert_frame_equal(found, table_map.coordinates(wine), rtol=1e-9, atol=1e-9)

    def test_of_an_upload_with_roles_one_hot_and_pca_stopped_early(self, uploaded, tmp_path):
        (tmp_path / "my data.csv").write_bytes(make_csv())
        assert uploaded.model.stop_reason_ == "stopped"
        found = run(table_map.script(uploaded), tmp_path)
        pd.testing.assert_frame_equal(found, table_map.coordinates(uploaded), rtol=1e-9, atol=1e-9)

    def test_of_a_map_that_was_opened(self, wine, tmp_path):
        opened = table_map.load(saved(wine), tables.from_frame(wine.table.frame[:20], "first.csv"))
        table_map.save(wine, tmp_path / "map.npz")
        (tmp_path / "first.csv").write_bytes(wine.table.frame[:20].to_csv(index=False).encode())
        found = run(table_map.script(opened), tmp_path)
        pd.testing.assert_frame_equal(found, table_map.coordinates(opened), rtol=1e-9, atol=1e-9)

    def test_of_a_data_frame_asks_for_it(self):
        rng = np.random.default_rng(0)
        fitted = fit(tables.from_frame(pd.DataFrame(rng.random((30, 3)), columns=list("abc"))), steps=0)
        code = table_map.script(fitted)
        assert "tables.from_frame(frame)" in code
        given = {"frame": fitted.table.frame}
        exec(code, given)
        pd.testing.assert_frame_equal(given["coordinates"], table_map.coordinates(fitted))

    def test_of_a_chart_draws_the_same_points_by_any_column(self):
        frame = pd.DataFrame({"a": [1.5, 2.0, 4.0], "node": [0.5, 1.5, 0.2]})
        fitted = fit(tables.from_frame(frame))
        for column, name in (("a", "a"), ("node", "node (table)"), ("entropy", "entropy")):
            given = {"frame": frame}
            exec(table_map.script(fitted, "modes", Colouring(column, scheme="magma", reverse=True)), given)
            drawn = given["chart"].to_dict()
            dots = next(layer for layer in drawn["layer"] if layer.get("name") == "points")
            assert dots["encoding"]["color"]["legend"]["title"] == name
            assert dots["encoding"]["color"]["scale"]["reverse"]

    def test_names_are_only_ever_text(self):
        name = "'''); raise SystemExit  # \\ {x}"
        frame = pd.DataFrame({name: [1.0, 2.0, 4.0], "b": [0.0, 1.0, 0.0]})
        given = {"frame": frame}
        exec(table_map.script(fit(tables.from_frame(frame))), given)
        assert json.dumps(name) in json.dumps(list(given["table"].frame))
