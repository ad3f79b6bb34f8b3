"""What the map means: backdrops under the points, and the sheet of tabs below it."""

import pytest
from playwright.sync_api import expect

from .test_dashboard import button, choose, progress, visit


@pytest.fixture
def page(kept_page, app_url):
    if kept_page.url != app_url:
        visit(kept_page, app_url)
        button(kept_page, "Fit").click()
        expect(progress(kept_page)).to_contain_text("converged")
    return kept_page


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
    choose(page, "Backdrop", "none")
    expect(page.get_by_text(reading)).not_to_be_visible()
