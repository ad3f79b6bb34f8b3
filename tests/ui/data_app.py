"""The page on which test_data.py drives a DataView; what Python knows of it is shown as JSON."""

import json

import panel as pn
import panel_material_ui as pmui

from igtm.dashboard.data import DataView

pn.extension("tabulator", "filedropper")

view = DataView(max_bytes=30_000_000)


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


shown = pn.widgets.TextAreaInput(
    name="State", value=pn.bind(state, view.param.table, view.param.recipe), sizing_mode="stretch_width", height=300
)

pmui.Page(
    title="data",
    sidebar=[pn.Column(view, margin=12, sizing_mode="stretch_width")],
    sidebar_width=340,
    main=[shown],
).servable()
