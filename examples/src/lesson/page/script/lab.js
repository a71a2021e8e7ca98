// The bench with sliders: a net is run anew at every move.

const INITIALIZERS = {
  he_normal: { name: "He", ink: "he" },
  he_uniform: { name: "He, uniform", ink: "he" },
  glorot_normal: { name: "Glorot", ink: "glorot" },
  glorot_uniform: { name: "Glorot, uniform", ink: "glorot" },
  lecun_normal: { name: "LeCun", ink: "lecun" },
  "normal(std=0.01)": { name: "N(0, 0.01²)", ink: "small" },
  "normal(std=1)": { name: "N(0, 1)", ink: "large" },
  "const(0.1)": { name: "all 0.1", ink: "zeros" },
  zeros: { name: "zeros", ink: "zeros" },
};

function lab(element, digits) {
  const control = (name) => element.querySelector(`[name=${name}]`);
  const value = (name) => Number(control(name).value);
  let before = null; // the curves of the last setting, which stay as a thin line

  const settings = () => {
    const scale = 2 ** value("scale"), initializer = control("initializer").value;
    const rule = scale === 1 ? initializer : `${initializer}.times(${scale})`;
    return {
      initializer, scale,
      net: {
        depth: value("depth"), width: value("width"), activation: control("activation").value, seed: value("seed"),
        images: 16, rules: [["*.bias", "zeros"], ["*.weight", rule]],
      },
    };
  };

  const redraw = () => {
    const { initializer, scale, net } = settings();
    for (const name of ["depth", "width", "seed"]) element.querySelector(`output[for=lab-${name}]`).value = value(name);
    element.querySelector("output[for=lab-scale]").value = `× ${number(scale)}`;
    const found = measure(net, digits);
    const { name, ink } = INITIALIZERS[initializer];
    for (const field of ["signal", "gradient"]) {
      const curves = [{ label: name, ink, values: found[field] }];
      if (before) curves.unshift({ label: "before", ink: "theory", stroke: "ghost", values: before[field] });
      element.querySelector(`.${field}`).innerHTML = show(field, curves);
    }
    before = found;
    element.querySelector(".said").innerHTML = said(net, found);
  };

  // A browser compiles what runs often: nets of each function and of several seeds, which nobody sees, so that the first
  // move is as fast as the tenth.
  const idle = window.requestIdleCallback ?? setTimeout;
  const prepare = ([activation, ...others]) => {
    measure({ ...settings().net, activation, seed: others.length + 1 }, digits);
    if (others.length) idle(() => prepare(others));
  };

  element.addEventListener("input", redraw);
  redraw();
  idle(() => prepare([...Object.keys(ACTIVATIONS), ...Object.keys(ACTIVATIONS)]));
}

// What became of the signal and the gradient, in words.
function said(net, { loss, signal, gradient, dead, alike }) {
  const steps = Math.max(net.depth - 1, 1);
  const whole = signal.at(-1) / signal[0], back = gradient[0] / gradient.at(-1);
  if (signal[0] === 0) return `<strong>Nothing passes.</strong> Loss before training: ${number(loss)}.`;
  const verdict = whole < 0.02 ? "The signal vanishes."
    : whole > 50 || !Number.isFinite(whole) ? "The signal explodes."
    : back < 0.02 ? "The signal passes; the weights' gradient vanishes towards the first layers."
    : back > 50 ? "The signal passes; the weights' gradient explodes towards the first layers."
    : "Signal and gradient pass.";
  return `<strong>${verdict}</strong> A layer multiplies the signal by ${number(whole ** (1 / steps))} on average: ${number(signal[0])} ` +
    `after the first layer, ${number(signal.at(-1))} after layer ${net.depth}. From the last layer to the first the gradient ` +
    `of the weights changes by ${number(back ** (1 / steps))} a layer: it is the signal that a layer gets times what comes back to it. In the last layer ${percent(dead.at(-1))} of the units are dead, and two images have a cosine ` +
    `of ${number(alike.at(-1))}. Loss before training: ${number(loss)}.`;
}
