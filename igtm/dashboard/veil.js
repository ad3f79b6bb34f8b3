function render({ model, view }) {
  const show = () => view.el.classList.toggle("lifted", model.lifted);
  model.on("lifted", show);
  show();
}

export default { render };
