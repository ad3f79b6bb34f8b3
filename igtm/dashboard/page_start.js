const STILL = 60, LONGEST = 10000;  // milliseconds; whatever may fail to load, the rest can be used
const SLIDE = 300; // milliseconds after which a drawer that was closed at the beginning is gone
const SEEN = { display: "flex", visibility: "visible", clipPath: "none" };

function render({ view, model: start }) {
  const { el, model } = view.root;
  if (window.innerWidth < 600) model.data.sidebar_open = false;
  begin(el, model.document, start);
  if (start.whole) return; // drawn again
  for (const [name, value] of Object.entries(start.first)) el.style.setProperty(name, value);
  if (start.filled) complete(view.root, start);
  else start.on("filled", () => complete(view.root, start));
}

// Shows the content when it is laid out.
async function begin(el, page, start) {
  const main = el.shadowRoot.querySelector(".main-content");
  let height;
  await settled(() => {
    // Asked for a height, the browser lays all of the page out: not while parts of it still arrive.
    if (page.is_idle) main.style.display = SEEN.display;
    const before = height;
    height = page.is_idle ? main.scrollHeight : 0;
    return height && height === before;
  });
  Object.assign(main.style, SEEN);
  start.seen = true;
  await painted();
  await loadLibraries();
  start.loaded = true;
  setTimeout(() => el.style.setProperty("--drawer", 1), SLIDE);
}

const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

// Runs the scripts of which the first view had no need, in their order.
const loadLibraries = () => {
  const load = (later) =>
    new Promise((resolve) => {
      const script = Object.assign(document.createElement("script"), { src: later.src, async: false });
      script.onload = script.onerror = () => resolve(later.remove());
      document.head.append(script);
    });
  return Promise.all([...document.querySelectorAll('script[type="later"]')].map(load));
};

// Shows what came into its places when all of it is drawn.
async function complete(root, start) {
  let begun = false;
  await settled(() => (begun ||= !root.has_finished()) && root.has_finished());
  for (const name of Object.keys(start.first)) root.el.style.removeProperty(name);
  start.whole = true;
}

// Until something has been so for a moment.
const settled = (is) =>
  new Promise((resolve) => {
    const began = performance.now();
    let since = began;
    const watch = (now) => {
      if (!is()) since = now;
      if (now - since > STILL || now - began > LONGEST) resolve();
      else requestAnimationFrame(watch);
    };
    requestAnimationFrame(watch);
  });

export default { render };
