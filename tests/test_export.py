"""Files: each format opens as what it is, shows the chart, and is safe with any text."""

import io
import json
import re
from xml.etree import ElementTree

import altair as alt
import numpy as np
import pytest
from PIL import Image

from igtm import charts
from igtm.charts import export, figures

from . import chart_data as sample

FIGURE = figures.means(sample.points(), "class", ["amount"], nodes=sample.grid(5))
CHART = charts.means(sample.points(), "class", ["amount"], nodes=sample.grid(5))


def image(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.mark.parametrize("drawn", [FIGURE, CHART, alt.Chart(alt.Data(values=[{"a": 1}])).mark_point().encode(x="a:Q")])
def test_png_has_the_size_asked_for_and_shows_something(drawn):
    once, twice = image(export.render(drawn, "png", scale=1)), image(export.render(drawn, "png"))
    np.testing.assert_allclose(twice.shape[:2], 2 * np.array(once.shape[:2]), atol=2)
    assert len(np.unique(once.reshape(-1, 3), axis=0)) > 10


def test_svg_is_xml_with_the_titles():
    root = ElementTree.fromstring(export.render(FIGURE, "svg"))
    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"map x", "map y", "class", "class 0", "Posterior means"} <= texts


def test_pdf():
    assert export.render(FIGURE, "pdf").startswith(b"%PDF-")


def test_json_makes_the_same_chart_again():
    again = alt.Chart.from_dict(json.loads(export.render(CHART, "json")))
    assert again.to_dict() == CHART.to_dict()
    assert json.loads(export.render(FIGURE, "json")) == CHART.to_dict()


def test_html_fetches_nothing():
    page = export.render(FIGURE, "html").decode()
    head = re.sub(r"<script>.*?</script>", "<script></script>", page, flags=re.DOTALL)
    assert head.count("<script></script>") == 2
    assert "http" not in head
    assert "class 0" in page


def test_html_cannot_be_left_by_data():
    drawn = figures.means(sample.hostile(), "it's", sample.HOSTILE, title="</title><script>alert(1)</script>")
    page = export.render(drawn, "html").decode()
    assert page.count("</script>") == 2
    assert page.count("<script>") == 2 + page.count('"<script>')  # but for the library's own strings
    assert "<title>&lt;/title&gt;" in page


def test_dark():
    light, dark, chart = (
        image(export.render(d, "png", scale=1, dark=m)) for d, m in [(FIGURE, False), (FIGURE, True), (CHART, True)]
    )
    assert light.mean() > 200
    assert dark.mean() < 60
    np.testing.assert_array_equal(dark, chart)


def test_a_chart_stays_as_its_maker_styled_it():
    chart = alt.Chart(alt.Data(values=[{"a": 1}])).mark_point().encode(x="a:Q").configure(background="#ff0000")
    assert (image(export.render(chart, "png"))[0, 0] == [255, 0, 0]).all()


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "html", "json", "PNG"])
def test_save_writes_what_render_makes(tmp_path, suffix):
    path = export.save(FIGURE, tmp_path / f"map.{suffix}", scale=1)
    written = path.read_bytes()
    assert len(written) > 1000
    if suffix not in ("pdf", "svg"):  # they hold the time, and ids that are counted on
        assert written == export.render(FIGURE, suffix.lower(), scale=1)


def test_unknown_formats_are_told_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match=r"'map.bmp' must end in one of .png, .svg, .pdf, .html, .json"):
        export.save(FIGURE, tmp_path / "map.bmp")
    with pytest.raises(ValueError, match="format='gif' is not one of png, svg"):
        export.render(FIGURE, "gif")


@pytest.mark.parametrize("scale", [0, -1, float("nan")])
def test_a_scale_that_leaves_no_pixels_is_refused(scale):
    with pytest.raises(ValueError, match=rf"scale={scale}: give a number above 0"):
        export.render(FIGURE, "png", scale=scale)
