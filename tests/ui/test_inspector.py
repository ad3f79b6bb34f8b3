"""What people see of the rows, the point or the node that they chose."""

import pytest
from playwright.sync_api import expect

from .conftest import begin_again

SIZES = {"desktop": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}


@pytest.fixture(scope="module")
def url(serve):
    return serve("tests/ui/inspector_app.py")


@pytest.fixture
def page(kept_page):
    return kept_page


@pytest.fixture
def inspector(page, begin, url):
    begin(url)
    page.get_by_role("tab", name="Selection").wait_for()
    return page


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def front(page, name):
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


def test_nothing_chosen_says_how_to_choose(inspector):
    front(inspector, "Selection")
    expect(inspector.get_by_text("hold shift and drag")).to_be_visible()
    inspector.get_by_role("tab", name="Point").click()
    expect(inspector.get_by_text("Click a point of the map")).to_be_visible()
    inspector.get_by_role("tab", name="Node").click()
    expect(inspector.get_by_text("Click a cell of the map")).to_be_visible()
    expect(inspector.get_by_text("Prototype beside")).not_to_be_visible()


def test_selected_rows_are_counted_drawn_and_listed(inspector, vega):
    press(inspector, "37 rows")
    expect(inspector.get_by_text("37 of 178 rows")).to_be_visible()
    heat = vega("Mean responsibilities of the selection", inspector)
    nodes = heat.data("nodes")
    assert len(nodes) == 64
    assert sum(node["responsibility"] for node in nodes) == pytest.approx(1)
    assert heat.signal("width") == heat.signal("height") <= 300
    grid = inspector.locator(".tabulator:visible")
    expect(grid.locator(".tabulator-row").first).to_contain_text("14.23")
    expect(grid.get_by_role("columnheader", name="grower")).to_have_count(1)
    press(inspector, "all rows")
    expect(inspector.get_by_text("178 of 178 rows")).to_be_visible()
    heat.settle()
    assert heat.embeds <= 2
    inspector.get_by_role("button").filter(has_text="Clear").click()
    expect(inspector.get_by_text("hold shift and drag")).to_be_visible()
    expect(grid).to_have_count(0)


COUNT_LAYOUTS = """() => {
    window.layouts = 0;
    const count = (view) => {
        const layOut = view.invalidate_layout;
        if (layOut) view.invalidate_layout = () => (layouts++, layOut.call(view));
        for (const child of view.child_views ?? []) count(child);
    };
    for (const root of Bokeh.index.roots) count(root);
}"""


def test_the_grid_of_rows_is_there_before_it_is_seen(inspector):
    """Then neither is it made anew, nor does Bokeh lay out the page, as it does for all that comes into sight."""
    grid = inspector.locator(".tabulator")
    expect(grid.locator(".tabulator-row").first).to_contain_text("14.23")  # laid out
    expect(grid).not_to_be_visible()
    grid.evaluate("grid => (grid.dataset.first = true)")
    inspector.evaluate(COUNT_LAYOUTS)
    press(inspector, "all rows")
    expect(inspector.locator(".tabulator[data-first]")).to_be_visible()
    assert inspector.evaluate("layouts") == 0
    inspector.get_by_role("button").filter(has_text="Clear").click()
    expect(grid).not_to_be_visible()


def test_a_point_comes_to_the_front_with_its_row_and_its_doubt(inspector, vega):
    press(inspector, "row 5")
    front(inspector, "Point")
    facts = inspector.locator("dl:visible")
    expect(facts).to_contain_text("Log-likelihood-10.52, higher than 79% of all rows")
    expect(facts).to_contain_text("Neighbours kept7 of 10 (70%)")
    expect(facts).to_contain_text("26% of the largest: fairly sure")
    heat = vega("Responsibilities of the point", inspector)
    assert len(heat.data("marker")) == 1
    grid = inspector.locator(".tabulator:visible")
    expect(grid.locator(".tabulator-row").first).to_contain_text("alcohol (% vol)")
    expect(grid.locator(".tabulator-row").first).to_contain_text("14.2")
    torn = inspector.get_by_text("its mean lies where the point is not")
    expect(torn).not_to_be_visible()
    press(inspector, "row 8")
    expect(torn).to_be_visible()
    press(inspector, "no row")
    expect(inspector.get_by_text("Click a point of the map")).to_be_visible()


def test_a_neighbour_leads_to_its_row(inspector, vega):
    press(inspector, "row 5")
    near = vega("Nearest rows in the data", inspector)
    neighbours = near.data("neighbours")
    assert len(neighbours) == 10
    alone = max(
        neighbours,
        key=lambda one: min(abs(one["x"] - o["x"]) + abs(one["y"] - o["y"]) for o in neighbours if o is not one),
    )
    near.click(alone["x"], alone["y"])
    expect(inspector.locator("dl:visible")).to_contain_text(f"Row{alone['row_id']:.0f}")


