// A Vega-Lite chart that is embedded once: after that only its rows, size and selections change.

function render({ model, view }) {
  // Panel renders a view again when its place in the page changes: canvas, zoom and brush outlive that.
  const chart = (view.chart ??= new Chart(model));
  model.on(["spec", "dark", "aspect", "max_size", "max_share", "plot_height", "_rows", "_frame", "_cleared"], chart.refresh);
  model.on(["label", "drag"], chart.describe);
  model.on("_pulses", chart.pulse);
  model.on("msg:custom", chart.takePicture);
  model.on("remove", chart.dispose);
  chart.refresh();
  return chart.host;
}

// The tooltip, one for all charts of a page, is seen over Material UI's dialogs, which lie at 1300.
const STYLE = new CSSStyleSheet();
STYLE.replaceSync("#vg-tooltip-element.vg-tooltip { z-index: 1400; }");
document.adoptedStyleSheets.push(STYLE);

const PULSE = "pulse";
const MODIFIERS = new Set(["Shift", "Alt", "Control", "Meta"]);
const FORESEEN = 3000; // milliseconds
const BEATS = 3;
const BEAT = 900; // milliseconds

class Chart {
  constructor(model) {
    this.model = model;
    this.tables = {};
    this.host = document.createElement("div");
    this.host.role = "img";
    this.host.chart = this; // how tests reach the Vega view
    this.host.dataset.embeds = this.host.dataset.frames = 0;
    this.host.style.overflow = "hidden";
    this.describe();
    for (const type of ["pointerdown", "pointermove", "mousedown", "click"]) {
      this.host.addEventListener(type, this.interpret, { capture: true, passive: true });
    }
    this.host.addEventListener("keydown", this.answerKey);
    this.host.addEventListener("blur", () => delete this.host.dataset.hand);
    window.addEventListener("pointerup", this.release);
    this.observer = new ResizeObserver(this.refresh);
    this.observer.observe(this.host);
    window.addEventListener("resize", this.refresh);
  }

  dispose = () => {
    this.observer.disconnect();
    window.removeEventListener("resize", this.refresh);
    window.removeEventListener("pointerup", this.release);
    clearTimeout(this.timer);
    clearInterval(this.pulsing);
    this.view?.finalize();
    this.legend?.view.finalize();
  };

  describe = () => {
    this.host.ariaLabel = this.model.label;
    this.host.style.touchAction = this.model.drag === "move" ? "auto" : "none";
  };

  // What a gesture does to the selection; null where it moves the chart or picks.
  purpose({ altKey, shiftKey }) {
    const plain = this.model.drag === "move" ? null : this.model.drag;
    return altKey ? "remove" : shiftKey ? "add" : plain;
  }

  // Charts pan on drag and brush on shift + drag: to whatever selects, shift is added, so that a finger can brush.
  interpret = (event) => {
    const { type, target, clientX, clientY, pointerType, isTrusted } = event;
    const finger = pointerType === "touch";
    // Vega learns from moves what lies below, and fingers do not move before they press.
    const arrives = finger && (type === "pointerdown" || type === "click");
    if (arrives) target.dispatchEvent(new PointerEvent("pointermove", event));
    const purpose = this.purpose(event);
    if (type === "pointerdown") {
      this.pressed = { clientX, clientY, purpose };
      this.host.dataset.hand = ""; // here by mouse or finger: the focus need not be seen
      this.host.focus({ preventScroll: true }); // its keys are heard from now on
    }
    // The click with which the browser ends a drag is none.
    if (type === "click" && this.dragged(event)) event.stopPropagation();
    else if (purpose) Object.defineProperty(event, "shiftKey", { value: true });
    else if (type === "pointermove" && finger && isTrusted) event.stopPropagation(); // it scrolls the page
  };

  dragged({ clientX, clientY }) {
    const { clientX: x, clientY: y } = this.pressed ?? { clientX, clientY };
    return Math.hypot(clientX - x, clientY - y) > 4;
  }

