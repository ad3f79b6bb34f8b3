"""The whole way on the real page: load, set, fit, watch, pause, stop, look."""

import re
import time

import pytest
from playwright.sync_api import expect

from .driver import button, choose, field, load_sample, progress, set_number, visit


def iteration(page):
    return int(progress(page).inner_text().split("/")[0])


def settled(page, seconds):
    """The iteration at which a paused run stands, once the one under way, which takes some seconds, has ended."""
    before = None
    while (now := iteration(page)) != before:
        before = now
        page.wait_for_timeout(1500 + 5000 * seconds)
    return now


def test_from_sample_to_stopped_map_without_a_new_canvas(page, app_url, vega, shot):
    visit(page, app_url)
    load_sample(page, "digits")
    for name, value in {"niter": 2000, "tol": 0}.items():
        set_number(page, name, value)
    slider = page.get_by_role("slider").first
    slider.focus()
    slider.press("End")
    expect(page.get_by_text("1,600 nodes (40 × 40)")).to_be_visible()

    button(page, "Fit").press("Enter")
    expect(button(page, "Pause")).to_be_focused()
    began = time.monotonic()
    expect(progress(page)).to_be_visible()
    chart, curve = vega("Map"), vega("Convergence")
    assert len(chart.data("nodes")) == 40**2
    start = chart.data("points")[0]
    page.wait_for_function("host => host.chart.view.data('path').length > 20", arg=curve.host.element_handle())
    moved = "([host, x]) => host.chart.view.data('points')[0].x !== x"
    page.wait_for_function(moved, arg=[chart.host.element_handle(), start["x"]])
    expect(field(page, "niter")).to_be_disabled()

    chart.zoom(0, 0, notches=2)
    chart.brush((-0.4, -0.4), (0.4, 0.4))
    zoomed, frames = chart.domain("x"), chart.frames
    page.wait_for_function("([host, n]) => host.dataset.frames > n + 3", arg=[chart.host.element_handle(), frames])
    assert chart.domain("x") == zoomed
    some = "host => new Set(host.chart.view.data('points').map((p) => Boolean(p.selected))).size === 2"
    page.wait_for_function(some, arg=chart.host.element_handle())
    assert (chart.embeds, curve.embeds) == (1, 1)
    shot("fit-running")

    button(page, "Pause").click()
    expect(progress(page)).to_contain_text("paused")
    held = settled(page, (time.monotonic() - began) / max(1, iteration(page)))
    button(page, "Step").click()
    expect(progress(page)).to_have_text(re.compile(rf"^{held + 1}/"))
    page.wait_for_timeout(600)
    assert iteration(page) == held + 1
    button(page, "Resume").click()
    page.wait_for_function(
        "([host, n]) => host.dataset.frames > n + 3", arg=[chart.host.element_handle(), chart.frames]
    )
    button(page, "Stop").click()
    expect(progress(page)).to_contain_text("stopped")
    expect(button(page, "Fit")).to_be_focused()
    assert iteration(page) > held + 1
    assert (chart.embeds, curve.embeds) == (1, 1)
    expect(page.get_by_text(re.compile(r"^[\d,]+ of 1,797 rows$"))).to_be_visible()
    shot("fit-stopped")


def test_changing_a_setting_starts_nothing_and_marks_the_map_as_outdated(fitted, vega):
    page = fitted
    before = vega("Map", page).data("points")
    set_number(page, "regul", 5)
    expect(page.get_by_text("Outdated: regul changed since this map was fitted.")).to_be_visible()
    expect(button(page, "Fit")).to_be_enabled()
    assert vega("Map", page).data("points") == before
    set_number(page, "regul", 0.1)
    expect(page.get_by_text("Outdated:")).not_to_be_visible()


