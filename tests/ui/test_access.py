"""Everybody can use the page: what axe-core finds, without a mouse, on a phone, while it loads."""

from collections import Counter

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from igtm.tables import samples

from .driver import button, choose, progress, project, visit

GRAVE = {"serious", "critical"}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
# Tabulator, of which Panel's grid is made, puts the part of a grid that scrolls, and has the focus, between the grid
# and its rows; no option changes that.
THIRD_PARTY = {("aria-required-children", "tabulator")}
# Every view takes on the colours of the other mode by itself: milliseconds between two looks, and how many.
SETTLING, LOOKS = 1000, 12

SHIFTS = """
window.shifts = [];
const note = (list) => window.shifts.push(...list.getEntries().map(({ value }) => value));
new PerformanceObserver(note).observe({ type: "layout-shift", buffered: true });
"""
# What would move, in any shadow root.
MOVING = """() => {
    const moves = (element) => {
        const { animationName, transitionDuration } = getComputedStyle(element);
        return animationName !== "none" || transitionDuration.split(",").some((duration) => parseFloat(duration) > 0);
    };
    const within = (root) => [...root.querySelectorAll("*")].flatMap((element) => [
        ...(element.checkVisibility() && moves(element) ? [element.cloneNode().outerHTML.slice(0, 200)] : []),
        ...(element.shadowRoot ? within(element.shadowRoot) : []),
    ]);
    return within(document);
}"""
FOCUSED = """() => {
    let focused = document.activeElement;
    while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    const { outlineStyle } = getComputedStyle(focused);
    const seen = outlineStyle !== "none" || focused.matches("input, .MuiSelect-select, [role=combobox]");
    return [focused.ariaLabel || focused.textContent.trim() || focused.localName, seen];
}"""


def findings(part, **options):
    """What axe-core finds grave in a part of a page, one line each."""
    script = "(part, options) => axe.run(part, options)"
    # Style sheets are fetched once more for one rule only, on the orientation of a screen, which is experimental.
    results = part.evaluate(script, {"resultTypes": ["violations"], "preload": False, **options})
    return [
        f"{found['id']}: {found['help']}: {node['html'][:200]}"
        for found in results["violations"]
        if found["impact"] in GRAVE
        for node in found["nodes"]
        if not any(found["id"] == rule and name in node["html"] for rule, name in THIRD_PARTY)
    ]


def tab(page, name):
    page.get_by_role("tab", name=name, exact=True).click()


def tab_to(page, wanted, most=60):
    """Press Tab until what has this name has the focus, which is seen at every stop."""
    for _ in range(most):
        page.keyboard.press("Tab")
        name, seen = page.evaluate(FOCUSED)
        assert seen, f"The focus on {name!r} is not seen."
        if name == wanted:
            return
    pytest.fail(f"{wanted!r} was not reached in {most} stops.")


def project_new_rows(page):
    """Lay rows of a second file on the map, and wait for the dialog on them."""
    dialog = project(page, samples.load("wine").frame.iloc[::9].drop(columns="hue"))
    expect(dialog.get_by_text("missing: filled in")).to_be_visible()


def test_axe_finds_nothing_grave_on_any_view_and_nothing_moves_where_motion_is_not_wanted(new_page, app_url, vega):
    page = new_page(reduced_motion="reduce")
    visit(page, app_url)
    page.evaluate(AXE_SCRIPT)
    options = {}

    def assert_accessible(part):
        assert findings(part, **options) == []

    def assert_dialogs_are_accessible():
        openers = {"Take away": "all rows", "As tables": "178 rows", "Glossary": "Posterior mean"}
        for opener, words in openers.items():
            button(page, opener).click()
            expect(dialog.get_by_text(words).first).to_be_visible()
            assert_accessible(dialog)
            page.keyboard.press("Escape")
            expect(dialog).to_have_count(0)
        project_new_rows(page)
        vega("New rows on the map", page)
        assert_accessible(dialog)
        assert page.evaluate(MOVING) == []
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        button(page, "Columns and preprocessing").click()
        for name in ("Columns", "Preprocessing"):
            tab(page, name)
            assert_accessible(dialog)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)

    main, dialog = page.get_by_role("main"), page.get_by_role("dialog")
    button(page, "Guide").click()
    expect(page.get_by_text("Step 1 of 8")).to_be_visible()
    assert_accessible(page.locator("html"))
    button(page, "Leave").click()
    button(page, "Fit").click()
    expect(progress(page)).to_contain_text("converged")
    chart = vega("Map", page)
    chart.brush((0, 0), (1.05, 1.05))
    vega("Columns of the selection", page)
    assert_accessible(main)
    point = chart.data("points")[5]
    chart.click(point["x"], point["y"])
    tab(page, "Planes")
    vega("Feature planes", page)
    assert_accessible(main)
    tab(page, "Node")
    page.get_by_label("Node", exact=True).fill("17")
    page.keyboard.press("Enter")
    tab(page, "Quality")
    vega("Prototype beside the mean", page)
    expect(page.get_by_role("rowheader", name="trustworthiness")).to_be_visible()
    assert_accessible(main)
    assert_dialogs_are_accessible()

    options = COLOURS  # in the dark, nothing else can differ
    page.get_by_label("Toggle theme").click()
    for _ in range(LOOKS):
        page.wait_for_timeout(SETTLING)
        if not findings(page.locator("html"), **options):
            return
    assert_accessible(page.locator("html"))
    assert_dialogs_are_accessible()
    tab(page, "Selection")
    tab(page, "Planes")
    assert_accessible(main)


