"""The dashboard: panel serve app.py --show

With tables on the server: panel serve app.py --warm --show --args --data DIR
"""

import sys

import panel as pn

from igtm.dashboard import server_files
from igtm.dashboard.explorer import Explorer

pn.extension("vega", "tabulator", "filedropper")

Explorer(folder=server_files.folder(sys.argv[1:])).servable()
