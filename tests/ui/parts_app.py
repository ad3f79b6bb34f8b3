"""Parts of the dashboard in a layout of one's own, on which test_page.py looks at them."""

import panel as pn

from igtm.dashboard.explorer import Explorer

pn.extension("vega", "tabulator", "filedropper")

explorer = Explorer()
pn.Column(
    explorer.controls, pn.Row(explorer.settings, explorer.map, sizing_mode="stretch_width"), explorer.convergence
).servable()
