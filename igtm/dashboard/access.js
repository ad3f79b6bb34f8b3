// What keyboards, fingers and screen readers need of Material UI's markup, where it has no parameter for it: each
// control is called what is written on it, and described by its help, which opens from the keyboard and at a tap, too.

// Buttons of a number's field, which show an icon alone.
const NAMELESS = { ".MuiInputAdornment-positionStart": "Less", ".MuiInputAdornment-positionEnd": "More" };
const WATCHED = ["aria-label", "aria-labelledby", "disabled"];
const CONTROL = "input, [role=combobox], [role=slider]";
const GRID = ".tabulator";
const AROUND = ".MuiFormControl-root, .MuiFormControlLabel-root, .MuiBox-root";

// Lists of options, whose state Panel holds, open at a click alone. Space, let go, would choose the first.
const LIST = "[role=listbox]";
const CLOSED_LIST = "[role=combobox].MuiSelect-select[aria-expanded=false]";
const OPENING = { Enter: "keydown", ArrowDown: "keydown", ArrowUp: "keydown", " ": "keyup" };

const OVER = ".MuiDialog-root, .MuiPopover-root";
const PRESSES = ["keydown", "keyup", "pointerdown"];
const USABLE = ":is(button, input, [role=combobox]):not(:disabled, [aria-disabled=true])";
const SETTLED = 200; // milliseconds after which the controls of a line are what a new state makes of them

// Who goes by keyboard sees where, and who asks the system for less motion has it.
const STYLE = new CSSStyleSheet();
STYLE.replaceSync(`
:is(button, a, label, [role=tab], [role=button], [tabindex]):focus-visible {
  outline: 2px solid var(--panel-on-background-color, currentColor); outline-offset: -2px;
}
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; }
}`);

function render({ model, view }) {
  const access = new Access(view.root.el);
  model.on("remove", access.dispose);
}

class Access {
  constructor(root) {
    this.icons = new WeakMap(); // of the controls that have help
    this.openers = new WeakMap(); // what had the focus before a dialog or a list, and gets it back
    this.observer = new MutationObserver((changes) => {
      for (const { type, target, addedNodes, removedNodes } of changes) {
        if (target.closest?.(GRID)) continue;
        for (const node of addedNodes) this.take(node, target);
        for (const node of removedNodes) this.giveBack(node);
        if (type === "attributes") this.mend(target);
        if (target.disabled && hasFocus(target)) this.passOn(target);
      }
    });
    this.enter(root);
    for (const type of PRESSES) window.addEventListener(type, this.press, true);
  }

  dispose = () => {
    this.observer.disconnect();
    for (const type of PRESSES) window.removeEventListener(type, this.press, true);
  };

  // Words that come to a button after its help are its name all the same.
  take(node, parent) {
    if (node.nodeType === Node.ELEMENT_NODE) this.enter(node);
    const button = parent.closest?.("button");
    if (button) this.mend(button);
  }

  // Neither changes nor, within it, moves of the focus are told outside a shadow root. Grids have none, and many
  // elements.
  enter(element) {
    const { shadowRoot } = element;
    if (shadowRoot) {
      const what = { childList: true, subtree: true, attributes: true, attributeFilter: WATCHED };
      this.observer.observe(shadowRoot, what);
      shadowRoot.addEventListener("focusin", this.open);
      shadowRoot.addEventListener("focusout", this.leave);
      const sheets = shadowRoot.adoptedStyleSheets;
      if (!sheets.includes(STYLE)) sheets.push(STYLE); // else it was here before, and only moved
      for (const child of shadowRoot.children) this.enter(child);
    }
    if (element.matches(`${GRID}, canvas, svg`)) return;
    this.mend(element);
    for (const child of element.children) this.enter(child);
  }

