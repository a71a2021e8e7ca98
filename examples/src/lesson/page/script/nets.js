// Nets: layers fc0, fc1 … of one width with a function after each, then a linear head; cross-entropy.
//
// A net is {depth, width, activation, seed, images, rules}. Rules are candle-init's: [glob, text], the first match wins.
// Weights are the crate's floats; what is computed from them is computed in doubles.

const CLASSES = 10;
const root2 = Math.sqrt(2);
const density = (x) => Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

// Abramowitz and Stegun 7.1.6: no term cancels another. Beyond six it is one, to the last digit.
function erf(x) {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x, sum = x;
  for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) sum += term *= 2 * x * x / n;
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}
const below = (x) => (1 + erf(x / root2)) / 2; // the normal distribution function

// Each function f and its slope, by the value x that goes in and y = f(x) that comes out.
const ACTIVATIONS = {
  relu: { f: (x) => (x > 0 ? x : 0), slope: (x) => (x > 0 ? 1 : 0) },
  tanh: { f: Math.tanh, slope: (x, y) => 1 - y * y },
  sigmoid: { f: sigmoid, slope: (x, y) => y * (1 - y) },
  gelu: { f: (x) => x * below(x), slope: (x, y) => (x ? y / x : 0.5) + x * density(x) },
  silu: { f: (x) => x * sigmoid(x), slope: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))) },
  leaky_relu: { f: (x) => (x > 0 ? x : 0.1 * x), slope: (x) => (x > 0 ? 1 : 0.1) },
  linear: { f: (x) => x, slope: () => 1 },
};

// The standard deviation of a rule's weights, from the layer's inputs (n) and outputs (m).
const STDS = {
  he_normal: (n) => Math.sqrt(2 / n),
  he_uniform: (n) => Math.sqrt(2 / n),
  glorot_normal: (n, m) => Math.sqrt(2 / (n + m)),
  glorot_uniform: (n, m) => Math.sqrt(2 / (n + m)),
  lecun_normal: (n) => Math.sqrt(1 / n),
};

const cache = new Map();

// Values of a parameter before they are scaled. They depend on seed, name and index alone, so that a slider need not draw
// them again, and a layer that becomes narrower takes the first of them.
function standard(draw, seed, name, count) {
  const address = `${draw.name} ${seed} ${name}`;
  if (!(cache.get(address)?.length >= count)) {
    if (cache.size > 2500) cache.clear();
    cache.set(address, draw(seed, name, count));
  }
  return cache.get(address);
}

const drawing = (initializer) => (initializer.endsWith("uniform") ? steps : normals);

// The values of a parameter by the text of its rule, such as he_normal.times(0.5), normal(std=0.01), const(0.1) or zeros.
function parameter(text, seed, name, count, inputs, outputs) {
  const [, initializer, given, times] = text.match(/^(\w+)(?:\((?:std=)?([^)]*)\))?(?:\.times\(([^)]*)\))?$/);
  const factor = Number(times ?? 1);
  if (initializer === "zeros") return new Float64Array(count);
  if (initializer === "const") return new Float64Array(count).fill(float(float(given) * factor));
  const std = initializer === "normal" ? Number(given ?? 1) : STDS[initializer](inputs, outputs);
  const uniform = initializer.endsWith("uniform"), draw = drawing(initializer);
  const scale = float((uniform ? Math.sqrt(3) * 2 ** -23 : 1) * std * factor);
  const values = standard(draw, seed, name, count), found = new Float64Array(count);
  for (let i = 0; i < count; i++) found[i] = float(values[i] * scale);
  return found;
}

const matches = (glob, name) =>
  new RegExp(`^${glob.replaceAll(".", "\\.").replaceAll("*", ".*")}$`).test(name);