  // Tells Python of a box, when the hand lets go of it.
  release = async (event) => {
    const purpose = this.pressed?.purpose;
    if (!purpose || !this.view || !this.dragged(event)) return;
    this.pressed.purpose = null;
    await this.view.runAsync();
    const state = this.state();
    const drawn = this.params.filter(isBrush).map(({ name }) => [name, ordered(state[name])]);
    const boxes = drawn.filter(([, bounds]) => bounds);
    if (!boxes.length) return;
    this.foreseen = performance.now() + FORESEEN;
    this.model.send_msg({ purpose, ...Object.fromEntries(boxes) });
  };

  // Arrow keys pick the next cell in their direction, the first time one in the middle of the map.
  async walk(event) {
    event.preventDefault();
    const nodes = this.view.data("nodes");
    const [right, up] = STEPS[event.key];
    const from = nodes.find(({ node }) => node === this.cell);
    const ahead = ({ x, y }) => (x - from.x) * right + (y - from.y) * up;
    const aside = ({ x, y }) => Math.abs((x - from.x) * up) + Math.abs((y - from.y) * right);
    const next = from
      ? nearest(nodes.filter((each) => ahead(each) > 1e-9 && aside(each) < 1e-9), ahead)
      : nearest(nodes, ({ x, y }) => Math.hypot(x, y));
    if (!next) return;
    const picks = this.params.filter(({ select }) => isPoint(select));
    for (const { name } of picks) this.pick(name, ...(name === CELLS ? [next.node] : []));
    await this.view.runAsync();
  }

  // The cell that is picked.
  get cell() {
    return this.view?.data(`${CELLS}_store`)[0]?.values[0];
  }

  // Tells Python of a cell whose rows are selected.
  chooseCell(event) {
    event.preventDefault();
    this.model.send_msg({ purpose: this.purpose(event) ?? "new", cell: this.cell });
  }

  // Tells Python of a mark that was clicked to be selected, or of a class in a legend, which has no other meaning.
  choose = (event, item) => {
    const purpose = this.pressed?.purpose;
    if (item?.mark.role?.startsWith("legend")) this.chooseClass(purpose ?? "new");
    if (!purpose || !item) return;
    const picks = ({ select }) => isPoint(select) && `${select.on}`.startsWith(`@${item.mark.name}:`);
    const { name, select } = this.params.find(picks) ?? {};
    if (name) this.model.send_msg({ purpose, [name]: item.datum[select.fields[0]] });
  };

  async chooseClass(purpose) {
    const { name, select } = this.told.colours?.params.find(({ bind }) => bind === "legend") ?? {};
    if (!name) return;
    await this.legend.view.runAsync();
    const value = this.legend.view.signal(`${name}_${select.fields[0]}_legend`);
    if (value == null) return;
    this.pick(name, value).runAsync();
    this.model.send_msg({ purpose, [name]: value });
  }

  // Puts one value, or none, into a selection of points.
  pick(name, ...values) {
    const fields = this.view.signal(`${name}_tuple_fields`);
    return this.view.data(`${name}_store`, values.map((value) => ({ unit: "", fields, values: [value] })));
  }

  answerKey = (event) => {
    if (MODIFIERS.has(event.key)) return; // held for the mouse
    delete this.host.dataset.hand;
    const brushes = this.params?.some(isBrush);
    if (this.walks && STEPS[event.key]) this.walk(event);
    if (this.walks && brushes && event.key === "Enter" && this.cell != null) this.chooseCell(event);
    const z = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    const purpose = z ? (event.shiftKey ? "redo" : "undo") : event.key === "Escape" && "clear";
    if (!purpose || !brushes) return;
    event.preventDefault();
    this.model.send_msg({ purpose });
  };

  // Draws the latest state, one drawing at a time: a state that passes during a drawing is never drawn. What Python
  // answers to a box was seen as it was drawn: the page shows first what else there is to say of it.
  refresh = async () => {
    this.stale = true;
    if (this.busy) return;
    this.busy = true;
    while (this.stale) {
      if (performance.now() < this.foreseen && this.model.spec === this.drawn?.spec) await calm();
      await new Promise(requestAnimationFrame);
      this.stale = false;
      try {
        await this.draw();
      } catch (error) {
        this.explain(error);
      }
    }
    this.busy = false;
  };