def test_a_map_is_fitted_read_and_selected_without_a_mouse(new_page, app_url, vega, shot):
    page = new_page()
    visit(page, app_url)
    tab_to(page, "Guide")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Step 1 of 8")).to_be_visible()
    tab_to(page, "wine")
    for key in ("Space", "Enter"):
        page.keyboard.press(key)
        expect(page.locator("li").get_by_text("wine", exact=True)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("li").get_by_text("wine", exact=True)).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator("li").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("iris · 150 rows")).to_be_visible()
    expect(page.get_by_role("combobox", name="Sample")).to_be_focused()
    page.keyboard.press("Tab")  # while the list still fades
    expect(page.locator(".MuiPopover-root")).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")
    tab_to(page, "Columns and preprocessing")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Set role of 5", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(button(page, "Columns and preprocessing")).to_be_focused()
    tab_to(page, "s · width", most=30)
    expect(page.get_by_role("tooltip").get_by_text("Width of the bumps")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip").get_by_text("Width of the bumps")).not_to_be_visible()
    tab_to(page, "Fit")
    page.keyboard.press("Space")
    expect(progress(page)).to_contain_text("converged")
    chart = vega("Map", page)
    tab_to(page, "Map")
    shot("keyboard-map", page)
    nodes = {node["node"]: node for node in chart.data("nodes")}
    rows = Counter(point["node"] for point in chart.data("points"))

    def walk(key):
        before = chart.host.evaluate("host => host.chart.cell")
        page.keyboard.press(key)
        page.wait_for_function("([host, cell]) => host.chart.cell !== cell", arg=[chart.host.element_handle(), before])
        return nodes[chart.host.evaluate("host => host.chart.cell")]

    first = walk("ArrowRight")
    second = walk("ArrowUp")
    assert second["x"] == first["x"]
    assert second["y"] > first["y"]
    while not rows[second["node"]]:
        second = walk("ArrowRight")
    expect(page.get_by_label("Node", exact=True)).to_have_value(str(int(second["node"])))
    held = rows[second["node"]]
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{held} of 150 rows", exact=True)).to_be_visible()


def test_the_guide_leads_to_a_map_and_tables_say_the_same(new_page, app_url, vega, shot):
    page = new_page(viewport={"width": 390, "height": 844})
    visit(page, app_url)
    button(page, "Guide").click()
    card = page.get_by_text("Step 1 of 8")
    expect(card).to_be_visible()
    shot("guide-phone", page)
    button(page, "Skip").click()
    expect(page.get_by_text("Step 2 of 8")).to_be_visible()
    button(page, "Fit").click()
    expect(page.get_by_text("Step 3 of 8")).to_be_visible()
    chart = vega("Map", page)
    assert chart.host.bounding_box()["width"] > 300
    button(page, "Leave").click()
    expect(page.get_by_text("Step 3 of 8")).not_to_be_visible()
    button(page, "As tables").click()
    dialog = page.get_by_role("dialog", name="Charts as tables")
    expect(dialog.get_by_text("178 rows")).to_be_visible()
    first = chart.data("points")[0]
    cell = dialog.locator(".tabulator-row").first.locator('.tabulator-cell[tabulator-field="c1"]')
    expect(cell).to_have_text(str(int(first["node"])))
    choose(page, "Chart", "convergence")
    expect(dialog.get_by_text("log-likelihood ℓ").first).to_be_visible()
    shot("tables-phone", page)


def test_a_button_is_called_by_words_that_come_after_its_help(new_page, app_url):
    page = new_page()
    visit(page, app_url)
    button(page, "Take away").evaluate(
        """async (button) => {
            const words = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE);
            words.remove();
            button.ariaLabel = "Some help";
            await new Promise(requestAnimationFrame);
            button.append(words);
        }"""
    )
    expect(page.get_by_role("button", name="Take away", exact=True)).to_have_accessible_description("Some help")


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_jumps_while_the_page_loads_and_fits(new_page, app_url, width):
    page = new_page(viewport={"width": width, "height": 900})
    page.add_init_script(SHIFTS)
    visit(page, app_url)
    button(page, "Fit").click()
    expect(progress(page)).to_contain_text("converged")
    page.wait_for_timeout(500)
    assert sum(page.evaluate("window.shifts")) < 0.1
