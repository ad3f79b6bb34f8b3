"""The dashboard: panel serve app.py --show"""

import panel as pn

from igtm.dashboard.explorer import Explorer

pn.extension("vega", "tabulator", "filedropper")

Explorer().servable()