  async draw() {
    const { spec, dark, _rows: rows, _frame: frame, _cleared: cleared } = this.model;
    if (!spec || !this.host.clientWidth) return; // while hidden; the observer calls when that ends
    const last = this.drawn ?? {};
    this.drawn = { spec, dark, rows, frame, cleared };
    if (rows !== last.rows || spec !== last.spec) this.pictured = null; // it may be of another table
    const told = spec === last.spec ? this.told : divided(JSON.parse(spec));
    const mode = dark !== last.dark;
    const recoloured = mode || !equal(told.colours, this.told?.colours);
    const drawnAnew = mode || !(this.view ? equal(told.chart, this.told.chart) : spec === last.spec);
    this.told = told;
    if (!this.view && !drawnAnew) return;
    if (recoloured) await this.embedLegend();
    if (drawnAnew) await this.embed();
    else if (rows !== last.rows) this.update(rows, (name) => this.view.data(name, this.table(name)));
    else if (recoloured) this.update({ [PAINTED]: {}, ...frame }, (name) => this.patch(name, frame[name]));
    else if (frame !== last.frame) this.update(frame, (name) => this.patch(name, frame[name]));
    if (cleared !== (last.cleared ?? cleared)) this.clear(cleared.slice(1));
    await this.view?.runAsync(); // once for all of it: nothing flickers
    if (drawnAnew || recoloured) this.host.replaceChildren(this.place, ...(this.legend ? [this.legend.place] : []));
    await this.fit();
    await this.align();
  }

  // Colours are looked up in the scale of a legend that is a chart of its own: the marks stay as they are.
  async embedLegend() {
    const { colours } = this.told;
    this.legend?.view.finalize();
    this.legend = null;
    if (!colours) return;
    const { width } = this.size();
    const { place, view } = await embedded({ ...colours, width }, { tooltip: false });
    view.addEventListener("click", this.choose);
    this.legend = { place, view, shade: shading(view.scale("color")), field: colours.encoding.color.field };
  }

  async embed() {
    const names = Object.keys(this.model._rows);
    const datasets = Object.fromEntries(names.map((name) => [name, this.table(name)]));
    const spec = { ...this.told.chart, ...this.size(), datasets };
    const tooltip = { theme: this.model.dark ? "dark" : "light", formatTooltip: this.tell };
    quicken(window.vega.Marks.symbol);
    const { place, view, vgSpec } = await embedded(spec, { tooltip, patch: letThrough });
    place.style.cssText = "display: flex; justify-content: center";
    if (this.view) this.past = { ...this.past, ...this.state() };
    this.view?.finalize();
    this.view = view;
    this.names = new Set(vgSpec.data.map(({ name }) => name));
    this.beats = (spec.params ?? []).some(({ name }) => name === PULSE);
    this.params = (spec.params ?? []).filter((param) => param.select);
    if (this.past) this.restore(this.past);
    await view.runAsync();
    for (const { name } of this.params) view.addSignalListener(name, this.report);
    view.addEventListener("click", this.choose);
    view.addEventListener("pointerover", this.askPicture);
    const brushes = this.params.some(isBrush);
    this.walks = this.params.some(({ name }) => name === CELLS) && this.names.has("nodes");
    if (brushes || this.walks) this.host.tabIndex = 0;
    this.host.ariaDescription = this.walks ? WALK + (brushes ? CHOOSE : "") : null;
    this.report();
    this.asked = null;
    this.place = place;
    this.host.dataset.embeds++;
    this.observer.observe(place.querySelector("canvas"));
  }

  update(tables, change) {
    Object.keys(tables).filter((name) => this.names.has(name)).forEach(change);
    this.host.dataset.frames++;
  }

  patch(name, columns = {}) {
    const given = unpacked(columns);
    const fits = given.every(([, values]) => values.length === this.tables[name]?.rows.length);
    if (!fits) return this.view.data(name, this.table(name));
    const change = window.vega.changeset().reflow();
    for (const [column, values] of given) {
      let row = 0;
      change.modify(window.vega.truthy, column, () => filled(values[row++]));
    }
    if (name === PAINTED && this.legend) change.modify(window.vega.truthy, "paint", this.paint);
    this.view.change(name, change);
  }

  paint = (row) => this.legend.shade(row[this.legend.field]);

