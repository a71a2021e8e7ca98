"""The random stream, version 1, written from docs/stream.md alone: plain Python, exact and slow.

`python3 scripts/stream_v1.py > tests/data/stream_v1_values.csv` makes the values that tests/tests/stream/vectors.rs
holds the Rust crate to, `... stream_v1.py words > tests/data/stream_v1.csv` the words of tests/tests/stream/words.rs,
`... spreads > tests/data/stream_v1_spreads.csv` what dtypes do to a standard deviation, `... text` the table of
docs/stream.md, `... orthogonal > tests/data/stream_v1_orthogonal.csv` orthogonal matrices, some minutes' work.
"""
import functools
import hashlib
import math
import struct
import sys
from fractions import Fraction

MASK = 0xFFFFFFFF
INDICES = [0, 1, 15, 16, 63, 64, 1000, 31287, 38352, 88116, 2**34 + 5, 2**64 - 2]


@functools.cache
def words(seed, name, purpose, i):
    """The word of element i, and its low word."""
    text = b"counter-rng/v1" + bytes([purpose]) + struct.pack("<Q", seed) + name.encode()
    digest = struct.unpack("<8I", hashlib.sha256(text).digest())
    return philox(digest[:4], i), philox(digest[4:], i)


def philox(key, i):
    k0, k1, t0, t1 = key
    block = 16 * (i // 64) + i % 16
    c = [block & MASK, block >> 32, t0, t1]
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k0, p1 & MASK, (p0 >> 32) ^ c[3] ^ k1, p0 & MASK]
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c[i % 64 // 16]


def nearest(x, bits, least):
    """x as a number of `bits` bits whose smallest normal exponent is `least`: nearest, ties to even."""
    sign, size = math.copysign(1.0, x), abs(Fraction(x))
    if size == 0:
        return x
    e = size.numerator.bit_length() - size.denominator.bit_length()
    e -= size < Fraction(2) ** e
    step = Fraction(2) ** (max(e, least) - bits + 1)
    return sign * float(round(size / step) * step)


FORMATS = {"f64": (53, -1022), "f32": (24, -126), "bf16": (8, -126), "f16": (11, -14), "f8e4m3": (4, -6)}
r32 = lambda x: nearest(x, 24, -126)
r64 = float


def fma(r, a, b, c):
    return r(Fraction(a) * Fraction(b) + Fraction(c))


def horner(r, coefficients, t):
    return functools.reduce(lambda total, c: fma(r, total, t, c), coefficients[::-1])


def f32s(text):
    return list(struct.unpack(f">{len(bytes.fromhex(text)) // 4}f", bytes.fromhex(text)))


LOG = f32s("bfb8aa62 3f38ac17 bef5ff83 3eb7c9d9 be9832ce 3e8b9f0f be2ebacb")
CENTRE = f32s("40158b79 3e712335 bb860c96 b9b7e7b3 38802eca b6549ceb b471f275 3357e9e5 b0aa44d3 afd008e2")
TAIL = f32s("40986a94 3e0f2a58 baf902d5 38529788 b5d64d25 335bbc78"
            "b0b90357 2dcb391c 2bdddd6c aaeadf4f 2912847b a673d581")
FAR = f32s("40f90afc 3db38786 b9faef1f 36ad98fe b3947166 30915c6c adaac9ca 2a992939")


def quantile32(two_u, x):
    y = fma(r32, two_u, abs(x), two_u)
    bits = struct.unpack(">i", struct.pack(">f", y))[0]
    e = (bits - 0x3F3504F3) >> 23
    t = r32(struct.unpack(">f", struct.pack(">i", bits - (e << 23)))[0] - 1.0)
    slope = horner(r32, LOG, t)
    table, middle = (CENTRE, 4.5) if y >= 2**-8 else (TAIL, 18.0) if y >= 2**-31 else (FAR, 46.0)
    return r32(horner(r32, table, fma(r32, t, slope, -e - middle)) * x)


# Wichura's coefficients: numerator and denominator of the centre, the tail and the far tail.
RATIONAL = [[[float(c) for c in line.split()] for line in text.strip().splitlines()] for text in ("""
3.3871328727963666080 133.14166789178437745 1971.5909503065514427 13731.693765509461125 45921.953931549871457 67265.770927008700853 33430.575583588128105 2509.0809287301226727
1 42.313330701600911252 687.18700749205790830 5394.1960214247511077 21213.794301586595867 39307.895800092710610 28729.085735721942674 5226.4952788528545610
""", """
1.42343711074968357734 4.63033784615654529590 5.76949722146069140550 3.64784832476320460504 1.27045825245236838258 2.41780725177450611770e-1 2.27238449892691845833e-2 7.74545014278341407640e-4
1 2.05319162663775882187 1.67638483018380384940 6.89767334985100004550e-1 1.48103976427480074590e-1 1.51986665636164571966e-2 5.47593808499534494600e-4 1.05075007164441684324e-9
""", """
6.65790464350110377720 5.46378491116411436990 1.78482653991729133580 2.96560571828504891230e-1 2.65321895265761230930e-2 1.24266094738807843860e-3 2.71155556874348757815e-5 2.01033439929228813265e-7
1 5.99832206555887937690e-1 1.36929880922735805310e-1 1.48753612908506148525e-2 7.86869131145613259100e-4 1.84631831751005468180e-5 1.42151175831644588870e-7 2.04426310338993978564e-15
""")]
ARTANH = [1.0 / k for k in range(1, 22, 2)]


def ln(p):
    bits = struct.unpack(">q", struct.pack(">d", p))[0]
    e = (bits - 0x3FE6A09E00000000) >> 52
    m = struct.unpack(">d", struct.pack(">q", bits - (e << 52)))[0]
    s = (m - 1.0) / (m + 1.0)
    return fma(r64, e, math.log(2), 2.0 * s * horner(r64, ARTANH, s * s))


def quantile64(two_u, x):
    q = 0.5 * x
    ratio = lambda k, r: horner(r64, RATIONAL[k][0], r) / horner(r64, RATIONAL[k][1], r)
    if abs(q) <= 0.425:
        return q * ratio(0, fma(r64, -q, q, 0.180625))
    r = math.sqrt(-ln(0.5 * two_u))
    return math.copysign(ratio(1, r - 1.6) if r <= 5.0 else ratio(2, r - 5.0), q)


# A rounding, the word's bits behind the sign, the bits of a centred uniform, the quantile.
WIDTHS = {"f32": (r32, 31, 24, quantile32), "f64": (r64, 63, 53, quantile64)}


def tails(width, w):
    """Twice the tail probability, and 1 less that with the sign of the word."""
    r, bits, *_ = WIDTHS[width]
    m, sign = w & (2**bits - 1), w >> bits
    half_open = lambda m: fma(r, r(m), 2.0**-bits, 2.0 ** -(bits + 1))
    return half_open(m), half_open(2**bits - 1 - m) * (-1.0) ** sign


def window(mean, std, lo, up):
    lower = lambda z: 0.5 * math.erfc(-z / math.sqrt(2))
    alpha, beta = (lo - mean) / std, (up - mean) / std
    below, above = lower(alpha), lower(-beta)
    held = lower(-alpha) - above if alpha > 0 else lower(beta) - below if beta < 0 else 1.0 - below - above
    return below, above, held


def inside(dtype, lo, up):
    """The bounds moved inside to values of the dtype."""
    bits, least = FORMATS[dtype]
    if lo == up:
        return [nearest(lo if dtype == "f64" else r32(lo), bits, least)] * 2

    def move(x, towards):
        if math.isinf(x):
            return x
        e = math.frexp(x)[1] - 1 if x else least
        step = Fraction(2) ** (max(e, least) - bits + 1)
        return float(towards(Fraction(x) / step) * step)

    return move(lo, math.ceil), move(up, math.floor)


def value(width, dtype, distribution, w):
    """What word w (32 or 64 bits) stands for, before the rounding to a narrow dtype."""
    r, bits, top, quantile = WIDTHS[width]
    kind, *p = distribution
    if kind == "constant":
        return r(p[0])
    if kind == "uniform":
        lo, up = p
        centred = (w >> (bits + 1 - top)) - (2.0 ** (top - 1) - 0.5)
        result = fma(r, centred, r((up / 2 - lo / 2) * 2.0 ** -(top - 1)), r(lo / 2 + up / 2))
        return clamp(result, *inside(dtype, lo, up))
    two_u, x = tails(width, w)
    if kind == "normal":
        return fma(r, quantile(two_u, x), r(p[1]), r(p[0]))
    mean, std, lo, up = p
    below, above, held = window(*p)
    two_lower, two_upper = (two_u, r(1.0 - x)) if x < 0 else (r(1.0 + x), two_u)
    smaller = min(fma(r, two_lower, r(held), r(2.0 * below)), fma(r, two_upper, r(held), r(2.0 * above)))
    z = quantile(smaller, fma(r, x, r(held), r(below - above)))
    return clamp(fma(r, z, r(std), r(mean)), *inside(dtype, lo, up))


def clamp(x, lo, up):
    x = x if x > lo else lo
    return x if x < up else up


def phi(z):
    """The probability below z."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def moments(distribution):
    """Mean, standard deviation, distribution function, bounds."""
    kind, *p = distribution
    if kind == "uniform":
        lo, up = p
        return (lo + up) / 2, (up - lo) / math.sqrt(12), lambda x: (x - lo) / (up - lo), (lo, up)
    if kind == "normal":
        mean, std = p
        return mean, std, lambda x: phi((x - mean) / std), (-math.inf, math.inf)
    mean, std, lo, up = p
    alpha, beta = (lo - mean) / std, (up - mean) / std
    held = phi(beta) - phi(alpha)
    density = lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi) if math.isfinite(z) else 0.0
    times = lambda z: z * density(z) if math.isfinite(z) else 0.0
    shift = (density(alpha) - density(beta)) / held
    spread = math.sqrt(1 + (times(alpha) - times(beta)) / held - shift * shift)
    return mean + std * shift, std * spread, lambda x: (phi((x - mean) / std) - phi(alpha)) / held, (lo, up)


def as_computed(dtype, distribution):
    """The distribution with its centre and scale, or its mean and std, as the arithmetic has them."""
    r = r64 if dtype == "f64" else r32
    kind, *p = distribution
    if kind == "uniform":
        unit = 2.0**-52 if dtype == "f64" else 2.0**-23
        centre, half = r((p[0] + p[1]) / 2), r((p[1] - p[0]) / 2 * unit) / unit
        return kind, centre - half, centre + half
    share = r(p[1]) / p[1]
    return kind, r(p[0]), r(p[1]), *(r(p[0]) + (bound - p[0]) * share for bound in p[2:])


def rounded_std(dtype, distribution):
    """The standard deviation asked, and that of the values of the dtype, summed over them."""
    mean, std, _, bounds = moments(distribution)
    computed = as_computed(dtype, distribution)
    if (computed[2] if computed[0] != "uniform" else computed[2] - computed[1]) == 0.0:
        return std, 0.0
    cdf, span = moments(computed)[2], max(12 * std, 12 * moments(computed)[1])
    lo, up = bounds
    bits, least = FORMATS[dtype]
    first, last = inside(dtype, max(lo, mean - span), min(up, mean + span))
    values = [first]
    while values[-1] < last:
        size = abs(values[-1]) * (1 - 2.0**-30 if values[-1] < 0 else 1)   # the step above a negative power is the finer
        e = max(math.frexp(size)[1] - 1 if size else least, least)
        values.append(values[-1] + 2.0 ** (e - bits + 1))
    cut = lambda x: min(max(cdf(x), 0.0), 1.0)
    ends = [0.0] + [cut((a + b) / 2) for a, b in zip(values, values[1:])] + [1.0]
    weights = [b - a for a, b in zip(ends, ends[1:])]
    centre = sum(w * (v - mean) for w, v in zip(weights, values))
    return std, math.sqrt(max(0.0, sum(w * (v - mean - centre) ** 2 for w, v in zip(weights, values))))


def bits_of(dtype, x):
    """The bits of x, a value of the dtype, in hexadecimal."""
    if dtype in ("f64", "f32", "bf16", "f16"):
        text = struct.pack({"f64": ">d", "f16": ">e"}.get(dtype, ">f"), x).hex()
        return text[:4] if dtype == "bf16" else text
    e = max(math.frexp(x)[1] - 1, -6) if x else -6
    mantissa = int(abs(x) / 2.0 ** (e - 3))
    return f"{(mantissa + ((e + 6) << 3) + (math.copysign(1, x) < 0) * 128):02x}"


@functools.cache
def outcome(dtype, distribution):
    """Whether the dtype keeps the distribution's standard deviation."""
    kind, *p = distribution
    if kind == "constant" or dtype == "f64":
        return "kept"
    mean, std, _, bounds = moments(distribution)
    if dtype == "f32" and std > max(2.0**-100, abs(mean) * 2.0**-12):
        return "kept"  # thousands of values within one standard deviation: not worth the sum
    lo, up = inside(dtype, *bounds)
    std, rounded = rounded_std(dtype, distribution)
    return "empty" if lo > up else "lost" if abs(rounded - std) > 0.05 * std else "kept"


def element(dtype, distribution, seed, name, i):
    if outcome(dtype, distribution) != "kept":
        return "refused"
    w, low = words(seed, name, 0, i)
    if dtype == "f64":
        return bits_of(dtype, value("f64", dtype, distribution, w << 32 | low))
    return bits_of(dtype, nearest(value("f32", dtype, distribution, w), *FORMATS[dtype]))


DISTRIBUTIONS = [("uniform", -1.0, 1.0), ("normal", 0.0, 1.0), ("truncated_normal", 0.0, 1.0, -2.0, 2.0)]
MORE = [("constant", 0.3), ("uniform", -0.1, 0.7), ("normal", 0.25, 0.02), ("normal", 1.0, 0.7),
        ("truncated_normal", 0.1, 0.3, -0.3, 0.7), ("truncated_normal", 0.0, 1.0, 5.0, math.inf),
        ("truncated_normal", -1.0, 2.0, -math.inf, 0.5)]

def values_table():
    print("# Values of the random stream, version 1, as bits: made by scripts/stream_v1.py, which follows")
    print("# docs/stream.md and shares nothing with the Rust code. p1..p4 are value; lo, up; mean, std; or mean,")
    print("# std, lo, up. A public promise: a row may be added, never changed.")
    print("seed,name,dtype,law,p1,p2,p3,p4,index,bits")
    rows = [(42, "fc1.weight", d, distribution) for distribution in DISTRIBUTIONS + MORE for d in FORMATS]
    rows += [(2**64 - 1, "модель.вес", d, distribution) for distribution in DISTRIBUTIONS for d in ("f32", "f64")]
    for seed, name, dtype, distribution in rows:
        parameters = [repr(p) for p in distribution[1:]] + [""] * (5 - len(distribution))
        for i in INDICES:
            print(seed, name, dtype, distribution[0], *parameters, i, element(dtype, distribution, seed, name, i), sep=",")


# Edges of lanes, rows and tiles, of 32-bit indices, of 2^34 (where the block number passes 2^32), and the largest u64.
EDGES = [0, 1, 3, 4, 15, 16, 17, 47, 48, 63, 64, 65, 127, 128, 1000, 1023, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**32 + 1,
         2**34 - 1, 2**34, 2**34 + 1, 2**34 + 63, 2**36 - 1, 2**36, 2**36 + 1, 2**40 + 7, 2**64 - 64, 2**64 - 1]
LONG_NAME = ".".join(f"model.layers.{i}.attention.projection" for i in range(12))
STREAMS = [(0, 0, ""), (42, 0, "fc1.weight"), (42, 1, "fc1.weight"), (42, 2, "fc1.weight"), (1, 0, "fc1.weight"),
           (2**64 - 1, 0, "модель.вес"), (2**32, 0, "fc1.weight"), (7, 0, " a b\t"), (0x123456789ABCDEF, 0, LONG_NAME),
           (2**63, 1, "encoder.layer.0.注意力.🔑")]


def words_table():
    print("# Words of the random stream, version 1, in hexadecimal: made by scripts/stream_v1.py words, which follows")
    print("# docs/stream.md and shares nothing with the Rust code. A public promise: a row may be added, never changed.")
    print("seed,purpose,name,index,word,low word")
    for seed, purpose, name in STREAMS:
        for i in EDGES:
            print(seed, purpose, name, i, *(f"{w:08x}" for w in words(seed, name, purpose, i)), sep=",")


def spreads_table():
    print("# Standard deviations asked, those after the rounding to the dtype, and what docs/stream.md, 3, says of them:")
    print("# made by scripts/stream_v1.py spreads, which shares nothing with the Rust code.")
    print("dtype,law,p1,p2,p3,p4,std,rounded,outcome")
    near_one = [(dtype, 2.0**-bits, 1.0) for dtype, bits in (("bf16", 8), ("f16", 11))]
    near_zero = [("f8e4m3", 2.0**-9), ("f16", 2.0**-24), ("bf16", 2.0**-133)]
    # Of f32 with a mean between two values too, which the arithmetic rounds to one of them.
    of_f32 = [(2.0**-149, 0.0), (2.0**-149, -0.21 * 2.0**-149), (2.0**-23, 1 + 0.45 * 2.0**-23)]
    for dtype, step, around in [(*row, 0.0) for row in near_zero] + near_one + [("f32", *row) for row in of_f32]:
        for times in 0.3, 0.45, 0.55, 0.7, 1.1, 1.9, 2.5, 3.3, 7.7:
            s = times * step
            for distribution in (("normal", around, s), ("uniform", around - 1.7 * s, around + 1.7 * s),
                                 ("uniform", around, around + 3.4 * s),
                                 ("truncated_normal", around, s, around - 2 * s, around + 2 * s)):
                std, rounded = rounded_std(dtype, distribution)
                parameters = [repr(p) for p in distribution[1:]] + [""] * (5 - len(distribution))
                print(dtype, distribution[0], *parameters, repr(std), repr(rounded), outcome(dtype, distribution), sep=",")


def text_table():
    for i in INDICES:
        cells = [f"{w:08x}" for w in words(42, "fc1.weight", 0, i)]
        cells += [element("f32", d, 42, "fc1.weight", i) for d in DISTRIBUTIONS]
        print("|", i, "|", " | ".join(cells), "|", element("f64", DISTRIBUTIONS[1], 42, "fc1.weight", i), "|")


# Section 12: orthogonal matrices. A matrix is a list of rows.


def normals(width, seed, name, first, count):
    """The standard normal values of purpose 2 from element `first` on."""
    result = []
    for i in range(first, first + count):
        w, low = words(seed, name, 2, i)
        if width == "f64":
            w = w << 32 | low
        result.append(value(width, width, ("normal", 0.0, 1.0), w))
    return result


def exact_fma(r, a, b, c):
    """fma without Fraction's common divisors: no zero of a chain is negative, so signs of zeros are no matter."""
    (an, ad), (bn, bd), (cn, cd) = a.as_integer_ratio(), b.as_integer_ratio(), c.as_integer_ratio()
    numerator, denominator = an * bn * cd + cn * ad * bd, ad * bd * cd
    return numerator / denominator if r is r64 else r32(Fraction(numerator, denominator))


def quick_fma32(a, b, c):
    """The product is exact in binary64. The sum, rounded there, is in doubt for binary32 only where it seems to lie half
    way between two of its numbers, or is as small as subnormal ones."""
    total = a * b + c
    bits = struct.unpack("<Q", struct.pack("<d", total))[0]
    if bits & 0x1FFFFFFF == 0x10000000 or 0.0 < abs(total) < 2.0**-125:
        return exact_fma(r32, a, b, c)
    return struct.unpack("<f", struct.pack("<f", total))[0]


def chain(width, start, left, right):
    step = quick_fma32 if width == "f32" else functools.partial(exact_fma, r64)
    for a, b in zip(left, right, strict=True):
        start = step(a, b, start)
    return start


def product(width, a, b, c=None):
    """c + a·b."""
    columns = list(zip(*b))
    return [[chain(width, c[i][j] if c else 0.0, row, column) for j, column in enumerate(columns)]
            for i, row in enumerate(a)]


def squares(x):
    sums = [0.0] * 16
    for i, number in enumerate(x):
        sums[i % 16] += number * number
    return functools.reduce(lambda total, part: total + part, sums, 0.0)


def reflector(width, x):
    """The vector, tau and d of the reflector of a Gaussian vector."""
    r = WIDTHS[width][0]
    norm, sign = math.sqrt(squares(x)), -1.0 if x[0] < 0 else 1.0
    pivot = x[0] + sign * norm if norm > 0 else 1.0
    v = [1.0] + [r(number / pivot) for number in x[1:]]
    return v, squares(v) / 2, -sign


def negative_inverse(width, s, tau):
    r, count = WIDTHS[width][0], len(tau)
    rows = [[float(c == k) for c in range(count)] for k in range(count)]
    for k in reversed(range(count)):
        for j in range(k + 1, count):
            for c in range(j, count):
                rows[k][c] -= s[k][j] * rows[j][c]
        for c in range(k, count):
            rows[k][c] /= tau[k]
    return [[r(-rows[k][c]) if c >= k else 0.0 for c in range(count)] for k in range(count)]


def orthogonal(width, rows, cols, seed, name, origin):
    """The rows of an orthogonal matrix."""
    long, short = max(rows, cols), min(rows, cols)
    g = [[0.0] * short for _ in range(long)]
    for first in reversed(range(0, short, 64)):
        count, height = min(64, short - first), long - first
        panel = []
        for k in range(first, first + count):
            x = normals(width, seed, name, origin + k * long + k, long - k)
            panel.append(reflector(width, x))
        transposed = [[0.0] * k + v for k, (v, _, _) in enumerate(panel)]
        v = list(zip(*transposed))
        inverse = negative_inverse(width, product(width, transposed, v), [tau for _, tau, _ in panel])
        part = [row[first:] for row in g[first:]]
        for k, (_, _, d) in enumerate(panel):
            part[k][k] = d
        inner = product(width, inverse, product(width, transposed, part))
        for row, new in zip(g[first:], product(width, v, inner, part)):
            row[first:] = new
        assert len(part) == height
    return g if rows > cols else [list(column) for column in zip(*g)]


MATRICES = [(1, 1), (2, 2), (5, 3), (3, 5), (17, 17), (40, 7), (7, 40), (70, 66), (66, 70)]


def matrices():
    print("# Orthogonal matrices of the random stream, version 1: made by `scripts/stream_v1.py orthogonal`, which follows")
    print("# docs/stream.md and shares nothing with the Rust code. The hash is SHA-256 over the little-endian values by row;")
    print("# then the first elements, as bits.")
    print("seed,name,dtype,rows,cols,first,sha256,e0,e1,e2,e3")
    for width in ("f32", "f64"):
        for rows, cols in MATRICES:
            seed, name, origin = (42, "fc1.weight", 0) if rows != 3 else (2**64 - 1, "модель.вес", 1000003)
            values = sum(orthogonal(width, rows, cols, seed, name, origin), [])
            digest = hashlib.sha256(struct.pack(f"<{len(values)}{'f' if width == 'f32' else 'd'}", *values)).hexdigest()
            elements = [bits_of(width, x) for x in values[:4]] + [""] * (4 - len(values[:4]))
            print(seed, name, width, rows, cols, origin, digest, *elements, sep=",", flush=True)


if __name__ == "__main__":
    {"words": words_table, "spreads": spreads_table, "text": text_table, "values": values_table,
     "orthogonal": matrices}[(sys.argv + ["values"])[1]]()