// The layers of a net, hidden ones first, then the head.
function build(net, pixels) {
  const draw = (name, count, inputs, outputs) => {
    const [, text] = net.rules.find(([glob]) => matches(glob, name));
    return parameter(text, net.seed, name, count, inputs, outputs);
  };
  const layer = (name, inputs, outputs) => ({
    name, inputs, outputs,
    weight: draw(`${name}.weight`, inputs * outputs, inputs, outputs),
    bias: draw(`${name}.bias`, outputs, inputs, outputs),
  });
  const hidden = [...Array(net.depth).keys()].map((i) => layer(`fc${i}`, i ? net.width : pixels, net.width));
  return [...hidden, layer("head", net.width, CLASSES)];
}

// y = x·Wᵀ + b for each image: four outputs at a time, so that x is read once for all four.
function affine(x, { weight, bias, inputs, outputs }, images) {
  const y = new Float64Array(images * outputs);
  for (let image = 0; image < images; image++) {
    const from = image * inputs, to = image * outputs;
    let o = 0;
    for (; o + 4 <= outputs; o += 4) {
      let a = 0, b = 0, c = 0, d = 0;
      const first = o * inputs, second = first + inputs, third = second + inputs, fourth = third + inputs;
      for (let i = 0; i < inputs; i++) {
        const value = x[from + i];
        a += value * weight[first + i];
        b += value * weight[second + i];
        c += value * weight[third + i];
        d += value * weight[fourth + i];
      }
      y[to + o] = a + bias[o];
      y[to + o + 1] = b + bias[o + 1];
      y[to + o + 2] = c + bias[o + 2];
      y[to + o + 3] = d + bias[o + 3];
    }
    for (; o < outputs; o++) {
      let sum = bias[o];
      for (let i = 0; i < inputs; i++) sum += x[from + i] * weight[o * inputs + i];
      y[to + o] = sum;
    }
  }
  return y;
}

// From the gradient at a layer's output, those of its weight and bias: four images at a time, so that a row of the weight's
// gradient is gone through once for all four.
function weightGradient(gradient, x, { inputs, outputs }, images) {
  const dWeight = new Float64Array(inputs * outputs), dBias = new Float64Array(outputs);
  for (let image = 0; image < images; image += 4) {
    const row = (k) => Math.min(image + k, images - 1) * inputs;
    const first = row(0), second = row(1), third = row(2), fourth = row(3);
    for (let o = 0; o < outputs; o++) {
      const at = (k) => (image + k < images ? gradient[(image + k) * outputs + o] : 0);
      const a = at(0), b = at(1), c = at(2), d = at(3);
      if (a === 0 && b === 0 && c === 0 && d === 0) continue;
      const to = o * inputs;
      dBias[o] += a + b + c + d;
      for (let i = 0; i < inputs; i++) {
        dWeight[to + i] += a * x[first + i] + b * x[second + i] + c * x[third + i] + d * x[fourth + i];
      }
    }
  }
  return { dWeight, dBias };
}

// And that of its input.
function inputGradient(gradient, { weight, inputs, outputs }, images) {
  const dx = new Float64Array(images * inputs);
  for (let image = 0; image < images; image++) {
    const to = image * inputs;
    for (let o = 0; o < outputs; o++) {
      const g = gradient[image * outputs + o], row = o * inputs;
      if (g !== 0) for (let i = 0; i < inputs; i++) dx[to + i] += g * weight[row + i];
    }
  }
  return dx;
}

// The mean cross-entropy of logits, and its gradient.
function crossEntropy(logits, labels, images) {
  const gradient = new Float64Array(logits.length);
  let loss = 0;
  for (let image = 0; image < images; image++) {
    const row = logits.subarray(image * CLASSES, (image + 1) * CLASSES);
    const top = Math.max(...row);
    const sum = row.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
    loss += (Math.log(sum) + (top - row[labels[image]])) / images;
    row.forEach((logit, c) => {
      gradient[image * CLASSES + c] = (Math.exp(logit - top) / sum - (c === labels[image] ? 1 : 0)) / images;
    });
  }
  return { loss, gradient };
}

