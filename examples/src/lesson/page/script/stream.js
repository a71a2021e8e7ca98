// The random stream of docs/stream.md, version 1: every weight is a function of (seed, name, index).
// The same numbers as the crate's, written again from that text.

const float = Math.fround;
const asFloat = new Float32Array(1);
const asBits = new Int32Array(asFloat.buffer);
const bitsOf = (x) => { asFloat[0] = x; return asBits[0]; };
const fromBits = (bits) => { asBits[0] = bits; return asFloat[0]; };
// a·b of two floats is exact in a double, so only the sum is rounded before the last rounding.
const fma = (a, b, c) => float(a * b + c);
function horner(coefficients, t) {
  let sum = coefficients[coefficients.length - 1];
  for (let k = coefficients.length - 2; k >= 0; k--) sum = fma(sum, t, coefficients[k]);
  return sum;
}

// SHA-256 (FIPS 180-4). Its constants are the fractions of the roots of the first primes.
const primes = [...Array(312).keys()].slice(2).filter((n) => [...Array(n).keys()].slice(2).every((d) => n % d));
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
const rounds = primes.slice(0, 64).map((p) => fraction(Math.cbrt(p)));
const start = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
const rotate = (x, n) => (x >>> n) | (x << (32 - n));

function sha256(message) {
  const length = message.length;
  const bytes = new Uint8Array(Math.ceil((length + 9) / 64) * 64);
  bytes.set(message);
  bytes[length] = 0x80;
  const words = new DataView(bytes.buffer);
  words.setUint32(bytes.length - 4, length * 8);
  const state = [...start];
  for (let at = 0; at < bytes.length; at += 64) compress(state, words, at);
  return state;
}

function compress(state, words, at) {
  const w = new Int32Array(64);
  for (let i = 0; i < 16; i++) w[i] = words.getInt32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const [a, b] = [w[i - 15], w[i - 2]];
    const low = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const high = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    w[i] = w[i - 16] + low + w[i - 7] + high;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const one = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + rounds[i] + w[i];
    const two = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((x, i) => { state[i] = (state[i] + x) | 0; });
}

// Section 1: the key of (seed, name), for purpose 0, which is values.
function key(seed, name) {
  const text = new TextEncoder();
  const head = new Uint8Array(9); // the purpose, then the seed as eight bytes, little-endian
  new DataView(head.buffer).setUint32(1, seed, true);
  const digest = sha256([...text.encode("counter-rng/v1"), ...head, ...text.encode(name)]);
  const little = digest.map((x) => ((x >>> 24) | ((x >>> 8) & 0xff00) | ((x << 8) & 0xff0000) | (x << 24)) >>> 0);
  return { key: little.slice(0, 2), tweak: little.slice(2, 4) };
}

// Section 2: Philox4x32-10. The high half of a 32-bit product, from products of 16-bit halves.
function high(a, b) {
  const aLow = a & 0xffff, aHigh = a >>> 16, bLow = b & 0xffff, bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const other = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (other >>> 16)) | 0;
}

function block(number, { key, tweak }, out) {
  let c0 = number | 0, c1 = 0, c2 = tweak[0] | 0, c3 = tweak[1] | 0;
  let k0 = key[0] | 0, k1 = key[1] | 0;
  for (let round = 0; round < 10; round++) {
    const high0 = high(0xd2511f53 | 0, c0), low0 = Math.imul(0xd2511f53, c0);
    const high1 = high(0xcd9e8d57 | 0, c2), low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = c0; out[1] = c1; out[2] = c2; out[3] = c3;
}

// The words of elements 0 … count − 1: tiles of 64, which are 16 blocks of four.
function words(seed, name, count) {
  const keys = key(seed, name);
  const padded = new Uint32Array(Math.ceil(count / 64) * 64);
  const four = new Uint32Array(4);
  for (let number = 0; number * 4 < padded.length; number++) {
    block(number, keys, four);
    const tile = 64 * (number >> 4), lane = number & 15;
    for (let j = 0; j < 4; j++) padded[tile + 16 * j + lane] = four[j];
  }
  return padded.subarray(0, count);
}

// Section 4: values in binary32.
const coefficients = (text) => text.split(" ").map((hex) => fromBits(parseInt(hex, 16)));
const LOG = coefficients("bfb8aa62 3f38ac17 bef5ff83 3eb7c9d9 be9832ce 3e8b9f0f be2ebacb");
const CENTRE = coefficients("40158b79 3e712335 bb860c96 b9b7e7b3 38802eca b6549ceb b471f275 3357e9e5 b0aa44d3 afd008e2");
const TAIL = coefficients(
  "40986a94 3e0f2a58 baf902d5 38529788 b5d64d25 335bbc78 b0b90357 2dcb391c 2bdddd6c aaeadf4f 2912847b a673d581");

// The standard normal value of a word.
function normal(word) {
  const m = word & 0x7fffffff;
  const twoU = fma(float(m), 2 ** -31, 2 ** -32);
  const size = fma(float(2 ** 31 - 1 - m), 2 ** -31, 2 ** -32);
  const y = fma(twoU, size, twoU);
  const bits = bitsOf(y);
  const e = (bits - 0x3f3504f3) >> 23;
  const t = float(fromBits(bits - (e << 23)) - 1);
  const s = horner(LOG, t);
  const p = y >= 2 ** -8 ? horner(CENTRE, fma(t, s, -e - 4.5)) : horner(TAIL, fma(t, s, -e - 18));
  return float(p * (word >>> 31 ? -size : size));
}

// Values before the one rounding that their scale costs: standard normals, and the uniform's steps from the centre, of
// which a bound has 2²³.
function normals(seed, name, count) {
  const drawn = words(seed, name, count), found = new Float32Array(count);
  for (let i = 0; i < count; i++) found[i] = normal(drawn[i]);
  return found;
}

function steps(seed, name, count) {
  return Float32Array.from(words(seed, name, count), (word) => (word >>> 8) - 8388607.5);
}
