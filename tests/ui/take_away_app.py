"""The page on which test_take_away.py drives a TakeAway."""

from io import BytesIO

import pandas as pd
import panel as pn
import panel_material_ui as pmui
from anew import anew

from igtm.charts import figures
from igtm.dashboard.access import Access
from igtm.dashboard.take_away import TakeAway
from igtm.estimator import eIGTM
from igtm.maps import landscape, table_map
from igtm.tables import preprocessing, readers, samples

pn.extension("vega", "tabulator")


def fit(table):
    recipe = preprocessing.Recipe()
    pipeline = preprocessing.pipeline(table, recipe)
    X = pipeline.fit_transform(table.frame)
    return table_map.place(table, recipe, pipeline, eIGTM(8, niter=30).fit(X), X)


wine = samples.load("wine")
odd = readers.read(
    pd.concat([wine.frame, wine.frame.index.to_series(name="id").map('=ü{}, <b>"x"'.format)], axis=1)
    .to_csv(index=False)
    .encode(),
    "../Größe & <b>.csv",
)


def make():
    def charts():
        fitted = take_away.fitted
        mass = landscape.mean_responsibilities(fitted.model.manifold_, fitted.X) * len(fitted.X)
        nodes = landscape.nodes(fitted.model.manifold_, mass, "mass")
        points = fitted.points.join(fitted.table.frame)
        return {"means": figures.means(points, fitted.table.labels[0]), "node mass": figures.node_mass(nodes)}

    def open_map(event):
        try:
            take_away.fitted = table_map.load(BytesIO(event.new), wine)
        except ValueError as error:
            take_away.message = str(error)

    take_away = TakeAway(figures=charts)
    opened = pmui.Typography("", css_classes=["opened"])
    take_away.param.watch(open_map, "opened")
    take_away.param.watch(lambda event: opened.param.update(object=f"opened: {event.new.opened}"), "fitted")
    page.link(take_away, dark_theme="dark")
    buttons = {"fit": wine, "odd": odd}
    return pn.Column(
        pn.Row(
            *(
                pmui.Button(label=name, on_click=lambda _, table=table: take_away.param.update(fitted=fit(table)))
                for name, table in buttons.items()
            ),
            take_away,
        ),
        opened,
    )


page = pmui.Page(title="Take away", header=[Access()])
page.main = [anew(make)]
page.servable()
