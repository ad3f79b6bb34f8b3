"""A figure in a browser: what each gesture does, and that text from data stays text."""

import pytest

from igtm.charts import export, figures

from .. import chart_data as sample

PLACE = """([x, y]) => {
    const canvas = document.querySelector("#chart canvas").getBoundingClientRect();
    const [left, top] = view.origin(), padding = view.padding();
    const place = [canvas.left + padding.left + left, canvas.top + padding.top + top];
    return [place[0] + view.scale("x")(x), place[1] + view.scale("y")(y)];
}"""
STATE = """() => ({
    zoom: view.signal("zoom"), brush: view.signal("brush"),
    pick: view.data("pick_store").map((tuple) => tuple.values[0]),
    pick_node: view.data("pick_node_store").map((tuple) => tuple.values[0]),
})"""


class Map:
    """An exported map, moved in data coordinates."""

    def __init__(self, page, figure):
        self.page, self.rows = page, figure.data["points"]
        html = export.render(figure, "html").decode()
        page.set_content(html.replace('vegaEmbed("#chart"', 'window.drawn = vegaEmbed("#chart"'))
        page.evaluate("async () => { window.view = (await drawn).view; }")

    def at(self, x, y):
        return self.page.evaluate(PLACE, [x, y])

    def row(self, i):
        return self.at(*self.rows.loc[i, ["x", "y"]].astype(float))

    @property
    def state(self):
        self.page.evaluate("() => view.runAsync().then(() => true)")
        return {name: value for name, value in self.page.evaluate(STATE).items() if value}

    def click(self, place):
        self.page.mouse.move(*place)
        self.page.mouse.click(*place)

    def drag(self, start, end):
        self.page.mouse.move(*self.at(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(*end), steps=4)
        self.page.mouse.up()

    def tooltip(self, place):
        self.page.mouse.move(place[0] - 30, place[1])
        self.page.mouse.move(*place, steps=3)
        self.page.wait_for_selector("#vg-tooltip-element.visible")
        return self.page.inner_text("#vg-tooltip-element")


@pytest.fixture
def drawn(page):
    table = sample.hostile()
    return Map(page, figures.modes(table, "class", sample.HOSTILE, nodes=sample.grid(5)))


def test_a_click_picks_a_point_or_a_node(drawn):
    drawn.click(drawn.row(7))
    assert drawn.state == {"pick": [7]}
    drawn.click(drawn.at(-1.2, 1.2))
    assert drawn.state == {"pick_node": [4]}
    drawn.page.mouse.dblclick(*drawn.at(0.25, 0.25))
    assert drawn.state == {}


def test_drag_pans_and_shift_drag_brushes(drawn):
    drawn.drag((0, 0), (0.2, 0.1))
    panned = drawn.state
    assert panned.keys() <= {"zoom", "pick_node", "pick"}
    assert panned["zoom"]["x"] == pytest.approx([-1.45, 1.05], abs=0.01)
    drawn.page.keyboard.down("Shift")
    drawn.drag((-1, -1), (0.5, 0.5))
    drawn.page.keyboard.up("Shift")
    brushed = drawn.state
    assert brushed["zoom"] == panned["zoom"]
    assert brushed["brush"]["x"] == pytest.approx([-1, 0.5], abs=0.01)
    drawn.page.mouse.dblclick(*drawn.at(0.9, 0.9))
    assert drawn.state.keys() == {"brush"}


def test_brushed_points_can_be_hovered_and_text_stays_text(drawn):
    drawn.page.keyboard.down("Shift")
    drawn.drag((-1.2, -1.2), (1.2, 1.2))
    drawn.page.keyboard.up("Shift")
    said = drawn.tooltip(drawn.row(7))
    assert sample.SCRIPT in said
    assert sample.LINK in said
    assert "<script>alert(1)</script>" in said
    assert drawn.page.locator("#vg-tooltip-element :is(img, a, h2, script)").count() == 0
