"""How the page holds together: nothing jumps, nothing is cut off, nothing hides the rest."""

import re

import pytest
from playwright.sync_api import expect

from .driver import button, field, progress, set_number, visit


def chart_of(page, label):
    return page.locator(f'[role="img"][aria-label="{label}"]')


def tops(page):
    """How far down the charts begin."""
    top = "host => host.getBoundingClientRect().top"
    return [chart_of(page, label).evaluate(top) for label in ("Map", "Convergence")]


def places(page):
    """How far down the parts begin that the first view has, and how high the page is."""
    drag, settings = page.get_by_role("combobox", name="Drag"), page.get_by_text("Settings", exact=True)
    parts = [button(page, "Fit"), drag, settings, chart_of(page, "Map")]
    content = page.locator(".main-content").evaluate("content => content.scrollHeight")
    return [*(part.bounding_box()["y"] for part in parts), content]


def middle(part):
    box = part.bounding_box()
    return box["y"] + box["height"] / 2


def height_of_field(control):
    return control.evaluate("control => control.closest('.MuiInputBase-root').getBoundingClientRect().height")


def fit_until_converged(page):
    button(page, "Fit").click()
    expect(progress(page)).to_contain_text("converged")


def test_libraries_are_loaded_once_and_in_the_order_in_which_a_reader_needs_them(page, app_url):
    """The components before the page asks for what it holds, and last what the first view has no need of."""
    visit(page, app_url)
    expect(page.locator(".filepond--root")).to_be_visible()
    loaded = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)")
    names = [path.rsplit("/", 1)[1].split("@")[0] for path in loaded]
    later = ["filepond.min.js", "tabulator.min.js", "luxon.min.js", "vega", "vega-lite", "vega-embed"]
    order = ["panel-material-ui.bundle.js", "page_start.js", *later]
    assert [names.count(name) for name in order] == [1] * len(order)
    places = [names.index(name) for name in order]
    assert places[0] < places[1] < min(places[2:])
    assert page.locator('script[type="later"]').count() == 0


def test_a_map_that_is_there_from_the_start_waits_for_its_library(page, serve, vega):
    page.goto(serve("tests/ui/fitted_app.py"))
    assert len(vega("Map").data("points")) == 178


def test_a_page_without_one_of_its_libraries_says_so_where_it_is_missed(page, serve, noise):
    page.route("**/vega-embed@*", lambda route: route.abort())
    for complaint in ("vega-embed", "ERR_FAILED"):
        noise.expect(complaint)
    page.goto(serve("tests/ui/fitted_app.py"))
    words = 'This chart cannot be drawn: Vega is not loaded, call pn.extension("vega").'
    expect(chart_of(page, "Map").get_by_text(words)).to_be_visible()
    expect(page.get_by_role("tab", name="Selection")).to_be_visible()