  // The rows of a dataset: those that the last view had, with what is new in them, or new ones.
  table(name) {
    const { [name]: whole } = this.model._rows, { [name]: frame = {} } = this.model._frame;
    const kept = this.tables[name];
    const changed = unpacked(frame);
    if (kept?.whole === whole && [undefined, kept.rows.length].includes(changed[0]?.[1].length)) {
      for (const [column, values] of changed) kept.rows.forEach((row, i) => (row[column] = filled(values[i])));
      return this.painted(name, kept.rows);
    }
    const columns = unpacked({ ...whole, ...frame });
    const length = columns[0]?.[1].length ?? 0;
    const row = (i) => Object.fromEntries(columns.map(([column, values]) => [column, filled(values[i])]));
    const rows = Array.from({ length }, (_, i) => row(i));
    this.tables[name] = { whole, rows };
    return this.painted(name, rows);
  }

  painted(name, rows) {
    if (name === PAINTED && this.legend) for (const row of rows) row.paint = this.paint(row);
    return rows;
  }

  // Three times from 0 to 1: long enough to be seen, and over before it disturbs.
  pulse = () => {
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const start = performance.now();
    const beat = () => {
      const beats = still ? BEATS : (performance.now() - start) / BEAT;
      if (beats >= BEATS) clearInterval(this.pulsing);
      if (this.beats && this.view) this.view.signal(PULSE, beats < BEATS ? beats % 1 : 0).runAsync();
    };
    clearInterval(this.pulsing);
    this.pulsing = setInterval(beat, 40);
  };

  // Plots grow with their container only, and shrink when axis labels push them out of it: no jitter.
  async fit() {
    const { aspect, plot_height } = this.model;
    const room = this.host.clientWidth;
    const taken = this.host.querySelector("canvas").clientWidth;
    const slack = room - taken;
    const asked = [room, aspect, this.longest(), plot_height].join();
    if (asked === this.asked && (slack >= 0 || taken === this.taken)) return;
    Object.assign(this, { asked, taken });
    const { width, height } = this.size(this.view.width() + slack);
    await this.view.width(width).height(height).runAsync();
  }

  // The legend stands below the plot, and is as wide.
  async align() {
    if (!this.legend || !this.view) return;
    const { place, view } = this.legend;
    const left = this.place.querySelector("canvas").offsetLeft + this.view.padding().left + this.view.origin()[0];
    place.style.cssText = `display: flex; margin: -25px 0 0 ${left}px`; // as near as in one chart
    if (view.width() !== this.view.width()) await view.width(this.view.width()).runAsync();
  }

  size(room = this.view?.width() ?? this.host.clientWidth - 60) {
    const { aspect, plot_height } = this.model, { spec } = this.told;
    const most = { square: this.longest(), fill: room, own: spec.width }[aspect];
    const width = Math.max(50, Math.min(room, most));
    return { width, height: { square: width, fill: plot_height, own: (width * spec.height) / spec.width }[aspect] };
  }

  longest() {
    return Math.min(this.model.max_size, Math.round(this.model.max_share * window.innerHeight));
  }

  // Where rows have pictures, the picture of a row is sent when the pointer comes to it: of many rows, few are seen.
  askPicture = (event, item) => {
    const row = this.model._picture_size.length ? item?.datum?.row_id : null;
    if (row === this.pictured?.row) return;
    this.pictured = row == null ? null : { row };
    if (this.pictured) this.model.send_msg({ row });
  };

  takePicture = (data) => {
    if (data.row !== this.pictured?.row) return; // the pointer is elsewhere by now
    this.pictured.picture = EMBEDDED.test(data.picture) ? data.picture : null;
    const place = document.querySelector("#vg-tooltip-element .picture");
    if (place) place.outerHTML = this.picture();
  };

  // Holds its place until it is there: the tooltip does not grow.
  picture() {
    const { picture } = this.pictured ?? { picture: null };
    const [width, height] = this.model._picture_size;
    if (picture === undefined) return `<div class="picture" style="width: ${width}px; height: ${height}px"></div>`;
    return picture ? `<img class="picture" src="${picture}" alt="Picture of the row">` : "";
  }

  // By default a field called "title" is a heading and one called "image" is loaded: here, data is only text.
  tell = (value, sanitize) => {
    if (typeof value !== "object") return sanitize(value);
    const cell = (kind, text) => `<td class="${kind}">${sanitize(text)}</td>`;
    const line = (tip) => `<tr>${cell("key", tip.title ?? tip.field)}${cell("value", this.word(value.row, tip))}</tr>`;
    const lines = parts(this.told.spec)[value.part].encoding.tooltip.map(line);
    return `${this.picture()}<table>${lines.join("")}</table>`;
  };

