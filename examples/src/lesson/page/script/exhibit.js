// Nets that are shown together: run and drawn at once, or trained a step a frame while the reader watches.

const still = matchMedia("(prefers-reduced-motion: reduce)");

function exhibit(place, { show: fields, steps, rate, curves }, digits) {
  place.innerHTML = fields.map((field) => `<figure class="${field}"></figure>`).join("");
  const draw = (field, values) =>
    (place.querySelector(`.${field}`).innerHTML = show(field, curves.map((curve, i) => ({ ...curve, values: values[i] }))));
  const fromOnePass = fields.some((field) => !["loss", "spread"].includes(field));
  const readings = fromOnePass ? curves.map(({ net }) => measure(net, digits)) : [];
  for (const field of fields) {
    if (field === "loss") watch(curves, steps, rate, digits, (losses) => draw("loss", losses));
    else if (field === "spread") draw("spread", curves.map((curve) => sorted(curve, digits)));
    else draw(field, readings.map((reading) => reading[field]));
  }
}

// What the last layer passes on under seeds 1, 2 …, sorted.
function sorted({ net, seeds }, digits) {
  const last = (_, i) => measure({ ...net, seed: i + 1 }, digits).signal.at(-1);
  return Float64Array.from({ length: seeds }, last).sort();
}

// Trains all nets side by side; `draw` gets the losses so far after each step, or all at once where motion is unwelcome.
function watch(curves, steps, rate, digits, draw) {
  const trainers = curves.map(({ net }) => trainer(net, digits, rate));
  const losses = curves.map(() => []);
  const step = () => trainers.forEach((train, i) => losses[i].push(train()));
  const frame = () => {
    const begun = performance.now();
    do step(); while (losses[0].length <= steps && (still.matches || performance.now() - begun < 12));
    if (!still.matches || losses[0].length > steps) draw(losses);
    if (losses[0].length <= steps) requestAnimationFrame(frame);
  };
  frame();
}
