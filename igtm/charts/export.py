"""Charts as files: PNG, SVG, PDF, HTML that needs no network, Vega-Lite JSON."""

import json
from html import escape
from pathlib import Path

from igtm.charts.figures import Figure
from igtm.charts.theme import themed

#: The Vega-Lite that draws the files: the oldest one offered that knows what Altair and `theme.SCHEMA` write.
VL_VERSION = "6.4"

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>body {{ margin: 24px; background: {background}; }}</style>
<script>{library}</script>
</head>
<body>
<div id="chart"></div>
<script>
// The brush lies on top: points within it could not be hovered.
function patch(chart) {{
  for (const mark of chart.marks) if (mark.name === "brush_brush") mark.interactive = false;
  return chart;
}}
const actions = {{export: true, source: false, compiled: false, editor: false}};
vegaEmbed("#chart", {spec}, {{actions, patch, renderer: "canvas"}});
</script>
</body>
</html>
"""


def render(figure, format, *, scale=2, dark=None):
    """A figure or chart as the bytes of a file.

    Parameters
    ----------
    figure : Figure or alt.Chart
        From `igtm.charts.figures`, `igtm.charts` or any other Altair chart.
    format : {"png", "svg", "pdf", "html", "json"}
        What to make.
    scale : float, default=2
        Pixels of the PNG for each pixel of the chart.
    dark : bool, optional
        Dark or light. By default a `Figure` is light and a chart stays as it is.

    Returns
    -------
    bytes
    """
    if format not in WRITERS:
        raise ValueError(f"format={format!r} is not one of {', '.join(WRITERS)}")
    if not scale > 0:
        raise ValueError(f"scale={scale!r}: give a number above 0, the pixels of the PNG for each of the chart")
    if isinstance(figure, Figure):
        spec = figure.standalone(bool(dark))
    else:
        spec = figure.to_dict() if dark is None else themed(figure.to_dict(), dark)
    made = WRITERS[format](spec, scale)
    return made.encode() if isinstance(made, str) else made


def save(figure, path, *, scale=2, dark=None):
    """Write a figure or chart to a file, in the format that the file's suffix names.

    Parameters
    ----------
    figure : Figure or alt.Chart
        What to write.
    path : path-like
        Ends in ``.png``, ``.svg``, ``.pdf``, ``.html`` or ``.json``.
    scale, dark
        As in `render`.

    Returns
    -------
    Path
    """
    path = Path(path)
    format = path.suffix.lower().removeprefix(".")
    if format not in WRITERS:
        raise ValueError(f"{path.name!r} must end in one of .{', .'.join(WRITERS)}")
    path.write_bytes(render(figure, format, scale=scale, dark=dark))
    return path


# vl-convert brings a JavaScript engine with it: it is imported when something is drawn, not before.


def _png(spec, scale):
    from vl_convert import vegalite_to_png

    return vegalite_to_png(spec, vl_version=VL_VERSION, scale=scale)


def _svg(spec, scale):
    from vl_convert import vegalite_to_svg

    return vegalite_to_svg(spec, vl_version=VL_VERSION)


def _pdf(spec, scale):
    from vl_convert import vegalite_to_pdf

    return vegalite_to_pdf(spec, vl_version=VL_VERSION)


def _html(spec, scale):
    # Not vl-convert's own page: it leaves a </script> that stands in the data as it is.
    from vl_convert import javascript_bundle

    return PAGE.format(
        title=escape(str(spec.get("description", "Chart"))),
        background=escape(str(spec.get("config", {}).get("background", "white"))),
        library=javascript_bundle(vl_version=VL_VERSION),
        spec=json.dumps(spec).replace("<", "\\u003c"),
    )


def _json(spec, scale):
    return json.dumps(spec, ensure_ascii=False, indent=1)


WRITERS = {"png": _png, "svg": _svg, "pdf": _pdf, "html": _html, "json": _json}