  word(row, { field, type, format = "" }) {
    const value = row[field];
    if (value == null) return "missing";
    return type === "quantitative" ? this.view.locale().format(format)(value) : value;
  }

  // What the reader zoomed, brushed and picked, by parameter: an interval's bounds by channel, or tuples.
  state() {
    const read = ({ name, select }) => {
      if (isPoint(select)) return this.view.data(`${name}_store`).map(plainTuple);
      const ends = this.bounds(name).map(([channel, signal]) => [channel, this.view.signal(signal)]);
      return Object.fromEntries(ends);
    };
    return Object.fromEntries(this.params.map((param) => [param.name, read(param)]));
  }

  restore(state) {
    for (const { name, select, bind } of this.params) {
      const past = state[name];
      if (isPoint(select)) {
        const store = `${name}_store`;
        if (past?.length || this.view.data(store).length) this.view.data(store, past ?? []); // else all is drawn again
        continue;
      }
      for (const [channel, signal] of this.bounds(name)) this.view.signal(signal, past?.[channel] ?? null);
      const brushed = bind !== "scales" && past && ordered(past);
      if (brushed) this.view.signal(`${name}_scale_trigger`, {}); // places its rectangle
    }
  }

  // The signals in which Vega-Lite keeps the bounds of an interval, in data coordinates.
  bounds(name) {
    const fields = this.view.signal(`${name}_tuple_fields`);
    return fields.map(({ channel, field }) => [channel, `${name}_${field}`.replace(/\W/g, "_")]);
  }

  // Tells Python, when the hand has been still for a moment.
  report = () => {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const selection = {};
      const state = this.state();
      for (const { name, select, bind } of this.params) {
        const value = isPoint(select) ? picked(state[name]) : ordered(state[name]);
        if (value && bind !== "scales") selection[name] = value;
      }
      const told = JSON.stringify(this.model.selection);
      if (JSON.stringify(selection) !== told) this.model.selection = selection;
    }, 100);
  };

  // Takes back some brushes and picks, or all of them; the zoom stays.
  clear(names) {
    const others = Object.entries(this.past ?? {}).filter(([name]) => !names.includes(name));
    this.past = names.length ? Object.fromEntries(others) : null;
    if (!this.view) return;
    const kept = ({ name, bind }) => bind === "scales" || (names.length && !names.includes(name));
    const state = this.state();
    this.restore(Object.fromEntries(this.params.filter(kept).map(({ name }) => [name, state[name]])));
  }

  explain(error) {
    console.warn(error);
    clearTimeout(this.timer);
    this.view?.finalize();
    this.legend?.view.finalize();
    this.view = this.legend = null;
    const words = document.createElement("p");
    words.textContent = `This chart cannot be drawn: ${error.message}.`;
    this.host.replaceChildren(words);
  }
}

// The selection parameter of a map's cells, and what is said of the keys.
const CELLS = "pick_node";
const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const WALK = "Arrow keys go from cell to cell.";
const CHOOSE = " Enter selects the rows of a cell; with shift it adds them, with alt it removes them.";

// Until the page has had time for what is on its way, and then has nothing to do.
const calm = async () => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  const idle = window.requestIdleCallback ?? setTimeout; // Safari has none
  await new Promise((resolve) => idle(resolve, { timeout: 1000 }));
};

const nearest = (items, distance) =>
  items.reduce((best, each) => (best && distance(best) <= distance(each) ? best : each), null);

const isPoint = (select) => (select.type ?? select) === "point";

const isBrush = ({ select, bind }) => !isPoint(select) && bind !== "scales";

// Vega-Lite draws an interval over the points, which could then be neither hovered nor clicked.
const letThrough = (spec) => {
  for (const mark of spec.marks) if (/_brush$/.test(mark.name)) mark.interactive = false;
  return spec;
};

