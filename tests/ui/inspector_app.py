"""The page on which test_inspector.py drives an Inspector; every button is something that a map does."""

import numpy as np
import panel as pn
import panel_material_ui as pmui
from anew import anew

from igtm.dashboard.inspector import Inspector
from igtm.dashboard.selecting import Selecting
from igtm.estimator import eIGTM
from igtm.maps import table_map
from igtm.maps.selections import select
from igtm.tables import preprocessing, samples

pn.extension("vega", "tabulator")


def fit(name, k=8):
    table = samples.load(name)
    recipe = preprocessing.Recipe()
    pipeline = preprocessing.pipeline(table, recipe)
    X = pipeline.fit_transform(table.frame)
    return table_map.place(table, recipe, pipeline, eIGTM(k, niter=30, tol=0).fit(X), X)


wine = fit("wine")
width = {"max-width": "380px"} if pn.state.session_args.get("narrow") else {}


def make():
    selecting = Selecting()
    selecting.begin(wine.table.frame)
    inspector = Inspector(selecting, fitted=wine)
    page.link(inspector, dark_theme="dark")
    actions = {
        "37 rows": lambda: selecting.take(select(np.arange(37), 178, "the first 37")),
        "all rows": lambda: selecting.take(select(np.arange(178), 178, "all")),
        "row 5": lambda: setattr(inspector, "picked_row", 5),
        "row 8": lambda: setattr(inspector, "picked_row", 8),
        "no row": lambda: setattr(inspector, "picked_row", None),
        "node 12": lambda: setattr(inspector, "picked_node", 12),
        "small map": lambda: setattr(inspector, "fitted", fit("iris", 2)),
        "digits": lambda: setattr(inspector, "fitted", fit("digits")),
        "no map": lambda: setattr(inspector, "fitted", None),
    }
    return pn.Column(
        pn.FlexBox(*(pmui.Button(label=name, on_click=lambda _, do=do: do()) for name, do in actions.items())),
        pmui.Paper(inspector, sizing_mode="stretch_width", margin=0, styles=width, sx={"p": "10px"}),
        sizing_mode="stretch_width",
    )


page = pmui.Page(title="Inspector")
page.main = [anew(make)]
page.servable()