def test_a_node_comes_with_its_prototype_and_its_rows(inspector, vega):
    press(inspector, "node 12")
    front(inspector, "Node")
    facts = inspector.locator("dl:visible")
    expect(facts).to_contain_text("12 at (-0.71, 0.14)")
    expect(facts).to_contain_text("of 178 rows")
    expect(facts).to_contain_text("Most likely for")
    chart = vega("Prototype beside the mean", inspector)
    differences = [abs(row["difference"]) for row in chart.data("features")]
    assert len(differences) == 13
    assert differences == sorted(differences, reverse=True)
    prototype, rows = inspector.locator(".tabulator:visible").all()
    expect(prototype.get_by_role("columnheader", name="difference")).to_be_visible()
    expect(rows.get_by_role("columnheader").first).to_contain_text("share")
    shares = [float(text) for text in rows.locator('.tabulator-cell[tabulator-field="c0"]').all_inner_texts()]
    assert shares == sorted(shares, reverse=True)
    assert 0.001 < shares[-1] <= shares[0] <= 1


def test_two_nodes_are_compared_with_or_without_a_pointer(inspector, vega):
    press(inspector, "node 12")
    assert vega("Classes of the node", inspector).data("classes")[2]["share"] > 0.9
    inspector.get_by_label("Compare from here").click()
    expect(inspector.get_by_text("Now click a second cell")).to_be_visible()
    second = inspector.get_by_label("Second node")
    second.fill("40")
    second.press("Enter")
    expect(inspector.get_by_text("From node 12 to node 40")).to_be_visible()
    values = [abs(row["difference"]) for row in vega("Difference of two nodes", inspector).data("features")]
    assert values == sorted(values, reverse=True)
    path = vega("Path between two nodes", inspector).data("path")
    assert (path[0]["position"], path[-1]["position"]) == (0, 1)
    press(inspector, "row 5")
    vega("Responsibilities of the point", inspector).click(1, 1)
    expect(inspector.get_by_text("From node 12 to node 63")).to_be_visible()
    inspector.get_by_label("Compare from here").click()
    expect(inspector.get_by_text("From node 12 to node 63")).not_to_be_visible()
    expect(inspector.locator("dl:visible")).to_contain_text("12 at (-0.71, 0.14)")


def test_rows_and_prototypes_of_pictures_are_shown_as_pictures(inspector):
    press(inspector, "digits")
    press(inspector, "row 5")
    expect(inspector.get_by_role("img", name="Picture of row 5")).to_be_visible()
    press(inspector, "node 12")
    expect(inspector.get_by_role("img", name="Picture of the prototype of node 12")).to_be_visible()
    listed = inspector.get_by_role("row").get_by_role("img", name="Picture of the row")
    expect(listed.first).to_be_visible()
    expect(listed.first).to_have_js_property("naturalWidth", 64)
    press(inspector, "small map")
    expect(inspector.get_by_role("img", name="Picture of")).to_have_count(0)


def test_a_cell_of_a_heatmap_leads_to_its_node(inspector, vega):
    press(inspector, "row 5")
    vega("Responsibilities of the point", inspector).click(1, 1)
    front(inspector, "Node")
    expect(inspector.locator("dl:visible")).to_contain_text("63 at (1.00, 1.00)")
    inspector.get_by_role("tab", name="Point").click()
    expect(inspector.locator("dl:visible")).to_contain_text("fairly sure")
    press(inspector, "node 12")
    expect(inspector.locator("dl:visible")).to_contain_text("12 at")


def test_another_map_replaces_what_was_said_and_none_takes_it_away(inspector):
    press(inspector, "row 5")
    front(inspector, "Point")
    expect(inspector.locator(".tabulator:visible")).to_contain_text("grower")
    press(inspector, "small map")
    expect(inspector.locator(".tabulator:visible")).to_contain_text("species")
    press(inspector, "node 12")
    expect(inspector.get_by_text("Click a cell of the map")).to_be_visible()  # there are but four
    press(inspector, "no map")
    inspector.get_by_role("tab", name="Point").click()
    expect(inspector.get_by_text("Click a point of the map")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_fits_any_screen(new_page, url, vega, shot, size):
    width, height = SIZES[size]
    page = new_page(viewport={"width": width, "height": height})
    page.goto(f"{url}?narrow=1" if size == "desktop" else url)
    tabs = {"37 rows": "Mean responsibilities of the selection", "row 5": "Responsibilities of the point"}
    for scheme in ("light", "dark"):
        if scheme == "dark":
            begin_again(page)
            page.get_by_label("Toggle theme").click()
        for button, chart in {**tabs, "node 12": "Prototype beside the mean"}.items():
            press(page, button)
            vega(chart, page)
            page.wait_for_timeout(500)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            shot(f"inspector_{size}_{scheme}_{button.replace(' ', '_')}", page)