// Vega fills a path for each symbol: of a map of thousands these would take most of the time of every drawing. Plain
// discs, if there are many, are blended here, pixel by pixel, in a third of it; all else is drawn as before.
const quicken = (symbol) => {
  const { draw } = symbol;
  if (draw.before) return;
  symbol.draw = function (context, scene, bounds, ...rest) {
    const discs = scene.items.length > FEW && scene.items.every(isDisc);
    if (discs) drawDiscs(context, scene.items, bounds);
    else draw.call(this, context, scene, bounds, ...rest);
  };
  symbol.draw.before = draw;
};
const FEW = 100;

const isDisc = ({ fill, stroke, shape, size, strokeDash, zindex, blend }) => {
  const plain = OPAQUE.test(fill) && (!stroke || OPAQUE.test(stroke)) && size >= 0;
  return plain && (shape ?? "circle") === "circle" && !strokeDash && !zindex && !blend;
};
const OPAQUE = /^(#[\da-f]{6}$|rgb\()/i;

const drawDiscs = (context, items, bounds) => {
  const { width, height } = context.canvas;
  const { a: scale, e: left, f: top } = context.getTransform();
  const pixels = new Float32Array(4 * width * height); // red, green and blue, each times alpha, and alpha
  const colour = colours(context);
  for (const item of items) {
    if (bounds && !bounds.intersects(item.bounds)) continue;
    const { opacity = 1, fillOpacity = 1, strokeOpacity = 1, stroke, strokeWidth = 1 } = item;
    const x = scale * item.x + left, y = scale * item.y + top, radius = (scale * Math.sqrt(item.size)) / 2;
    const ring = (inner, outer, name, alpha) => blend(pixels, width, height, x, y, inner, outer, colour(name), alpha);
    ring(0, own(radius), item.fill, opacity * fillOpacity);
    const half = (scale * strokeWidth) / 2;
    if (stroke) ring(radius - half, radius + half, stroke, opacity * strokeOpacity);
  }
  context.save();
  context.resetTransform();
  context.globalAlpha = 1;
  context.globalCompositeOperation = "source-over";
  context.drawImage(layer(pixels, width, height), 0, 0);
  context.restore();
};

// Of a disc whose edge fades over a pixel, so that it covers as much as one with a sharp edge would.
const own = (radius) => Math.sqrt(Math.max(0, radius * radius - 1 / 12));

// Lays a ring over what is there. A pixel whose middle is less than half a pixel from an edge is covered in part.
const blend = (pixels, width, height, x, y, inner, outer, [red, green, blue], opacity) => {
  const from = inner - 0.5, to = outer + 0.5; // of these nothing is covered
  const x0 = Math.max(0, Math.floor(x - to)), x1 = Math.min(width, Math.ceil(x + to));
  const y0 = Math.max(0, Math.floor(y - to)), y1 = Math.min(height, Math.ceil(y + to));
  for (let j = y0; j < y1; j++) {
    const down = (j + 0.5 - y) ** 2;
    for (let i = x0, at = 4 * (j * width + x0); i < x1; i++, at += 4) {
      const away = Math.sqrt((i + 0.5 - x) ** 2 + down);
      if (away >= to || away <= from) continue;
      let alpha = opacity;
      if (to - away < 1) alpha *= to - away;
      if (inner && away - from < 1) alpha *= away - from;
      const rest = 1 - alpha;
      pixels[at] = pixels[at] * rest + red * alpha;
      pixels[at + 1] = pixels[at + 1] * rest + green * alpha;
      pixels[at + 2] = pixels[at + 2] * rest + blue * alpha;
      pixels[at + 3] = pixels[at + 3] * rest + alpha;
    }
  }
};

const layer = (pixels, width, height) => {
  const image = new ImageData(width, height), { data } = image;
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = pixels[at + 3];
    if (alpha === 0) continue;
    data[at] = pixels[at] / alpha;
    data[at + 1] = pixels[at + 1] / alpha;
    data[at + 2] = pixels[at + 2] / alpha;
    data[at + 3] = 255 * alpha;
  }
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
};

// From the name of a colour to its red, green and blue, as a canvas reads it.
const colours = (context) => {
  const known = new Map();
  const read = (name) => {
    context.fillStyle = name;
    return [1, 3, 5].map((at) => parseInt(context.fillStyle.slice(at, at + 2), 16));
  };
  return (name) => known.get(name) ?? known.set(name, read(name)).get(name);
};

const parts = (spec) => spec.layer ?? [spec];