  mend(element) {
    const label = element.getAttribute("aria-label");
    const text = element.textContent.trim();
    if (element.localName === "span" && label && !element.role) this.describe(element, label);
    if (element.localName === "button" && label && text && label !== text) {
      element.removeAttribute("aria-label");
      element.ariaDescription = label;
    }
    // While its help is open, a button would be called by it.
    if (element.localName === "button" && text && element.hasAttribute("aria-labelledby")) {
      element.setAttribute("aria-describedby", element.getAttribute("aria-labelledby"));
      element.removeAttribute("aria-labelledby");
    }
    if (element.localName === "button" && !label && !text) {
      const [, name] = Object.entries(NAMELESS).find(([around]) => element.closest(around)) ?? [];
      if (name) element.ariaLabel = name;
    }
    if (element.role === "progressbar" && !label) element.ariaLabel = "Progress";
  }

  // Moves the help of an "i" beside a label from the control's name to its description.
  describe(span, help) {
    const control = span.closest(AROUND)?.querySelector(CONTROL);
    if (!control) return;
    span.removeAttribute("aria-label");
    control.ariaDescription = help;
    const icon = span.parentElement.querySelector("svg");
    this.icons.set(control, icon);
    icon.addEventListener("pointerenter", this.show);
    icon.addEventListener("click", this.tap);
  }

  // The focus of what goes out of use would fall to the page: the first in its line that can be used gets it, or else
  // in what is around it. Some browsers take it away at once, others when the next frame is drawn.
  passOn(control) {
    setTimeout(() => {
      if (document.activeElement !== document.body && !hasFocus(control)) return; // the reader went on
      let [around, heir] = [line(control) ?? control, null];
      while (around && !heir) {
        heir = usable(around);
        around = around.parentNode ?? around.host;
      }
      heir?.focus();
    }, SETTLED);
  }

  // Unless the reader is elsewhere already. Tab leads into a list as long as it fades.
  giveBack(gone) {
    if (document.activeElement === document.body) this.openers.get(gone)?.focus();
  }

  press = (event) => {
    this.byKeyboard = event.key === "Tab";
    const [pressed] = event.composedPath();
    if (event.key === "Escape" || event.type === "pointerdown") this.close();
    if (OPENING[event.key] === event.type && pressed.matches?.(CLOSED_LIST)) pressed.click();
    // The field in a list would keep to itself the key that closes the list.
    const list = event.key === "Escape" && event.type === "keydown" && pressed.closest("input")?.closest(LIST);
    if (list) list.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  };

  open = (event) => {
    const [control] = event.composedPath();
    const over = control.closest(OVER);
    if (over && !this.openers.has(over)) this.openers.set(over, this.focused);
    this.focused = control;
    this.icon = this.byKeyboard && this.icons.get(control);
    this.point("mouseover");
  };

  close = () => this.point("mouseout");

  leave = (event) => {
    const [control] = event.composedPath();
    this.close();
    if (control.disabled) this.passOn(control);
  };

  // React does not see a pointer that comes to the icon straight from another control.
  show = ({ currentTarget }) => {
    this.close();
    this.icon = currentTarget;
    this.point("mouseover");
  };

  // A tap is for the help, not for the field to which the label leads.
  tap = (event) => {
    event.preventDefault();
    this.show(event);
  };

  // Material UI opens help to a mouse alone.
  point(type) {
    if (this.icon) this.icon.dispatchEvent(new MouseEvent(type, { bubbles: true }));
  }
}

// The first control in an element, or in what is shown within it, that can be used.
function usable(element) {
  if (element.matches?.(USABLE)) return element.checkVisibility({ visibilityProperty: true }) ? element : null;
  for (const child of [...(element.shadowRoot?.children ?? []), ...element.children]) {
    const found = usable(child);
    if (found) return found;
  }
  return null;
}

function line(element) {
  while (element && !element.matches?.(".focus-line")) element = element.parentNode ?? element.host;
  return element;
}

function hasFocus(control) {
  return control.getRootNode().activeElement === control;
}

export default { render };