def test_means_modes_and_mass_show_the_same_map(fitted, vega, shot):
    page = fitted
    chart = vega("Map", page)
    cells = {(n["x"], n["y"]) for n in chart.data("nodes")}
    means = chart.data("points")
    page.get_by_role("button", name="Modes", exact=True).click()
    page.wait_for_function(
        "([host, x]) => host.chart.view.data('points')[0].x !== x", arg=[chart.host.element_handle(), means[0]["x"]]
    )
    spots = [(p["x"], p["y"]) for p in chart.settle().data("points")]
    assert len(set(spots)) == 178
    assert all(min(max(abs(x - a), abs(y - b)) for a, b in cells) < 1 / 15 for x, y in spots)
    shot("modes", page)
    page.get_by_role("button", name="Node mass", exact=True).click()
    page.wait_for_function("host => 'mass' in host.chart.view.data('nodes')[0]", arg=chart.host.element_handle())
    assert sum(n["mass"] for n in chart.settle().data("nodes")) == pytest.approx(178)
    shot("node-mass", page)
    page.get_by_role("button", name="Means", exact=True).click()
    page.wait_for_function(
        "([host, x]) => host.chart.names.has('points') && host.chart.view.data('points')[0].x === x",
        arg=[chart.host.element_handle(), means[0]["x"]],
    )
    assert chart.settle().data("points") == means


def test_points_are_coloured_by_any_column(fitted, vega, shot):
    page = fitted
    chart = vega("Map", page)
    assert {p["color"] for p in chart.data("points")} == {"grower 1", "grower 2", "grower 3"}
    choose(page, "Colour", "proline")
    page.wait_for_function("host => host.chart.view.data('points')[0].color > 200", arg=chart.host.element_handle())
    values = [p["color"] for p in chart.settle().data("points")]
    assert (min(values), max(values)) == (278, 1680)
    shot("coloured-by-number", page)


def test_a_point_and_a_node_that_are_clicked_are_explained(fitted, vega, shot):
    page = fitted
    chart = vega("Map", page)
    point = chart.data("points")[5]
    chart.click(point["x"], point["y"])
    expect(page.get_by_role("tab", name="Point")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("fairly sure").or_(page.get_by_text("sure")).first).to_be_visible()
    taken = {p["node"] for p in chart.data("points")}
    free = next(n for n in chart.data("nodes") if n["node"] not in taken and abs(n["x"]) < 0.9)
    chart.click(free["x"] + 0.03, free["y"] + 0.03)
    expect(page.get_by_role("tab", name="Node")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text(re.compile(rf"^{free['node']} at "))).to_be_visible()
    other = next(n for n in chart.data("nodes") if n["node"] not in taken | {free["node"]} and abs(n["x"]) < 0.9)
    chart.click(other["x"] + 0.03, other["y"] + 0.03, shift=True)
    expect(page.get_by_text(f"From node {free['node']} to node {other['node']}")).to_be_visible()
    framed = "([host, n]) => host.chart.view.data('chosen').length === n"
    page.wait_for_function(framed, arg=[chart.host.element_handle(), 2])
    shot("nodes-compared", page)
    assert len(chart.data("way")) == 1
    page.get_by_role("button", name="Node mass", exact=True).click()
    page.wait_for_function("host => 'mass' in host.chart.view.data('nodes')[0]", arg=chart.host.element_handle())
    chart.settle().click(*(free[axis] + 0.03 for axis in "xy"), shift=True)  # a node and itself
    page.wait_for_function(framed, arg=[chart.host.element_handle(), 1])
    chart.click(*(other[axis] + 0.03 for axis in "xy"), shift=True)
    page.wait_for_function(framed, arg=[chart.host.element_handle(), 2])
    shot("nodes-compared-mass", page)
    page.get_by_role("button", name="Means", exact=True).click()
    page.get_by_label("Compare from here").click()
    page.wait_for_function(framed, arg=[chart.host.element_handle(), 1])


def test_brushed_rows_are_those_inside_the_brush(fitted, vega):
    page = fitted
    chart = vega("Map", page)
    chart.brush((0, 0), (1.05, 1.05))
    inside = sum(0 <= p["x"] <= 1.05 and 0 <= p["y"] <= 1.05 for p in chart.data("points"))
    expect(page.get_by_text(re.compile(rf"^{inside} of 178 rows$"))).to_be_visible()
    page.wait_for_function(
        "([host, n]) => host.chart.view.data('points').filter((p) => p.selected).length === n",
        arg=[chart.host.element_handle(), inside],
    )
    button(page, "Clear").click()
    expect(page.get_by_text("Select rows on the map")).to_be_visible()