const equal = (spec, other) => JSON.stringify(spec) === JSON.stringify(other);

const embedded = async (spec, options) => {
  while (!window.vegaEmbed && document.querySelector('script[type="later"]')) await new Promise(requestAnimationFrame);
  if (!window.vegaEmbed) throw new Error('Vega is not loaded, call pn.extension("vega")');
  const place = document.createElement("div");
  const drawing = { mode: "vega-lite", actions: false, renderer: "canvas", defaultStyle: false };
  // Without $schema: Altair names a later one than the page has, and each embed would warn.
  return { place, ...(await window.vegaEmbed(place, { ...spec, $schema: undefined }, { ...drawing, ...options })) };
};

// The layer whose marks have colours of their own, each in its row, and what no click on a mark is.
const PAINTED = "points";
const UNHEARD = "@legend:click";

// A chart as Vega draws it, and the legend whose scale gives the points their colours, if there are any.
const divided = (spec) => {
  const dots = spec.layer?.find(({ name, encoding }) => name === PAINTED && encoding.color?.scale?.domain);
  if (!dots) return { spec, chart: untold(spec), colours: null };
  const { condition, ...color } = dots.encoding.color;
  const paint = { condition, value: { expr: "datum.paint" } };
  const painted = { ...dots, encoding: { ...dots.encoding, color: paint } };
  const layer = spec.layer.map((each) => (each === dots ? painted : each));
  const unbound = ({ bind, ...param }) =>
    bind === "legend" ? { ...param, select: { ...param.select, on: UNHEARD } } : bind ? { ...param, bind } : param;
  const legends = spec.params.filter(({ bind, select }) => !select || bind === "legend");
  const colours = {
    description: "Legend",
    config: spec.config,
    background: spec.background,
    params: legends.map(({ views, ...param }) => param),
    data: { values: [] },
    mark: dots.mark,
    encoding: { color },
    view: { stroke: null },
    height: 0,
    padding: { bottom: 5 },
  };
  return { spec, chart: untold({ ...spec, layer, params: spec.params.map(unbound) }), colours };
};

// From values to colours as a scale has them, quickly: of numbers there are as many as the eye tells apart.
const shading = (scale) => {
  if (scale.type === "ordinal") return scale;
  const [place, value] = scale.type === "log" ? [Math.log, Math.exp] : [Number, Number];
  const [from, to] = [scale.domain()[0], scale.domain().at(-1)].map(place);
  const shade = Array.from({ length: SHADES + 1 }, (_, i) => scale(value(from + ((to - from) * i) / SHADES)));
  return (number) => shade[Math.round(Math.min(1, Math.max(0, (place(number) - from) / (to - from || 1))) * SHADES)];
};
const SHADES = 255;

// A tooltip of several lines is put into words when it is seen: Vega would do it for each mark whenever one changes.
const untold = (spec) => {
  const strip = (part, i) =>
    Array.isArray(part.encoding?.tooltip)
      ? { ...part, encoding: { ...part.encoding, tooltip: { value: { expr: `{part: ${i}, row: datum}` } } } }
      : part;
  return spec.layer ? { ...spec, layer: spec.layer.map(strip) } : strip(spec, 0);
};

// Columns with their values: arrays of numbers, and JSON for what else there is.
const unpacked = (columns) =>
  Object.entries(columns).map(([name, values]) => [name, typeof values === "string" ? JSON.parse(values) : values]);

// As it may be put into another view: without Vega's own identifier.
const plainTuple = ({ unit, fields, values }) => ({ unit, fields, values });

// A click on a mark of another layer picks undefined.
const picked = (tuples) => {
  const values = tuples.map((tuple) => tuple.values[0]).filter((value) => value != null);
  return values.length ? values : null;
};

const ordered = (bounds) => {
  const entries = Object.entries(bounds).map(([channel, ends]) => [channel, ends?.toSorted((a, b) => a - b)]);
  return entries.every(([, ends]) => ends) ? Object.fromEntries(entries) : null;
};

const filled = (value) => (typeof value === "number" && !Number.isFinite(value) ? null : value);

// A picture within the message: nothing is loaded, and nothing in it is markup.
const EMBEDDED = /^data:image\/png;base64,[\w+/=]+$/;

export default { render };
