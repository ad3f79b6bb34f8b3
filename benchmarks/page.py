"""Milliseconds that a reader of the dashboard waits, in a real Chromium before a warm server, beside what is promised.

Each is timed in the page, from the event of the hand to the first frame in which the answer is seen; each repeat has a
page of its own. A hand begins when the page is still, as a reader's does, who looks first. The table that is brushed
and coloured has 100,000 rows, of which the map draws 20,000 points. Needs Playwright, which the extra "test" has.
"""

import argparse
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import altair as alt
import pandas as pd

from benchmarks.report import publish

ROOT = Path(__file__).parents[1]
PATIENCE = 120_000  # milliseconds
PROMISED = {
    "first view": 2000,
    "first brush: its rows": 300,
    "next brush: its rows": 300,
    "colour by classes": 300,
    "colour by numbers": 300,
    "64 planes": 2000,
}

#: Serves a map of a table, made by an expression over the modules imported here.
APP = """
import numpy as np
import pandas as pd
import panel as pn

from igtm.dashboard.explorer import Explorer
from igtm.tables import samples, tables

pn.extension("vega", "tabulator", "filedropper")


def clusters(n_rows):
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 5, n_rows)
    X = rng.normal(size=(5, 10))[kinds] + 0.6 * rng.normal(size=(n_rows, 10))
    frame = pd.DataFrame(X, columns=[f"feature {{i}}" for i in range(10)])
    frame["kind"] = pd.Categorical.from_codes(kinds, list("abcde"))
    frame["half"] = np.where(rng.random(n_rows) < 0.5, "one", "other")
    return tables.from_frame(frame, "clusters").with_roles(kind="label", half="label")


explorer = Explorer({table}, k=16, m=4, niter=3)
explorer.fit()
explorer.wait()
explorer.servable()
"""

#: A page with one button: what no page of these libraries can go below.
EMPTY = """
import panel as pn
import panel_material_ui as pmui

pn.extension("vega", "tabulator", "filedropper")
pmui.Page(main=[pmui.Button(label="Fit")]).servable()
"""

#: What the page is asked; its parts lie in shadow roots.
PROBES = """
window.all = (selector, root = document) => [
  ...root.querySelectorAll(selector),
  ...[...root.querySelectorAll("*")].flatMap(({ shadowRoot }) => (shadowRoot ? all(selector, shadowRoot) : [])),
];
window.seen = (element) => element.checkVisibility({ visibilityProperty: true });
window.hosts = {};
window.chart = (label) => (hosts[label] ??= all(`[role="img"][aria-label="${label}"]`)[0])?.chart;
window.drawn = (label) => Boolean(chart(label)?.view && !chart(label).busy);
window.drawings = (label) => Number(hosts[label].dataset.embeds) + Number(hosts[label].dataset.frames);
window.ready = () => window.Bokeh?.documents?.[0]?.is_idle && all("button").some(fits);
window.whole = () => ready() && all('[role="tab"]').some(seen);  // the tabs come after the first view
window.fits = (button) => /Fit$/.test(button.textContent) && !button.disabled && seen(button);
window.rows = (grid) => [...grid.querySelectorAll(".tabulator-row")];
window.firstRow = (grids) => grids.flatMap(rows).find(seen)?.textContent;

// Where a map's plot is in the window: left, top and side.
window.plot = (label) => {
  const { view, host } = chart(label), [left, top] = view.origin(), padding = view.padding();
  const canvas = host.querySelector("canvas").getBoundingClientRect();
  return [canvas.left + padding.left + left, canvas.top + padding.top + top, view.width()];
};

// The colours in the middle of a map.
window.painted = (label) => {
  const canvas = hosts[label].querySelector("canvas"), box = canvas.getBoundingClientRect();
  const ratio = canvas.width / box.width, [left, top, side] = plot(label);
  const corner = [left - box.left + 0.4 * side, top - box.top + 0.4 * side].map((each) => each * ratio);
  return canvas.getContext("2d").getImageData(...corner, 0.2 * side * ratio, 0.2 * side * ratio).data.join();
};

// Milliseconds from the next event of a kind to the first frame in which each of some tests is true.
window.clock = (kind, tests) => {
  window.found = new Promise((resolve) => {
    const times = {};
    const look = (began) => {
      for (const [name, test] of Object.entries(tests))
        if (!(name in times) && test()) times[name] = performance.now() - began;
      if (Object.keys(times).length < Object.keys(tests).length) requestAnimationFrame(() => look(began));
      else resolve(times);
    };
    const start = ({ timeStamp }) => requestAnimationFrame(() => look(timeStamp));
    window.addEventListener(kind, start, { capture: true, once: true });
  });
};

// Until no frame has been late for a while.
window.still = () => new Promise((resolve) => {
  let last = performance.now(), since = last;
  const look = () => {
    const now = performance.now();
    if (now - last > 50) since = now;
    last = now;
    now - since > 400 ? resolve() : requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});

window.CHARTS = ["Columns of the selection", "Mean responsibilities of the selection"];
window.waitForBrush = (which) => {
  const grids = all(".tabulator"), row = firstRow(grids);  // looked for once: the walk takes milliseconds
  const before = CHARTS.map((label) => (chart(label), drawings(label)));
  clock("pointerup", {
    [`${which} brush: its rows`]: () => ![undefined, row].includes(firstRow(grids)),
    [`${which} brush: its charts`]: () => CHARTS.every((label, i) => drawn(label) && drawings(label) > before[i]),
  });
};
window.waitForColour = (name) => {
  const before = painted("Map");
  clock("pointerup", { [name]: () => drawn("Map") && painted("Map") !== before });
};
"""


