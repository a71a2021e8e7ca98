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
  const idle = window.requestIdleCallback ?? ((run) => setTimeout(() => run({ timeRemaining: () => 8 })));
  const prepare = ([activation, ...others]) => {
    measure({ ...settings().net, activation, seed: others.length + 1 }, digits);
    if (others.length) idle(() => prepare(others));
    else ahead();
  };

  // While the reader looks, the weights of the next seeds are drawn, a layer at a time, at the widest that the slider goes to.
  const ahead = () => idle(draw);
  const draw = (deadline) => {
    const { net } = settings(), initializer = control("initializer").value;
    if (!(initializer in STDS) && !initializer.startsWith("normal")) return;
    const weights = unseen(net, drawing(initializer), Number(control("width").max), digits.size);
    for (const weight of weights) {
      if (deadline.timeRemaining() < 2) return ahead();
      standard(...weight);
    }
  };

  element.addEventListener("input", () => { redraw(); ahead(); });
  redraw();
  idle(() => prepare([...Object.keys(ACTIVATIONS), ...Object.keys(ACTIVATIONS)]));
}

// The weights, up to this width, of this seed and its neighbours: nearest first.
function* unseen({ depth, seed }, draw, width, pixels) {
  for (const other of [seed, seed + 1, seed - 1, seed + 2, seed - 2, seed + 3, seed - 3].filter((seed) => seed > 0)) {
    for (let layer = 0; layer < depth; layer++) yield [draw, other, `fc${layer}.weight`, width * (layer ? width : pixels)];
  }
}

// What counts as lost or blown up between the first and the last layer; the page's text says so, too.
const FACTOR = 50;

// What became of the signal and the gradient, in words.
function said(net, { loss, signal, gradient, dead, alike }) {
  const steps = Math.max(net.depth - 1, 1);
  const whole = signal.at(-1) / signal[0], back = gradient[0] / gradient.at(-1);
  if (signal[0] === 0) return `<strong>Nothing passes.</strong> Loss before training: ${number(loss)}.`;
  const verdict = whole < 1 / FACTOR ? "The signal vanishes."
    : whole > FACTOR || !Number.isFinite(whole) ? "The signal explodes."
    : alike.at(-1) > 0.999 ? "The size passes, but all images look the same."
    : back < 1 / FACTOR ? "The signal passes; the weights' gradient vanishes towards the first layers."
    : back > FACTOR ? "The signal passes; the weights' gradient explodes towards the first layers."
    : "Signal and gradient pass.";
  // Other functions have units that say the same of all images, but none that is off.
  const off = net.activation === "relu" ? `${percent(dead.at(-1))} of the units are dead, and ` : "";
  return `<strong>${verdict}</strong> A layer multiplies the signal by ${number(whole ** (1 / steps))} on average: ${number(signal[0])} ` +
    `after the first layer, ${number(signal.at(-1))} after layer ${net.depth}. ${returned(gradient, back ** (1 / steps))} ` +
    `In the last layer ${off}two images have a cosine of ${number(alike.at(-1))}. Loss before training: ${number(loss)}.`;
}

function returned(gradient, factor) {
  if (gradient[0] === 0) return "No gradient reaches the first layer's weights.";
  const tiny = gradient[0] < 1e-38 ? " Below 10⁻³⁸ float32 loses its digits: a net in floats gets less than this page, which computes in doubles." : "";
  return `From the last layer to the first the gradient of the weights changes by ${number(factor)} a layer: it is the signal ` +
    `that a layer gets times what comes back to it.${tiny}`;
}
