"""How points are coloured, and what a click on a class in the legend does."""

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
            const canvas = host.querySelector("canvas").getBoundingClientRect();
            const padding = host.chart.view.padding(), [left, top] = host.chart.view.origin();
            let found;
            const walk = (item, x, y) => {
                if (item.mark?.role === "legend-label" && item.datum.value === name) found = [x + item.x, y + item.y];
                const within = item.mark?.marktype === "group";
                for (const each of item.items ?? [])
                    walk(each, x + (within ? item.x : 0), y + (within ? item.y : 0));
            };
            walk(host.chart.view.scenegraph().root, 0, 0);
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
    wait_for(chart, "return host.chart.view.scale('color').range()[0] === '#651A80'")
    choose(page, "Colours span", "5 – 95 %")
    wait_for(chart, "return host.chart.view.scale('color').domain().at(-1) < 1680")
    page.get_by_role("switch", name="Reverse").focus()
    page.keyboard.press("Space")
    wait_for(chart, "return host.chart.view.scale('color').range()[0] === '#FEC387'")
    page.get_by_role("switch", name="Logarithm").focus()
    page.keyboard.press("Space")
    wait_for(chart, "return host.chart.view.scale('color').type === 'log'")
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
