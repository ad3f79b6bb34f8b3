"""A page that begins with a map."""

import panel as pn

from igtm.dashboard.explorer import Explorer

pn.extension("vega", "tabulator", "filedropper")

explorer = Explorer(k=8, niter=3)
explorer.fit()
explorer.wait()
explorer.servable()
