"""Maps of nodes: what has a value is coloured by it, what has none is blank and says so."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from igtm.charts import export, figures
from igtm.charts.theme import LIGHT, OKABE_ITO

from . import chart_data as sample


def colours(figure):
    """Colours of a figure's PNG and how many pixels have each."""
    image = Image.open(io.BytesIO(export.render(figure, "png", scale=1))).convert("RGB")
    found, count = np.unique(np.asarray(image).reshape(-1, 3), axis=0, return_counts=True)
    return {"#{:02X}{:02X}{:02X}".format(*c): n for c, n in zip(found.tolist(), count.tolist(), strict=True)}


def legend(figure):
    """Title of the colour legend."""
    layers = figure.spec()["layer"]
    return next(part["encoding"]["color"]["legend"]["title"] for part in layers if "color" in part["encoding"])


class TestLandscape:
    """One value a node."""

    def test_colours_the_nodes_that_have_one(self):
        rows = figures.landscape(sample.values(), "amount").data["nodes"]
        pd.testing.assert_series_equal(rows["color"], sample.values()["amount"], check_names=False)

    def test_says_that_the_others_are_blank_and_why(self):
        figure = figures.landscape(sample.values(), "amount", blank="nobody there")
        rows = figure.data["nodes"]
        assert rows["value"][rows["color"].isna()].eq("nobody there").all()
        assert legend(figure) == "amount (blank: nobody there)"
        assert legend(figures.landscape(sample.mass(), "mass")) == "mass"

    def test_leaves_blank_nodes_without_any_colour(self):
        whole = sample.grid(5).assign(share=0.0)
        part = whole.assign(share=whole["share"].where(whole["x"] < 0.3))  # three of five columns stay
        lowest = LIGHT.ramp[0].upper()
        shown = [colours(figures.landscape(nodes, "share", percent=True))[lowest] for nodes in (whole, part)]
        assert shown[1] == pytest.approx(0.6 * shown[0], rel=0.03)

    def test_of_shares_runs_from_none_to_all(self):
        figure = figures.landscape(sample.responsibilities(), "responsibility", percent=True)
        heat = next(part for part in figure.spec()["layer"] if part.get("name") == "heat")
        assert heat["encoding"]["color"]["scale"]["domain"] == [0, 1]
        assert figure.data["nodes"]["value"].str.endswith("%").all()

    def test_of_dates(self):
        nodes = sample.grid(3)
        nodes["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(nodes["node"], "D")
        nodes.loc[4, "day"] = pd.NaT
        figure = figures.landscape(nodes, "day")
        assert figure.data["nodes"]["value"][:2].tolist() == ["2024-01-01 00:00:00", "2024-01-02 00:00:00"]
        assert export.render(figure, "svg")

    @pytest.mark.parametrize("k", [1, 3])
    def test_of_nothing(self, k):
        figure = figures.landscape(sample.grid(k).assign(value=np.nan), "value")
        assert figure.data["nodes"]["value"].eq("too few rows").all()
        assert export.render(figure, "svg")

    @pytest.mark.parametrize("name", sample.HOSTILE)
    def test_takes_names_for_titles_only(self, name):
        spec = figures.landscape(sample.values().rename(columns={"amount": name}), name).spec()
        assert sample.SCRIPT not in json.dumps(spec["layer"][1]["encoding"]["color"].get("field"))
        tips = [tip.get("title", tip["field"]) for tip in spec["layer"][0]["encoding"]["tooltip"]]
        assert len(set(tips)) == len(tips) == 5
        assert not set(tips) & {"title", "image", ""}


class TestClassLandscape:
    """One class a node."""

    def test_has_the_colours_of_points(self):
        found = colours(figures.class_landscape(sample.winners().assign(confidence=1.0)))
        assert all(found.get(colour.upper(), 0) > 1000 for colour in OKABE_ITO[:2])

    def test_says_how_sure_it_is_or_that_it_is_blank(self):
        rows = figures.class_landscape(sample.winners()).data["nodes"]
        blank = sample.winners()["winner"].isna()
        assert rows.loc[blank, ["value", "said"]].eq("too few rows").all(axis=None)
        assert rows["color"].isna().equals(blank)
        assert rows.loc[~blank, "said"].str.endswith("%").all()

    def test_names_its_notes(self):
        assert legend(figures.class_landscape(sample.winners(), name="g")) == "g (faint: unsure, blank: too few rows)"


class TestPlanes:
    """Small multiples."""

    figure = figures.planes(sample.planes(), sample.grid(5))

    def test_have_each_feature_from_its_lowest_to_its_highest(self):
        cells = self.figure.data["planes"]
        ends = cells.groupby("feature")["level"].agg(["min", "max"])
        assert ends["min"].eq(0).all()
        assert ends["max"].eq(1).all()
        rises = cells[cells["feature"] == "rises"]
        np.testing.assert_allclose(rises["level"], (sample.grid(5)["x"] + 1) / 2)

    def test_leave_what_is_even_or_missing_blank(self):
        cells, names = self.figure.data["planes"], self.figure.data["names"]
        assert cells["feature"].value_counts()["holes"] == 5 * 3
        assert "even" not in set(cells["feature"])
        assert names["note"].tolist() == ["", "", "constant", "", ""]

    def test_lie_within_their_frames_without_touching(self):
        cells, names = self.figure.data["planes"], self.figure.data["names"]
        frame = names.set_index("plane").loc[cells["plane"]]
        for low, high in (("x0", "x1"), ("y0", "y1")):
            assert (cells[low].to_numpy() >= frame[low].to_numpy() - 1e-9).all()
            assert (cells[high].to_numpy() <= frame[high].to_numpy() + 1e-9).all()
        assert names["x0"].nunique() == 3
        assert names["y0"].nunique() == 2

    def test_have_map_y_upwards(self):
        cells = self.figure.data["planes"]
        falls = cells[cells["feature"] == "falls"].sort_values("y0")
        assert falls["level"].is_monotonic_increasing

    def test_stand_in_as_many_columns_as_asked(self):
        assert figures.planes(sample.planes(), sample.grid(5), across=1).data["names"]["y0"].nunique() == 5

    def test_of_too_many_features_say_how_many_can_be_shown(self):
        with pytest.raises(ValueError, match="show 100 features at a time"):
            figures.planes(pd.DataFrame(np.zeros((400, 101))), sample.grid(20))

    def test_of_no_feature(self):
        assert self.figure.spec()
        assert figures.planes(sample.planes()[[]], sample.grid(5)).data["planes"].empty
