"""What a reader sees of a LiveChart, and what Python hears of the reader."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from igtm.dashboard.live_chart import LiveChart


@pytest.fixture(scope="module")
def url(serve):
    return serve("tests/ui/live_chart_app.py")


@pytest.fixture
def page(kept_page):
    return kept_page


@pytest.fixture
def chart(page, begin, url, vega):
    begin(url)
    return vega("map")


@pytest.fixture
def press(page):
    return lambda name: page.get_by_role("button", name=name, exact=True).click()


def wait_until(page, chart, condition):
    page.wait_for_function(f"host => host.chart.view.{condition}", arg=chart.host.element_handle())


def selection(page, *names):
    """Return the selection that Python has, once it is of these names and all that the browser has to tell."""
    text = page.locator(".selection pre")
    ordered = ".*".join(f'"{name}":' for name in names)
    expect(text).to_have_text(re.compile(rf"^\{{[^:]*{ordered}.*\}}$" if names else r"^\{\}$"))
    host = page.locator('[role="img"][aria-label="map"]')
    page.wait_for_timeout(300)  # the browser tells, when the hand has been still for 100 ms
    # What Python takes back may cross with that, and is drawn when the page has time: only then it is told.
    page.wait_for_function("host => !host.chart.busy", arg=host.element_handle())
    page.wait_for_timeout(300)
    told = host.evaluate("host => host.chart.model.selection")
    expect(text).to_have_text(json.dumps(told))
    found = json.loads(text.inner_text())
    assert set(found) == set(names)
    return found


def test_a_run_makes_no_canvas_and_keeps_zoom_and_brush(page, chart, press, shot):
    chart.zoom(0.1, 0.1)
    chart.brush((-0.4, -0.3), (0.2, 0.4))
    domain, brushed = chart.domain("x"), selection(page, "brush")
    assert domain[1] - domain[0] < 2
    press("50 patches")
    wait_until(page, chart, "data('points')[0].x === -0.5")
    chart.settle()
    assert chart.embeds == 1
    assert 0 < chart.frames <= 50
    assert chart.domain("x") == domain
    assert selection(page, "brush") == brushed
    assert brushed["brush"] == {"x": pytest.approx([-0.4, 0.2], abs=0.01), "y": pytest.approx([-0.3, 0.4], abs=0.01)}
    shot("live_chart")


def test_patched_rows_are_painted_and_keep_their_other_columns(page, chart, press):
    blank = chart.colour(-0.5, 0.8)
    assert chart.colour(0.3, 0.8) != blank
    press("50 patches")
    wait_until(page, chart, "data('points')[0].x === -0.5")
    chart.settle()
    assert chart.colour(-0.5, 0.8) != blank
    assert chart.colour(0.3, 0.8) == blank
    assert chart.data("points")[0]["row_id"] == 100
    assert chart.data("points")[0]["class"] == "setosa"


# The middle of the plot: as it is drawn, or as Vega draws it, from a larger one of which the means are taken.
PIXELS = """async (host, [before, scale]) => {
  const symbol = vega.Marks.symbol, quick = symbol.draw, { view } = host.chart;
  if (before) symbol.draw = quick.before;
  const canvas = await view.toCanvas(scale);
  symbol.draw = quick;
  const padding = view.padding(), origin = view.origin(), side = Math.floor(0.7 * view.width()), row = side * scale;
  const place = (at) => Math.round(at + 0.15 * view.width()) * scale;
  const [left, top] = [place(padding.left + origin[0]), place(padding.top + origin[1])];
  const { data } = canvas.getContext("2d").getImageData(left, top, row, row);
  const means = new Float64Array(3 * side * side);
  for (let y = 0, from = 0; y < row; y++)
    for (let x = 0; x < row; x++, from += 4)
      for (let each = 0; each < 3; each++)
        means[3 * (Math.floor(y / scale) * side + Math.floor(x / scale)) + each] += data[from + each] / scale ** 2;
  return [...means];
}"""


@pytest.mark.parametrize("selected", [False, True])
def test_circles_look_as_vega_would_draw_them_on_a_finer_screen(page, chart, press, selected):
    if selected:
        chart.brush((-0.4, -0.3), (0.2, 0.4))
        selection(page, "brush")
    ours, vegas, fine = (np.array(chart.host.evaluate(PIXELS, how)) for how in ([False, 1], [True, 1], [True, 8]))
    assert len(np.unique(ours.reshape(-1, 3), axis=0)) > 20, "no points"
    assert not np.array_equal(ours, vegas), "drawn in the same way"
    away, usual = np.abs(ours - fine), np.abs(vegas - fine)
    assert np.quantile(away, 0.9999) <= 16, "of 255: where edges of two meet, any drawing is off"
    assert away.max() <= usual.max()
    assert away.mean() <= usual.mean()


def test_holes_and_other_numbers_of_rows(page, chart, press):
    press("hole")
    wait_until(page, chart, "data('points')[0].x === null")
    press("other rows")
    wait_until(page, chart, "data('points').length === 7")
    assert chart.data("points")[0]["x"] == 0.3
    assert chart.embeds == 1


def test_another_spec_keeps_zoom_brush_and_picks_and_an_equal_one_is_nothing(page, chart, press, shot):
    press("equal spec")
    chart.click(0.3, 0.8)
    chart.zoom(0.1, 0.1)
    chart.brush((-0.4, -0.3), (0.2, 0.4))
    domain, before = chart.domain("y"), selection(page, "brush", "pick")
    assert chart.embeds == 1
    press("other spec")
    expect(chart.host).to_have_attribute("data-embeds", "2")
    chart.settle()
    assert chart.domain("y") == pytest.approx(domain)
    after = selection(page, "brush", "pick")
    assert after["pick"] == before["pick"] == [100]
    assert after["brush"] == {channel: pytest.approx(ends) for channel, ends in before["brush"].items()}
    shot("live_chart_other_spec")


def test_picking_points_and_nodes(page, chart):
    chart.click(0.3, 0.8)
    assert selection(page, "pick") == {"pick": [100]}
    chart.click(0.9, -0.9)
    assert selection(page, "pick_node") == {"pick_node": ["B"]}
    chart.click(0, 0.95)
    assert selection(page) == {}


def test_the_end_of_a_drag_is_no_click(page, chart):
    chart.click(0.3, 0.8)
    chart.drag((0, 0.7), (0.1, 0.75))
    assert chart.domain("x") == pytest.approx([-1.2, 1.0], abs=0.01)
    assert selection(page, "pick") == {"pick": [100]}


def test_python_clears_selections_but_not_the_zoom(page, chart, press):
    chart.zoom(0, 0)
    domain = chart.domain("x")
    chart.brush((-0.4, -0.3), (0.2, 0.4))
    chart.click(0.3, 0.8)
    selection(page, "brush", "pick")
    press("clear")
    assert selection(page) == {}
    assert chart.data("brush_store") == chart.data("pick_store") == []
    assert chart.domain("x") == domain
    chart.click(0.3, 0.8)
    assert selection(page, "pick") == {"pick": [100]}


def test_double_click_resets_the_zoom(page, chart):
    chart.zoom(0, 0)
    assert chart.domain("x") != [-1.1, 1.1]
    page.mouse.dblclick(*chart.at(0, 0.5))
    wait_until(page, chart, "scale('x').domain()[0] === -1.1")


def gesture(page, purpose):
    """Return what Python was told last that the reader chose, once that has this purpose."""
    told = page.locator(".gesture pre")
    expect(told).to_contain_text(f'"{purpose}"')
    return json.loads(told.inner_text())


def test_shift_adds_and_alt_removes_whether_boxes_or_marks(page, chart, press):
    chart.click(0.3, 0.8)
    chart.brush((-0.4, -0.3), (0.2, 0.4))
    assert gesture(page, "add")["brush"]["x"] == pytest.approx([-0.4, 0.2], abs=0.01)
    press("clear brush")
    assert selection(page, "pick") == {"pick": [100]}
    page.keyboard.down("Alt")
    chart.drag((0.2, 0.4), (-0.4, -0.3))
    assert gesture(page, "remove")["brush"]["x"] == pytest.approx([-0.4, 0.2], abs=0.01)
    chart.click(0.3, 0.8)
    page.keyboard.up("Alt")
    expect(page.locator(".gesture pre")).to_have_text('{"purpose": "remove", "pick": 100}')
    chart.click(0.3, 0.8, shift=True)
    assert gesture(page, "add") == {"purpose": "add", "pick": 100}
    assert chart.domain("x") == [-1.1, 1.1]
    for keys, purpose in {"Control+z": "undo", "Control+Shift+Z": "redo", "Escape": "clear"}.items():
        page.keyboard.press(keys)
        assert gesture(page, purpose) == {"purpose": purpose}


def test_select_mode_brushes_without_shift(page, chart, press):
    press("select mode")
    page.wait_for_function("host => host.style.touchAction === 'none'", arg=chart.host.element_handle())
    chart.drag((-0.4, -0.3), (0.2, 0.4))
    assert selection(page, "brush")["brush"]["x"] == pytest.approx([-0.4, 0.2], abs=0.01)
    assert chart.domain("x") == [-1.1, 1.1]


def test_fingers_pick_and_in_select_mode_brush(new_page, url, vega, shot):
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(url)
    chart = vega("map", page)
    page.touchscreen.tap(*chart.at(0.3, 0.8))
    assert selection(page, "pick") == {"pick": [100]}
    chart.swipe((0.2, 0), (-0.4, 0.02))
    assert chart.domain("x") == [-1.1, 1.1]
    page.get_by_role("button", name="select mode", exact=True).tap()
    page.wait_for_function("host => host.style.touchAction === 'none'", arg=chart.host.element_handle())
    chart.swipe((-0.4, -0.3), (0.2, 0.4))
    assert selection(page, "brush", "pick")["brush"]["x"] == pytest.approx([-0.4, 0.2], abs=0.02)
    assert chart.host.locator("canvas").bounding_box()["width"] <= 390
    shot("live_chart_touch", page)


def test_tooltips_say_numbers_as_they_are_now_and_what_is_missing(page, chart, press):
    chart.hover(0.3, 0.8)
    expect(chart.tooltip.locator("tr")).to_contain_text(
        ["title", "image", "classsetosa", "height+80.0%", "weightmissing"]
    )
    press("50 patches")
    wait_until(page, chart, "data('points')[0].x === -0.5")
    row = chart.settle().data("points")[-1]  # the one on top
    chart.hover(row["x"], row["y"])
    height = f"{row['y']:+.1%}".replace("-", "\N{MINUS SIGN}")
    expect(chart.tooltip.locator("tr")).to_contain_text(
        ["title", "image", "classvirginica", f"height{height}", "weight2.5"]
    )


def test_text_from_data_is_text_in_tooltips_and_a_picture_a_picture(page, chart, press):
    chart.hover(0.3, 0.8)
    expect(chart.tooltip).to_have_class(re.compile("light-theme"))
    expect(chart.tooltip).to_contain_text("<img src=x onerror=alert(1)>")
    expect(chart.tooltip).to_contain_text("/nowhere.png")
    assert chart.tooltip.locator("img").count() == 0
    press("pictures")
    page.wait_for_function("host => host.chart.model._picture_size.length", arg=chart.host.element_handle())
    chart.hover(0.3, 0.8)
    expect(chart.tooltip.locator("img")).to_have_js_property("naturalWidth", 64)
    expect(chart.tooltip).to_contain_text("/nowhere.png")
    other = next(p for p in chart.data("points") if p["y"] < -0.5)
    chart.hover(other["x"], other["y"])
    expect(chart.tooltip.locator(".picture")).to_have_count(0)
    expect(chart.tooltip).to_contain_text("/nowhere.png")
    expect(chart.tooltip.locator("img")).to_have_count(0)
    press("other spec")
    expect(chart.host).to_have_attribute("data-embeds", "2")
    chart.settle().hover(0.3, 0.8)
    expect(chart.tooltip).to_have_class(re.compile("dark-theme"))


@pytest.mark.parametrize("width", [1440, 500])
def test_plots_stay_square_and_follow_their_container(page, chart, width):
    page.set_viewport_size({"width": width, "height": 900})
    wait_until(page, chart, f"width() {'<' if width < 600 else '==='} 600")
    chart.settle()
    canvas = chart.host.locator("canvas").bounding_box()
    assert chart.signal("width") == chart.signal("height")
    if width < 600:
        assert canvas["width"] == pytest.approx(width, abs=1)
    else:
        assert chart.signal("width") == 600
    assert chart.host.bounding_box()["height"] == pytest.approx(canvas["height"], abs=1)
    assert chart.embeds == 1


def test_a_hidden_chart_shows_current_rows_when_it_is_opened(page, chart, press, vega):
    press("50 patches")
    wait_until(page, chart, "data('points')[0].x === -0.5")
    page.get_by_text("hidden", exact=True).click()
    hidden = vega("hidden map")
    wait_until(page, hidden, "data('points')[0].x === -0.5")
    assert hidden.data("points") == chart.data("points")
    page.get_by_text("shown", exact=True).click()
    assert (hidden.embeds, chart.embeds) == (1, 1)


def test_a_bad_spec_is_put_into_words(page, chart, press):
    press("bad spec")
    expect(chart.host).to_contain_text("This chart cannot be drawn")
    assert page.locator("b", has_text="nonsense").count() == 0
    press("other spec")
    assert chart.settle().embeds == 2


def test_columns_travel_as_numbers_or_as_the_text_of_a_json_list():
    chart = LiveChart()
    columns = {
        "float": np.array([1.5, np.nan], np.float32),
        "integer": pd.array([1, None], dtype="Int64"),
        "truth": [True, False],
        "date": pd.to_datetime(["2024-02-29 12:00", None]),
        "class": pd.Categorical(["a", None]),
        "mixed": [("x",), 2],
    }
    chart.set_data("points", pd.DataFrame(columns))
    sent = chart._rows["points"]
    assert sent["float"].dtype == np.float32
    np.testing.assert_array_equal(sent["integer"], [1, np.nan])
    texts = {name: json.loads(sent[name]) for name in ("truth", "date", "class", "mixed")}
    assert texts == {
        "truth": [True, False],
        "date": ["2024-02-29T12:00:00", None],
        "class": ["a", None],
        "mixed": ["('x',)", 2],
    }


def test_another_spec_sends_only_the_columns_that_are_new_or_were_patched():
    chart = LiveChart()
    points = pd.DataFrame({"x": [1.0, np.nan], "name": ["a", "b"], "selected": [1.0, 1.0]})
    chart.show({"mark": "point"}, {"points": points})
    rows = chart._rows
    chart.patch("points", selected=[0.0, 1.0])
    chart.show({"mark": "circle"}, {"points": points.assign(color=["red", "blue"])})
    assert chart._rows is rows
    assert set(chart._frame["points"]) == {"selected", "color"}
    np.testing.assert_array_equal(chart._frame["points"]["selected"], [1.0, 1.0])
    chart.show({"mark": "point"}, {"points": points.head(1)})  # other rows
    assert (len(chart._rows["points"]["x"]), chart._frame) == (1, {})


def test_a_text_that_was_changed_in_place_is_sent():
    chart = LiveChart()
    points = pd.DataFrame({"name": np.array(["a", "b"], dtype=object)})
    for name in ("a", "c"):
        points.loc[0, "name"] = name
        chart.set_data("points", points)
        assert json.loads({**chart._rows["points"], **chart._frame.get("points", {})}["name"]) == [name, "b"]


def test_patches_must_fit_the_rows():
    chart = LiveChart()
    chart.set_data("points", {"x": [1.0, 2.0]})
    with pytest.raises(KeyError, match="'nodes'"):
        chart.patch("nodes", x=[1.0])
    with pytest.raises(ValueError, match="3 values"):
        chart.patch("points", x=[1.0, 2.0, 3.0])
