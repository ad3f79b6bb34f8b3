"""Working with rows on the real page: choose them, see what sets them apart, keep them."""

import re

import pandas as pd
import pytest
from playwright.sync_api import expect

from igtm.maps import pictures, search
from igtm.tables import samples

from .driver import button, choose, download, load_sample, progress, project, set_number, visit


@pytest.fixture
def fitted(fitted):
    """A dashboard with a map of wine, with nothing selected."""
    fitted.get_by_role("tab", name="Selection").click()
    button(fitted, "Clear").click()
    return fitted


def coloured(chart, n):
    """Wait until so many points are not greyed."""
    chart.page.wait_for_function(
        "([host, n]) => host.chart.view.data('points').filter((p) => p.selected).length === n",
        arg=[chart.host.element_handle(), n],
    )


def selected(page, n):
    expect(page.get_by_text(f"{n} of 178 rows", exact=True)).to_be_visible()


def drawn(place):
    """Wait until the first row that a place lists begins with a picture, which the browser can read."""
    picture = place.get_by_role("row").get_by_role("img", name="Picture of the row").first
    expect(picture).to_be_visible()
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    return picture.get_attribute("src")


def inside(chart, low, high):
    return sum(low <= p["x"] <= high and low <= p["y"] <= high for p in chart.data("points"))


