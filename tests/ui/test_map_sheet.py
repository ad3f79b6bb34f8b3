"""What the map means: backdrops under the points, and the sheet of tabs below it."""

import pytest
from playwright.sync_api import expect

from .driver import button, choose


@pytest.fixture
def page(fitted):
    return fitted


def test_backdrops_lie_under_the_points_and_leave_the_zoom(page, vega, shot):
    chart = vega("Map", page)
    chart.zoom(0, 0, notches=1)
    zoomed = chart.domain("x")
    for choice, reading in {
        "U-matrix": "ridges of high values are borders",
        "landscape": "the colour of its likeliest grower",
        "regions": "named by what sets them apart",
    }.items():
        choose(page, "Backdrop", choice)
        expect(page.get_by_text(reading)).to_be_visible()
        chart.settle()
        shot(f"backdrop-{choice}", page)
    assert chart.domain("x") == zoomed
    assert len(chart.data("labels")) > 1
    label = page.locator('.tabulator-cell[tabulator-field="c1"]').filter(visible=True).first
    label.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("my own words")
    page.keyboard.press("Enter")
    told = "host => host.chart.view.data('labels').some(({ label }) => label.startsWith('my own words'))"
    page.wait_for_function(told, arg=chart.host.element_handle())
    label.scroll_into_view_if_needed()
    shot("regions-edited", page)
    choose(page, "Backdrop", "none")
    expect(page.get_by_text(reading)).not_to_be_visible()


def test_planes_are_searched_enlarged_and_laid_under_the_points(page, vega, shot):
    page.get_by_role("tab", name="Planes").click()
    small = vega("Feature planes", page)
    assert len(small.data("names")) == 13
    shot("planes", page)
    page.get_by_label("Search features").press_sequentially("phenol")
    page.wait_for_function("host => host.chart.view.data('names').length === 2", arg=small.host.element_handle())
    first = small.settle().data("names")[0]
    small.click(first["xc"], first["yc"])
    large = vega("Enlarged plane", page)
    assert len(large.data("nodes")) == 256
    button(page, "Show on the map").click()
    expect(page.get_by_text(f"The value of {first['feature']}")).to_be_visible()
    shot("plane-on-the-map", page)
    choose(page, "Backdrop", "none")


def test_quality_is_measured_when_it_is_asked_for(page, shot):
    page.get_by_role("tab", name="Quality").click()
    expect(page.get_by_role("rowheader", name="trustworthiness")).to_be_visible()
    expect(page.get_by_text("Measured on 178 of 178 rows.")).to_be_visible()
    page.get_by_label("Toggle theme").click()
    shot("quality-dark", page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    page.get_by_label("Toggle theme").click()
