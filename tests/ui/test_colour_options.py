"""How points are coloured, and what a click on a class in the legend does."""

import pytest
from playwright.sync_api import expect

from .driver import choose


def options(page):
    return page.get_by_role("button", name="Colour options")


def wait_for(chart, test, arg=None):
    chart.page.wait_for_function(f"([host, arg]) => {{ {test} }}", arg=[chart.host.element_handle(), arg])
    chart.settle()


def legend(chart, name):
    """Where a class stands in the legend, in the window."""
    return chart.host.evaluate(
        """(host, name) => {
            const { place, view } = host.chart.legend, canvas = place.querySelector("canvas").getBoundingClientRect();
            const padding = { left: 0, top: 0, ...view.padding() }, [left, top] = view.origin();
            let found;
            const walk = (item, x, y) => {
                if (item.mark?.role === "legend-label" && item.datum.value === name) found = [x + item.x, y + item.y];
                const within = item.mark?.marktype === "group";
                for (const each of item.items ?? [])
                    walk(each, x + (within ? item.x : 0), y + (within ? item.y : 0));
            };
            walk(view.scenegraph().root, 0, 0);
            return [canvas.left + padding.left + left + found[0] + 4, canvas.top + padding.top + top + found[1]];
        }""",
        name,
    )


def test_a_click_on_a_class_selects_its_rows_and_greys_the_others(fitted, vega, shot):
    page = fitted
    chart = vega("Map", page)
    rows = {name: sum(p["color"] == name for p in chart.data("points")) for name in ("grower 1", "grower 2")}
    left = "return host.chart.view.data('points').filter((p) => p.selected).length === arg"
    page.mouse.click(*legend(chart, "grower 1"))
    expect(page.get_by_text(f"{rows['grower 1']} of 178 rows", exact=True)).to_be_visible()
    expect(page.get_by_text("grower = grower 1").first).to_be_visible()
    wait_for(chart, left, rows["grower 1"])
    wait_for(chart, "return !host.chart.view.data('classes_store').length")
    shot("legend-clicked", page)
    page.keyboard.down("Shift")
    page.mouse.click(*legend(chart, "grower 2"))
    page.keyboard.up("Shift")
    wait_for(chart, left, sum(rows.values()))
    page.keyboard.down("Alt")
    page.mouse.click(*legend(chart, "grower 1"))
    page.keyboard.up("Alt")
    wait_for(chart, left, rows["grower 2"])
    page.mouse.click(*legend(chart, "grower 2"))  # it alone is selected: back to all
    expect(page.get_by_text("Select rows on the map")).to_be_visible()
    wait_for(chart, left, 178)


# For each point the distances in red, green and blue, of 255, from the colour that the scale of the legend has for it.
AWAY = """host => {
  const { legend, view } = host.chart, scale = legend.view.scale("color");
  const context = new OffscreenCanvas(1, 1).getContext("2d"), part = (at) => context.fillStyle.slice(at, at + 2);
  const rgb = (name) => ((context.fillStyle = name), [1, 3, 5].map((at) => parseInt(part(at), 16)));
  const all = (item) => (item.items ?? []).flatMap((each) => [each, ...all(each)]);
  return all(view.scenegraph().root).filter(({ mark }) => mark?.name === "points_marks").map(({ fill, datum }) => {
    const [own, right] = [rgb(fill), rgb(scale(datum.color))];
    return Math.max(...own.map((each, i) => Math.abs(each - right[i])));
  });
}"""


def test_other_colours_are_those_of_the_legend_and_neither_the_map_nor_its_zoom_is_lost(fitted, vega):
    page = fitted
    chart = vega("Map", page)
    chart.zoom(0.1, 0.1)
    embeds, domain = chart.embeds, chart.domain("x")
    assert max(chart.host.evaluate(AWAY)) == 0  # of classes
    for column in ("proline", "alcohol (% vol)", "grower"):
        choose(page, "Colour", column)
        wait_for(chart, "return host.chart.told.colours.encoding.color.legend.title.startsWith(arg)", column)
        away = chart.host.evaluate(AWAY)
        assert len(away) == 178
        assert max(away) <= (0 if column == "grower" else 2)
    assert chart.embeds == embeds
    assert chart.domain("x") == domain


def test_kind_scheme_direction_clipping_and_logarithm_by_keyboard(fitted, vega, shot):
    page = fitted
    chart = vega("Map", page)
    choose(page, "Colour", "proline")
    wait_for(chart, "return host.chart.view.data('points')[0].color > 200")
    options(page).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Coloured as")).to_be_visible()
    shot("colour-options", page)
    choose(page, "Scheme", "magma")
    wait_for(chart, "return host.chart.legend.view.scale('color').range()[0] === '#651A80'")
    choose(page, "Colours span", "5 – 95 %")
    wait_for(chart, "return host.chart.legend.view.scale('color').domain().at(-1) < 1680")
    page.get_by_role("switch", name="Reverse").focus()
    page.keyboard.press("Space")
    wait_for(chart, "return host.chart.legend.view.scale('color').range()[0] === '#FEC387'")
    page.get_by_role("switch", name="Logarithm").focus()
    page.keyboard.press("Space")
    wait_for(chart, "return host.chart.legend.view.scale('color').type === 'log'")
    choose(page, "Coloured as", "classes")
    wait_for(chart, "return typeof host.chart.view.data('points')[0].color === 'string'")
    expect(page.get_by_text("A click on a class in the legend")).to_be_visible()
    expect(page.get_by_role("switch", name="Logarithm")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.get_by_text("A click on a class in the legend")).not_to_be_visible()
    page.get_by_label("Toggle theme").click()
    options(page).click()
    expect(page.get_by_text("A click on a class in the legend")).to_be_visible()
    page.wait_for_timeout(500)
    shot("colour-options-dark", page)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_legend_stands_below_the_plot_and_is_no_wider(fitted, vega, width):
    page = fitted
    chart = vega("Map", page)
    page.set_viewport_size({"width": width, "height": 844})
    chart.settle()
    wait_for(chart, "return host.chart.legend.view.width() === host.chart.view.width()")
    left, plot, bottom, top = chart.host.evaluate(
        """host => {
            const { legend, place, view } = host.chart, box = (each) => each.getBoundingClientRect();
            const [map, below] = [place, legend.place].map((each) => box(each.querySelector("canvas")));
            return [below.left, map.left + view.padding().left + view.origin()[0], map.bottom, below.top];
        }"""
    )
    assert left == pytest.approx(plot, abs=1)
    assert bottom - 30 < top < bottom