@contextmanager
def serving(scripts: list[Path], log: Path) -> Iterator[str]:
    """Serve scripts on a warm server, and yield the address below which each has its name."""
    command = [sys.executable, "-m", "panel", "serve", *map(str, scripts), "--port", "0", "--warm"]
    with log.open("w") as out, subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out) as server:
        try:
            yield address(server, log)
        finally:
            server.kill()


def address(server: subprocess.Popen, log: Path) -> str:
    """Wait until a server says where it is."""
    deadline = monotonic() + PATIENCE / 1000
    while monotonic() < deadline and server.poll() is None:
        said = log.read_text()
        if "running at: " in said:
            return said.split("running at: ")[1].split()[0].rpartition("/")[0]
        sleep(0.1)
    sys.exit(f"The server did not start:\n{log.read_text()}")


# What is measured; each takes a page and its address


def begun(page, url: str) -> float:
    """From the address to a page on which a fit can be started."""
    page.goto(url)
    return page.wait_for_function("() => ready() && performance.now()").json_value()


def empty(page, url: str) -> dict[str, float]:
    """A page with one button, the bound of the first view."""
    return {"an empty page": begun(page, url)}


def first_view(page, url: str) -> dict[str, float]:
    """The dashboard, and from its first view to the first picture of a fit."""
    shown = begun(page, url)
    whole = page.wait_for_function("() => whole() && performance.now()").json_value()
    page.evaluate("chart('Map'), clock('pointerup', { 'fit: its first picture': () => drawn('Map') })")
    page.get_by_role("button").filter(has_text="Fit").first.click()
    return {"first view": shown, "the whole page": whole, **page.evaluate("found")}


def clusters(page, url: str) -> dict[str, float]:
    """Brush the left half of the map, then the right half; colour it by other classes, then by numbers."""
    page.goto(url)
    page.wait_for_function("() => whole() && drawn('Map') && CHARTS.every((label) => (chart(label), hosts[label]))")
    times = brush(page, "first", 0.01, 0.49) | brush(page, "next", 0.51, 0.99)
    page.keyboard.press("Escape")
    page.wait_for_function("() => !all('.tabulator-row').some(seen) && drawn('Map')")
    return times | colour(page, "half", "colour by classes") | colour(page, "feature 1", "colour by numbers")


def brush(page, which: str, start: float, end: float) -> dict[str, float]:
    """Select the part of the map between two shares of its width."""
    page.evaluate("still()")
    left, top, side = page.evaluate("plot('Map')")
    page.evaluate("which => waitForBrush(which)", which)
    page.keyboard.down("Shift")
    page.mouse.move(left + start * side, top + 0.01 * side)
    page.mouse.down()
    page.mouse.move(left + end * side, top + 0.99 * side, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    return page.evaluate("found")


def colour(page, column: str, name: str) -> dict[str, float]:
    """Colour the points by a column."""
    page.get_by_role("combobox", name="Colour", exact=True).click()
    choice = page.locator("li").get_by_text(column, exact=True)
    choice.hover()
    page.evaluate("still()")
    page.evaluate("name => waitForColour(name)", name)
    choice.click()
    return page.evaluate("found")


def digits(page, url: str) -> dict[str, float]:
    """The planes of 64 pixels."""
    page.goto(url)
    page.wait_for_function("() => whole() && drawn('Map')")
    page.evaluate("clock('pointerup', { '64 planes': () => drawn('Feature planes') })")
    page.get_by_role("tab", name="Planes").click()
    return page.evaluate("found")


def measure(n_rows: int, repeats: int) -> list[dict]:
    """Medians of everything, one row each."""
    from playwright.sync_api import sync_playwright

    found = defaultdict(list)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        tables = {"clusters": f"clusters({n_rows})", "digits": 'samples.load("digits")'}
        scripts = {"empty": EMPTY} | {name: APP.format(table=table) for name, table in tables.items()}
        paths = [Path(folder, f"{name}.py") for name in scripts]
        for path, script in zip(paths, scripts.values(), strict=True):
            path.write_text(script)
        executable = shutil.which("chromium") or playwright.chromium.executable_path
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        looks = {"empty": empty, "app": first_view, "clusters": clusters, "digits": digits}
        with serving([ROOT / "app.py", *paths], Path(folder, "server.log")) as url:
            for _ in range(repeats):
                for name, look in looks.items():
                    page = browser.new_page(viewport={"width": 1440, "height": 900})
                    page.set_default_timeout(PATIENCE)
                    page.add_init_script(PROBES)
                    for what, time in look(page, f"{url}/{name}").items():
                        found[what].append(time)
                    page.close()
        browser.close()
    return [
        {
            "what": what,
            "promised ms": PROMISED.get(what),
            "median ms": round(median(times)),
            "best ms": round(min(times)),
            "worst ms": round(max(times)),
        }
        for what, times in found.items()
    ]


def chart(rows: list[dict]) -> alt.LayerChart:
    """Medians as bars, and what is promised as ticks."""
    base = alt.Chart(pd.DataFrame(rows)).encode(y=alt.Y("what:N", sort=None, title=None))
    bars = base.mark_bar(color="#0072B2").encode(x=alt.X("median ms:Q", title="milliseconds"))
    return bars + base.mark_tick(color="black", thickness=2).encode(x="promised ms:Q")


def main(arguments: list[str]) -> None:
    """Run, print, and write `results/page.json` and `.svg`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks page", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="of the table that is brushed (default 100,000)")
    parser.add_argument("--repeats", type=int, default=5, help="pages of each kind (default 5)")
    chosen = parser.parse_args(arguments)
    rows = measure(chosen.rows, chosen.repeats)
    publish("page", rows, chart(rows))
