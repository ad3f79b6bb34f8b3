"""The page on which test_data.py drives a DataView; what Python knows of it is shown as JSON."""

import json

import panel as pn
import panel_material_ui as pmui
from anew import anew

from igtm.dashboard.access import Access
from igtm.dashboard.data import DataView

pn.extension("tabulator", "filedropper")


def state(table, recipe):
    return json.dumps(
        {
            "name": table.name,
            "rows": len(table.frame),
            "columns": list(table.frame.columns),
            "first": table.frame.astype(object).where(table.frame.notna(), None).iloc[0, :8].map(str).tolist(),
            "roles": table.roles,
            "recipe": vars(recipe),
        }
    )


def make():
    view = DataView(max_bytes=30_000_000)
    text = pn.bind(state, view.param.table, view.param.recipe)
    shown = pn.widgets.TextAreaInput(name="State", value=text, sizing_mode="stretch_width", height=300)
    return pn.Column(view, shown, margin=12, sizing_mode="stretch_width")


pmui.Page(title="data", header=[Access()], sidebar=[anew(make)], sidebar_width=340).servable()