def test_rows_are_added_removed_inverted_undone_kept_and_compared(fitted, vega, shot):
    page = fitted
    chart = vega("Map", page)
    embeds, first = chart.embeds, inside(chart, 0, 1.05)
    chart.brush((0, 0), (1.05, 1.05))
    selected(page, first)
    coloured(chart, first)
    columns = vega("Columns of the selection", page)
    titles = [panel["title"] for panel in columns.data("panels")]
    assert len(titles) == 6
    assert sum(bar["selected"] for bar in columns.data("bars") if bar["column"] == titles[0]) == first
    shot("rows-selected", page)
    other = next(p for p in chart.data("points") if not p["selected"])
    chart.click(other["x"], other["y"], shift=True)
    selected(page, first + 1)
    expect(page.get_by_text(re.compile(rf"box on the map or row {other['row_id']}$")).first).to_be_visible()
    expect(page.get_by_role("tab", name="Selection")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Control+z")
    selected(page, first)

    page.get_by_label(re.compile("^Keep as")).fill("corner")
    button(page, "Keep").click()
    button(page, "Invert").click()
    selected(page, 178 - first)
    coloured(chart, 178 - first)
    button(page, "Keep").click()  # under no name
    expect(page.get_by_role("combobox", name="Kept", exact=True)).to_have_text("selection 1")
    choose(page, "Kept", "corner")
    choose(page, "Compared with", "corner")
    page.wait_for_function(
        "([host, n]) => host.chart.view.data('bars')[0].back === 'corner'", arg=[columns.host.element_handle(), 0]
    )
    shot("rows-compared", page)
    button(page, "Select").click()
    selected(page, first)
    page.keyboard.down("Alt")
    chart.drag((-1.05, -1.05), (1.05, 1.05))
    page.keyboard.up("Alt")
    expect(page.get_by_text("Select rows on the map")).to_be_visible()
    coloured(chart, 178)
    page.wait_for_function("host => !host.chart.view.data('brush_store').length", arg=chart.host.element_handle())
    assert chart.embeds == embeds


def test_what_is_searched_gets_rings_is_listed_and_selected_with_enter(fitted, vega, shot):
    page = fitted
    chart = vega("Map", page)
    embeds, n = chart.embeds, sum(p["color"] == "grower 2" for p in chart.data("points"))
    page.get_by_label("Search rows").fill("grower 2")
    expect(page.get_by_text(f"{n} rows found")).to_be_visible()
    page.wait_for_function(
        "([host, n]) => host.chart.view.data('found').length === n", arg=[chart.host.element_handle(), n]
    )
    rings = {(p["x"], p["y"]) for p in chart.data("found")}
    assert rings == {(p["x"], p["y"]) for p in chart.data("points") if p["color"] == "grower 2"}
    beating = "host => host.chart.view.signal('pulse') > 0"
    page.emulate_media(reduced_motion="reduce")
    page.get_by_label("Search rows").fill("grower 3")
    others = sum(p["color"] == "grower 3" for p in chart.data("points"))
    page.wait_for_function(
        "([host, n]) => host.chart.view.data('found').length === n", arg=[chart.host.element_handle(), others]
    )
    page.wait_for_timeout(300)
    assert not chart.host.evaluate(beating)
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_label("Search rows").fill("grower 2")
    page.wait_for_function(beating, arg=chart.host.element_handle())
    shot("rows-searched", page)
    page.wait_for_function("host => host.chart.view.signal('pulse') === 0", arg=chart.host.element_handle())
    page.get_by_label("Search rows").press("Enter")
    selected(page, n)
    coloured(chart, n)
    expect(page.get_by_text("search 'grower 2'").first).to_be_visible()
    page.get_by_label("Search rows").fill("")
    expect(page.get_by_text("rows found")).not_to_be_visible()
    assert (chart.settle().data("found"), chart.embeds) == ([], embeds)


def test_a_region_is_mapped_on_its_own_and_the_way_back_shows_its_rows(fitted, vega, shot):
    page = fitted
    chart = vega("Map", page)
    n = inside(chart, 0, 1.05)
    chart.brush((0, 0), (1.05, 1.05))
    selected(page, n)
    button(page, "Map this region").click()
    page.wait_for_function(
        "([host, n]) => host.chart.view.data('points').length === n", arg=[chart.host.element_handle(), n]
    )
    expect(button(page, "Fit")).to_be_enabled()
    shot("rows-region", page)
    button(page, "wine ›").click()
    selected(page, n)
    assert len(chart.settle().data("points")) == 178
    coloured(chart, n)
    expect(progress(page)).to_contain_text("converged")
    shot("rows-region-left", page)


def test_new_rows_are_matched_by_name_drawn_apart_and_taken_away(fitted, vega, shot):
    page = fitted
    new = samples.load("wine").frame.iloc[::-9].assign(vintage=1999).drop(columns="hue")
    new.loc[new.index[0], "proline"] = 9000.0
    dialog = project(page, new)
    expect(dialog.get_by_text("'vintage' not in the fitted table")).to_be_visible()
    expect(dialog.get_by_text("'hue' missing: filled in")).to_be_visible()
    chart = vega("New rows on the map", page)
    assert len(chart.data("new")) == len(new)
    assert chart.data("new")[0]["color"] == "novel"
    chart.hover(chart.data("new")[0]["x"], chart.data("new")[0]["y"])
    expect(chart.tooltip).to_contain_text("percentile")
    depth = "element => Number(getComputedStyle(element).zIndex)"
    assert chart.tooltip.evaluate(depth) > page.locator(".MuiDialog-root:visible").evaluate(depth)
    shot("rows-new", page)
    taken = pd.read_csv(download(page, button(dialog, "Coordinates").click)[1])
    assert {"percentile", "novel", "nearest_class", "probability"} <= set(taken)
    agreed = (taken["nearest_class"].to_numpy() == new["grower"].astype("str").to_numpy())[1:].mean()
    assert agreed > 0.8
    page.keyboard.press("Escape")


def test_found_and_new_rows_of_digits_are_seen_page_by_page(page, app_url, shot):
    digits = samples.load("digits")
    how = pictures.pictured(digits)
    visit(page, app_url)
    load_sample(page, "digits")
    set_number(page, "niter", 3)
    button(page, "Fit").click()
    expect(progress(page)).to_contain_text("3/3")
    results = page.locator(".tabulator").filter(has_text="row_id").filter(visible=True)
    page.get_by_label("Search rows").fill("1")
    expect(page.get_by_text("rows found")).to_be_visible()
    page.get_by_label("Search rows").fill("7")  # while the browser builds the grid of the first results
    found = search.find(digits, "7").frame["row_id"]
    shown = pictures.uris(how, digits.frame.iloc[found[[0, 25]]])
    picture = results.first.get_by_role("img", name="Picture of the row").first
    expect(picture).to_have_attribute("src", shown[0])
    shot("rows-searched-digits")
    results.first.locator(".tabulator-page[data-page=next]").click()
    expect(picture).to_have_attribute("src", shown[1])
    page.get_by_label("Search rows").fill("")

    new = digits.frame.iloc[::-40]
    dialog = project(page, new)
    assert drawn(dialog) == pictures.uris(how, new)[0]
    shot("rows-new-digits")


def test_molecules_are_seen_wherever_rows_are_listed(page, app_url, chemistry, shot):
    texts = [f"{'C' * n}{end}" for n in range(1, 16) for end in ("O", "N", "c1ccccc1")]
    frame = pd.DataFrame({"smiles": texts, "mass": range(45), "atoms": [n // 3 for n in range(45)]})
    visit(page, app_url)
    file = {"name": "molecules.csv", "mimeType": "text/csv", "buffer": frame.to_csv(index=False).encode()}
    page.locator("input.filepond--browser").set_input_files(file)
    expect(page.get_by_text(re.compile("^molecules.csv · 45 rows"))).to_be_visible()
    set_number(page, "k", 4)
    set_number(page, "niter", 3)
    button(page, "Fit").click()
    expect(progress(page)).to_contain_text("3/3")
    how = pictures.Molecules("smiles")
    page.get_by_label("Search rows").fill("ccccc1")
    expect(page.get_by_text("15 rows found")).to_be_visible()
    found = page.locator(".tabulator").filter(has_text="row_id").filter(visible=True).first
    assert drawn(found) == pictures.uris(how, frame.iloc[[2]])[0]
    shot("rows-searched-molecules")
    page.get_by_label("Search rows").press("Enter")
    expect(page.get_by_text("1 to 15 of 15 rows")).to_be_visible()
    assert drawn(page.locator(".tabulator:visible").last) == pictures.uris(how, frame.iloc[[2]])[0]
    dialog = project(page, frame[::-1])
    assert drawn(dialog) == pictures.uris(how, frame[::-1])[0]
    shot("rows-new-molecules")