def test_nothing_jumps_and_the_brush_outlives_another_look(page, app_url, vega):
    page.goto(app_url)
    expect(page.get_by_text("Draw the first map")).to_be_visible()
    settings = page.get_by_text("Settings", exact=True)
    below_the_files = settings.bounding_box()["y"]  # which come later
    first = places(page)  # of what is seen first; the rest comes into places that are there
    expect(page.get_by_role("tab", name="Selection")).to_be_visible()
    page.wait_for_timeout(500)  # for fonts and icons
    assert places(page) == pytest.approx(first, abs=1)
    assert settings.bounding_box()["y"] == pytest.approx(below_the_files, abs=1)
    assert middle(page.get_by_text("wine · 178 × 13")) == pytest.approx(middle(button(page, "Guide")), abs=3)
    drag, search = page.get_by_role("combobox", name="Drag"), page.get_by_label("Search rows")
    assert height_of_field(drag) == pytest.approx(height_of_field(search), abs=1)
    before = tops(page)
    fit_until_converged(page)
    chart = vega("Map")
    expect(page.get_by_text("Draw the first map")).not_to_be_visible()
    assert tops(page) == pytest.approx(before, abs=4)
    curve = chart_of(page, "Convergence").bounding_box()
    assert curve["y"] + curve["height"] <= 900

    set_number(page, "regul", "five")
    expect(page.get_by_text("Give a number from 0 to 1,000, not 'five'.")).to_be_visible()
    expect(field(page, "regul")).to_have_value("0.1")
    set_number(page, "regul", 5)
    expect(page.get_by_text("Outdated: regul changed")).to_be_visible()
    assert tops(page) == pytest.approx(before, abs=4)

    chart.brush((0, 0), (1.05, 1.05))
    count = page.get_by_text(re.compile(r"^\d+ of 178 rows$"))
    brushed = count.inner_text()
    button(page, "Take away").click()
    expect(page.get_by_role("dialog").get_by_text("Coordinates of all rows")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert tops(page) == pytest.approx(before, abs=4)
    assert chart.host.evaluate("host => getComputedStyle(host).outlineStyle") == "none"  # who drags sees where
    page.get_by_role("button", name="Node mass", exact=True).click()
    expect(page.get_by_role("combobox", name="Colour")).to_be_disabled()
    expect(page.get_by_text("All 178 rows")).to_be_visible()
    chart.settle()
    assert tops(page) == pytest.approx(before, abs=4)
    page.get_by_role("button", name="Means", exact=True).click()
    expect(page.get_by_text(brushed, exact=True)).to_be_visible()

    chart.click(0.63, 0.5)
    title = page.locator(".tabulator-col-title").filter(has_text="difference").filter(visible=True)
    assert title.evaluate("title => title.scrollWidth <= title.clientWidth")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_controls_come_where_the_first_view_has_their_outlines(new_page, app_url, shot, width, height):
    page = new_page(viewport={"width": width, "height": height})
    page.goto(app_url)
    outlines = page.locator("i.control")
    expect(outlines.filter(visible=True).first).to_be_visible()
    shot(f"first-view-{width}", page)
    expect(button(page, "Take away")).to_be_visible()
    expect(outlines.filter(visible=True)).to_have_count(0)
    boxes = [box for box in map(corner, outlines.all()) if box is not None]
    buttons = [button(page, name) for name in ("Pause", "Step", "Stop", "As tables", "Take away")]
    lists = page.locator(".MuiInputBase-root").filter(visible=True)
    fields = [lists.filter(has=page.get_by_role("combobox", name=name)) for name in ("Colour", "Backdrop", "Drag")]
    drop = page.locator(".filepond--root").filter(visible=True).all()  # a phone's is in its drawer
    for control in [*buttons, *fields, *drop]:
        assert any(corner(control) == pytest.approx(box, abs=4) for box in boxes), control


def corner(part):
    box = part.bounding_box()
    return box and [box["x"], box["y"]]


def test_on_a_tablet_the_head_has_two_lines_and_help_covers_neither(new_page, app_url, shot):
    page = new_page(viewport={"width": 1024, "height": 768})
    visit(page, app_url)
    fit_until_converged(page)
    page.mouse.move(0, 0)
    words, before = progress(page).bounding_box(), tops(page)
    ends = [button(page, name).bounding_box() for name in ("Fit", "Stop", "As tables", "Take away")]
    assert [end["y"] for end in ends] == pytest.approx([ends[0]["y"]] * 4, abs=2)
    assert words["y"] >= ends[0]["y"] + ends[0]["height"]
    for name in ("Fit", "Take away"):
        button(page, name).hover()
        help = page.locator(".MuiTooltip-tooltip")
        expect(help).to_be_visible()
        box = help.bounding_box()
        assert box["y"] + box["height"] <= words["y"]
        shot(f"tablet-help-{name}", page)
        page.mouse.move(0, 0)
        expect(help).to_have_count(0)
    assert tops(page) == before
    curve, below = (
        chart_of(page, "Convergence").bounding_box(),
        page.get_by_role("tab", name="Selection").bounding_box(),
    )
    assert below["y"] - curve["y"] - curve["height"] == pytest.approx(34, abs=4)


def test_a_page_of_which_a_part_never_comes_is_seen_all_the_same(page, app_url):
    page.add_init_script("""
        const watch = () => {
            const found = window.Bokeh?.documents?.[0];
            if (found) Object.defineProperty(found, "is_idle", { get: () => false });
            else setTimeout(watch);
        };
        watch();
    """)
    page.goto(app_url)
    expect(button(page, "Fit")).to_be_visible()
    assert not page.evaluate("() => Bokeh.documents[0].is_idle")


def test_help_is_as_large_as_a_finger_needs_and_labels_do_not_differ(kept_page, app_url):
    page = kept_page
    visit(page, app_url)
    for name in ("Colour", "Search rows", "Weighted", "m · RBFs per side", "niter · most iterations"):
        icon = page.locator("label").filter(has_text=name).first.locator("svg")
        assert icon.bounding_box()["width"] >= 20
    size = "label => getComputedStyle(label).fontSize"
    labels = [page.locator("label").filter(has_text=name).first for name in ("Colour", "niter · most iterations")]
    assert len({label.evaluate(size) for label in labels}) == 1


EDGES = """() => {
    window.edges = [];
    const look = () => {
        const roots = [...document.querySelectorAll("*")].map(({ shadowRoot }) => shadowRoot).filter(Boolean);
        const drawers = roots.flatMap((root) => [...root.querySelectorAll(".MuiDrawer-paper")]);
        const seen = drawers.filter((drawer) => drawer.checkVisibility({ opacityProperty: true }));
        edges.push(...seen.map((drawer) => drawer.getBoundingClientRect().right));
        requestAnimationFrame(look);
    };
    look();
}"""


def test_on_a_phone_no_drawer_is_seen_to_go_while_the_page_begins(new_page, app_url):
    page = new_page(viewport={"width": 390, "height": 844})
    page.add_init_script(f"({EDGES})()")
    visit(page, app_url)
    page.wait_for_timeout(500)
    assert page.evaluate("edges.filter((edge) => edge > 0)") == []
    page.locator("header").get_by_role("button").first.click()
    expect(field(page, "niter")).to_be_visible()
    assert page.evaluate("edges.length") > 0


def assert_whole(help):
    """Help that is open stands wholly within the window."""
    expect(help).to_be_visible()
    box = help.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= help.page.viewport_size["width"]


def test_on_a_phone_the_page_comes_first_and_help_is_whole(new_page, app_url, vega, shot):
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    visit(page, app_url)
    page.locator("header").get_by_role("button").first.tap()
    expect(field(page, "niter")).to_be_visible()
    help = page.locator(".MuiTooltip-tooltip")
    words = {"k": "Nodes along", "s": "Width of", "n_blocks": "In how many", "niter": "Most iter", "tol": "Gain per"}
    for act in ("tap", "hover"):
        for name, begin in words.items():
            label = page.locator("label").filter(has_text=re.compile(rf"^{name} ·")).first
            getattr(label.locator("svg"), act)()
            assert_whole(help.filter(has_text=begin).first)
            expect(help.filter(has_not_text=begin)).to_have_count(0)
    field(page, "niter").focus()
    page.keyboard.press("Tab")
    assert_whole(help.filter(has_text=words["tol"]).first)
    shot("phone-help", page)
    page.mouse.move(0, 0)  # or the pointer would open the help of what it lies on once the drawer is gone
    page.keyboard.press("Escape")
    # The button that opened the drawer has the focus again, and soon its own help with it.
    expect(page.locator("header").get_by_role("button").first).to_be_focused()
    expect(help.filter(has_not_text="Open drawer")).to_have_count(0)
    expect(field(page, "niter")).not_to_be_visible()
    before = tops(page)
    fit_until_converged(page)
    assert tops(page) == pytest.approx(before, abs=4)
    assert vega("Map", page).host.bounding_box()["width"] > 300
    page.locator("header").get_by_role("button").first.tap()
    expect(field(page, "niter")).to_be_visible()
    page.touchscreen.tap(370, 600)  # beside what has opened
    expect(field(page, "niter")).not_to_be_visible()
    page.get_by_role("tab", name="Planes").click()
    for part in (chart_of(page, "Map"), button(page, "Take away"), page.get_by_role("combobox", name="Plane")):
        assert_whole(part)
    expect(button(page, "Fit")).to_be_visible()
    shot("phone", page)


def test_parts_in_a_layout_of_ones_own_look_as_in_the_page(page, serve, vega, shot):
    page.goto(serve("tests/ui/parts_app.py"))
    fit_until_converged(page)
    assert len(vega("Map").data("points")) == 178
    assert vega("Convergence").data("path")
    assert button(page, "Means").evaluate("button => getComputedStyle(button).textTransform") == "none"
    shot("parts")