function each(f, values) {
  const found = new Float64Array(values.length);
  for (let i = 0; i < found.length; i++) found[i] = f(values[i]);
  return found;
}

function forward(layers, activation, data) {
  const { f } = ACTIVATIONS[activation];
  const inputs = [data.images], outputs = [];
  for (const layer of layers) {
    outputs.push(affine(inputs.at(-1), layer, data.count));
    if (layer.name !== "head") inputs.push(each(f, outputs.at(-1)));
  }
  return { inputs, outputs };
}

// The gradients of all layers, first to last.
function backward(layers, activation, { inputs, outputs }, gradient, data) {
  const { slope } = ACTIVATIONS[activation];
  const gradients = [];
  for (let at = layers.length - 1; at >= 0; at--) {
    gradients.unshift(weightGradient(gradient, inputs[at], layers[at], data.count));
    if (at === 0) break;
    gradient = inputGradient(gradient, layers[at], data.count);
    const x = outputs[at - 1], y = inputs[at];
    for (let i = 0; i < gradient.length; i++) gradient[i] *= slope(x[i], y[i]);
  }
  return gradients;
}

function pass(layers, net, data) {
  const states = forward(layers, net.activation, data);
  const { loss, gradient } = crossEntropy(states.outputs.at(-1), data.labels, data.count);
  return { states, loss, gradients: backward(layers, net.activation, states, gradient, data) };
}

function rms(values) {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares / values.length);
}

// The share of units that pass on one and the same value for every image.
function dead(values, images, units) {
  let count = 0;
  for (let unit = 0; unit < units; unit++) {
    let same = true;
    for (let image = 1; same && image < images; image++) same = values[image * units + unit] === values[unit];
    if (same) count++;
  }
  return count / units;
}

// The mean cosine between what two images make a layer pass on: |Σu|² for unit vectors u counts all pairs at once.
function likeness(values, images, units) {
  const sum = new Float64Array(units);
  let alive = 0;
  for (let image = 0; image < images; image++) {
    const row = values.subarray(image * units, (image + 1) * units);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) { alive++; for (let unit = 0; unit < units; unit++) sum[unit] += row[unit] / length; }
  }
  return alive < 2 ? NaN : (sum.reduce((total, s) => total + s * s, 0) - alive) / (alive * (alive - 1));
}

// The first images of the page's digits.
function batch(digits, count) {
  const size = digits.size, images = new Float64Array(count * size);
  for (let i = 0; i < images.length; i++) images[i] = float(digits.values[parseInt(digits.pixels[i], 36)]);
  return { images, labels: [...digits.labels.slice(0, count)].map(Number), count, size };
}

// One pass forward and one back: by hidden layer, what it passes on and how large its weight's gradient is.
function measure(net, digits) {
  const data = batch(digits, net.images);
  const { states, loss, gradients } = pass(build(net, data.size), net, data);
  const passed = states.inputs.slice(1);
  return {
    loss,
    signal: passed.map(rms),
    gradient: gradients.slice(0, -1).map(({ dWeight }) => rms(dWeight)),
    dead: passed.map((values) => dead(values, data.count, net.width)),
    alike: passed.map((values) => likeness(values, data.count, net.width)),
  };
}

// Plain gradient descent on one batch, a step a call; each call gives the loss before its step.
function trainer(net, digits, rate) {
  const data = batch(digits, net.images), layers = build(net, data.size);
  return () => {
    const { loss, gradients } = pass(layers, net, data);
    layers.forEach((layer, at) => {
      const { dWeight, dBias } = gradients[at];
      for (let i = 0; i < dWeight.length; i++) layer.weight[i] -= rate * dWeight[i];
      for (let i = 0; i < dBias.length; i++) layer.bias[i] -= rate * dBias[i];
    });
    return loss;
  };
}

function train(net, digits, rate, steps) {
  const step = trainer(net, digits, rate);
  return Array.from({ length: steps + 1 }, step);
}
