// Material UI's controls are drawn by React, a moment after Python has set what they show; then Panel writes into its
// model what was drawn. If Python has set something newer by then, that would be undone, here and in Python.

const LONGEST = 2000; // milliseconds after which nothing is written back
const PLAIN = ["string", "number", "boolean"];

function render({ view }) {
  let models = view.model; // what all models have in common
  while (!Object.hasOwn(models, "setv")) models = Object.getPrototypeOf(models);
  if (!models.setv.keepsNewest) models.setv = keepingNewest(models.setv);
}

// A `setv` that leaves out what Python has replaced since, and that was not yet written back.
function keepingNewest(setv) {
  const received = new WeakMap(); // by model: by property: values from Python, in order, and when they came

  const waiting = (model, name) => {
    const now = performance.now();
    return (received.get(model)?.[name] ?? []).filter(({ at }) => now - at < LONGEST);
  };

  const receive = (model, changes) => {
    const kept = received.get(model) ?? {};
    for (const [name, value] of Object.entries(changes)) {
      if (!PLAIN.includes(typeof value)) continue;
      kept[name] = [...waiting(model, name), { value, at: performance.now() }];
      received.set(model, kept);
    }
  };

  const isStale = (model, name, value) => {
    const values = waiting(model, name);
    const which = values.findLastIndex((each) => each.value === value);
    received.get(model)[name] = which < 0 ? [] : values.slice(which + 1); // else the reader chose it
    return which >= 0 && which < values.length - 1;
  };

  const guarded = function (changes, options = {}) {
    if (options.sync === false) receive(this, changes);
    else if (received.has(this)) {
      const fresh = Object.entries(changes).filter(([name, value]) => !isStale(this, name, value));
      changes = Object.fromEntries(fresh);
    }
    return setv.call(this, changes, options);
  };
  return Object.assign(guarded, { keepsNewest: true });
}

export default { render };
