// What keyboards and screen readers need of Material UI's markup, where it has no parameter for it: each control is
// called what is written on it, and described by its help, which also opens at focus from the keyboard.

// Buttons of a number's field, which show an icon alone.
const NAMELESS = { ".MuiInputAdornment-positionStart": "Less", ".MuiInputAdornment-positionEnd": "More" };
const NAMING = ["aria-label", "aria-labelledby"];
const CONTROL = "input, [role=combobox], [role=slider]";
const AROUND = ".MuiFormControl-root, .MuiFormControlLabel-root, .MuiBox-root";

// Who goes by keyboard sees where, and who asks the system for less motion has it.
const STYLE = new CSSStyleSheet();
STYLE.replaceSync(`
:is(button, a, label, [role=tab], [role=button], [tabindex]):focus-visible {
  outline: 2px solid var(--panel-on-background-color, currentColor); outline-offset: -2px;
}
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; }
}`);

export function render({ model, view }) {
  const access = new Access(view.root.el);
  model.on("remove", access.dispose);
}

class Access {
  constructor(root) {
    this.icons = new WeakMap(); // of the controls that have help
    this.observer = new MutationObserver((changes) => {
      for (const { type, target, addedNodes } of changes) {
        if (type === "attributes") this.mend(target);
        else for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) this.enter(node);
      }
    });
    this.enter(root);
    window.addEventListener("keydown", this.press, true);
    window.addEventListener("pointerdown", this.press, true);
  }

  dispose = () => {
    this.observer.disconnect();
    window.removeEventListener("keydown", this.press, true);
    window.removeEventListener("pointerdown", this.press, true);
  };

  // Neither changes nor, within it, moves of the focus are told outside a shadow root. Grids have none, and many
  // elements.
  enter(element) {
    const { shadowRoot } = element;
    if (shadowRoot) {
      const what = { childList: true, subtree: true, attributes: true, attributeFilter: NAMING };
      this.observer.observe(shadowRoot, what);
      shadowRoot.addEventListener("focusin", this.open);
      shadowRoot.addEventListener("focusout", this.close);
      shadowRoot.adoptedStyleSheets.push(STYLE);
      for (const child of shadowRoot.children) this.enter(child);
    }
    if (element.matches(".tabulator, canvas, svg")) return;
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
    this.icons.set(control, span.parentElement.querySelector("svg"));
  }

  press = ({ key }) => {
    this.byKeyboard = key === "Tab";
    if (key === "Escape") this.point("mouseout");
  };

  open = (event) => {
    this.icon = this.byKeyboard && this.icons.get(event.composedPath()[0]);
    this.point("mouseover");
  };

  close = () => this.point("mouseout");

  // Material UI opens help to a mouse alone.
  point(type) {
    if (this.icon) this.icon.dispatchEvent(new MouseEvent(type, { bubbles: true }));
  }
}
