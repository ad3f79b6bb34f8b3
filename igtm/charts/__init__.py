"""Plain tables to charts: the functions of `igtm.charts.figures`, each giving one chart with its rows in it.

The chart shows in any notebook and takes any number of rows. Each function also takes ``dark=True``.
"""

import functools
import inspect

import altair as alt

from igtm.charts import figures
from igtm.charts.colours import Colouring

#: What the live dashboard alone needs.
LIVE = {"Figure", "chosen_nodes", "with_found"}
__all__ = ["Colouring", *(name for name in figures.__all__ if name not in LIVE)]


def _chart(draw):
    @functools.wraps(draw)
    def chart(*args, dark=False, **options):
        return alt.LayerChart.from_dict(draw(*args, **options).standalone(dark), validate=False)

    dark = inspect.Parameter("dark", inspect.Parameter.KEYWORD_ONLY, default=False)
    signature = inspect.signature(draw)
    chart.__signature__ = signature.replace(parameters=[*signature.parameters.values(), dark])
    return chart


means = _chart(figures.means)
modes = _chart(figures.modes)
responsibilities = _chart(figures.responsibilities)
node_mass = _chart(figures.node_mass)
landscape = _chart(figures.landscape)
class_landscape = _chart(figures.class_landscape)
planes = _chart(figures.planes)
with_backdrop = _chart(figures.with_backdrop)
with_chosen = _chart(figures.with_chosen)
with_regions = _chart(figures.with_regions)
prototype = _chart(figures.prototype)
difference = _chart(figures.difference)
path = _chart(figures.path)
class_mix = _chart(figures.class_mix)
convergence = _chart(figures.convergence)
distributions = _chart(figures.distributions)
new_rows = _chart(figures.new_rows)
neighbours = _chart(figures.neighbours)
picture_map = _chart(figures.picture_map)
