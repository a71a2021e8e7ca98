// Line charts as the page's still pictures have them: names at the ends of curves, crosses where a curve leaves the scale.

const SIZE = { width: 480, height: 300, top: 52, bottom: 254, left: 52 };
// What doubles hold, in which this page computes: the scale goes where the values go.
const DOUBLES = [1e-300, 1e300];
const BESIDE = 10; // from a cross to its curve's name

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const raised = (power) => [...String(power)].map((c) => RAISED[c]).join("");
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

// Two or three digits: 0.031, 2.3, 1.2·10⁻⁹.
function number(value) {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "no number" : "∞";
  const size = Math.abs(value), power = Math.floor(Math.log10(size));
  if (size >= 1e-3 && size < 1e4) return value.toFixed(Math.max(1 - power, 0));
  return `${(value / 10 ** power).toFixed(1)}·10${raised(power)}`;
}

const percent = (share) => `${(100 * share).toFixed(0)} %`;

function tick(value) {
  const power = Math.round(Math.log10(Math.abs(value)));
  const isPower = value !== 0 && Math.abs(value / 10 ** power - 1) < 1e-9;
  return isPower && (power < -2 || power > 3) ? `10${raised(power)}` : String(Math.round(value * 1e6) / 1e6);
}

function linear([lo, hi], [from, to]) {
  const rough = (hi - lo) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((by) => by * power >= rough);
  const marks = [];
  for (let at = Math.ceil(lo / step); at * step <= hi + 1e-9 * step; at++) marks.push(at * step);
  return { lo, hi, marks, place: (value) => from + ((value - lo) / (hi - lo)) * (to - from) };
}

// A logarithmic scale over whole decades around all values, at least two.
function logarithmic(values, [least, most], [from, to]) {
  const usable = values.filter((value) => value > 0 && Number.isFinite(value))
    .map((value) => Math.min(Math.max(value, least), most));
  let down = Math.floor(Math.log10(Math.min(...usable))), up = Math.ceil(Math.log10(Math.max(...usable)) - 1e-9);
  if (!usable.length) [down, up] = [-2, 0];
  const room = Math.max((2 - (up - down)) / 2, 0);
  [down, up] = [Math.floor(down - room), Math.ceil(up + room)];
  const every = Math.max(Math.ceil((up - down) / 5), 1), marks = [];
  for (let power = down; power <= up; power++) if (power % every === 0) marks.push(10 ** power);
  const place = (value) => from + ((Math.log10(value) - down) / (up - down)) * (to - from);
  return { lo: 10 ** down, hi: 10 ** up, marks, place };
}

// Names move apart until none covers another.
function spread(wanted, top, bottom) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const places = [...wanted];
  let free = top;
  for (const i of order) { places[i] = Math.max(wanted[i], free); free = places[i] + 15; }
  free = bottom;
  for (const i of order.reverse()) { places[i] = Math.min(places[i], free); free = places[i] - 15; }
  return places;
}

const wide = (words) => 0.63 * 13 * [...words].length;

// {title, x, y, log, bounds, share, first, curves: [{label, ink, stroke, values}]} as SVG; the scale of a share goes to 1.
function chart({ title, x, y, log, bounds, share, first = 1, curves }) {
  const right = SIZE.width - Math.min(Math.max(Math.max(...curves.map(({ label }) => wide(label))) + 12, 16), 200);
  const last = first + Math.max(1, ...curves.map(({ values }) => values.length - 1));
  const across = linear([first, last], [SIZE.left, right]);
  const all = curves.flatMap(({ values }) => values);
  const highest = Math.max(0.1, ...all.filter(Number.isFinite));
  const up = log ? logarithmic(all, bounds ?? DOUBLES, [SIZE.bottom, SIZE.top])
    : linear([bounds?.[0] ?? 0, share ? 1 : Math.min(bounds?.[1] ?? highest, highest)], [SIZE.bottom, SIZE.top]);

  const drawn = curves.map((curve) => {
    const points = [];
    for (const [i, value] of curve.values.entries()) {
      const inside = value >= up.lo && value <= up.hi;
      const shown = Number.isNaN(value) ? up.hi : Math.min(Math.max(value, up.lo), up.hi);
      points.push({ x: across.place(first + i), y: up.place(shown), inside });
      if (!inside) break;
    }
    // A curve that leaves the scale is named beside its cross where there is room: a thread would read as a curve.
    const end = points.at(-1), words = log ? curve.label : `${curve.label}: ${number(curve.values[points.length - 1])}`;
    const beside = end && !end.inside && end.x + BESIDE + wide(words) <= right;
    return { ...curve, points, end, beside, words: beside ? words : curve.label };
  });
  const named = drawn.filter(({ label, end }) => label && end);
  const placed = (some) => {
    const places = spread(some.map(({ end }) => end.y + 4), SIZE.top + 6, SIZE.bottom + 6);
    return some.map((curve, i) => ({ ...curve, place: places[i] }));
  };
  const names = [...placed(named.filter(({ beside }) => beside)), ...placed(named.filter(({ beside }) => !beside))];

  const text = (kind, x, y, words) => `<text class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}">${escaped(words)}</text>`;
  const rows = up.marks.map((value) => `<path class="grid" d="M${SIZE.left} ${up.place(value).toFixed(1)}H${right}"/>` +
    text("tick end", SIZE.left - 6, up.place(value) + 4, tick(value)));
  const columns = across.marks.map((value) => text("tick middle", across.place(value), SIZE.bottom + 18, tick(value)));
  const lines = drawn.map(({ ink, stroke, points, end }) => {
    const path = points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
    const cross = end && !end.inside
      ? `<path class="cross ink-${ink}" d="M${end.x - 5} ${end.y - 5}l10 10m-10 0l10 -10"/>` : "";
    return `<polyline class="line ink-${ink} ${stroke ?? ""}" opacity="1" points="${path}"/>${cross}`;
  });
  const name = ({ words, ink, end, beside, place }) => beside ? text(`name ink-${ink}`, end.x + BESIDE, place, words)
    : `<path class="thread ink-${ink}" d="M${end.x + 3} ${end.y}L${right + 4} ${place - 4}"/>` +
      text(`name ink-${ink}`, right + 6, place, words);
  const spoken = `${title}: ${named.map(({ label, values }) => `${label} ends at ${number(values.at(-1))}`).join(", ")}`;
  return `<svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="${escaped(spoken)}">` +
    text("title", 4, 17, title) + text("note", 4, 36, y) + rows.join("") + columns.join("") + lines.join("") +
    names.map(name).join("") + text("note end", right, SIZE.height - 8, x) + "</svg>";
}

// What can be shown of nets, by the field of their readings.
const SHOWN = {
  signal: { title: "Signal by layer", y: "rms of what a layer passes on, log scale", log: true },
  gradient: { title: "The weights' gradient by layer", y: "its rms, log scale", log: true },
  dead: { title: "Dead units by layer", y: "share of units off for all images", share: true },
  alike: { title: "How alike two images are", y: "mean cosine of what a layer passes on", share: true },
  spread: { title: "What the last layer passes on", y: "rms", x: "seeds, sorted" },
  loss: { title: "Loss by step", y: "cross-entropy; guessing costs 2.3", bounds: [0, 6], x: "step of gradient descent", first: 0 },
};

const show = (field, curves) => chart({ x: "hidden layer", ...SHOWN[field], curves });
