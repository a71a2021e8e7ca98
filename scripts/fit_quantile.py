"""Fits the polynomials of the binary32 normal quantile: prints each coefficient as it stands in
crates/counter-rng/src/transform/quantile32.rs, with the error of the fit, and says whether the file has them.
numpy and mpmath; seconds. Made with numpy 2.4.6; another LAPACK may turn the last bit of a high coefficient.

z = x·P(L) with x = 1 - 2u and L = -log2(4u(1-u)). P is fitted in three ranges of L, the logarithm in one of t,
each as a minimax by Lawson's iteration: least squares whose weights grow where the residual is large. Then the
highest coefficient is rounded to binary32 and held, the rest is fitted again, and so on down; so the lower
ones take up what the rounding of the higher ones left.
"""
import pathlib
import sys

import mpmath as mp
import numpy as np

mp.mp.dps = 40
SOURCE = pathlib.Path(__file__).parent.parent / "crates/counter-rng/src/transform/quantile32.rs"


def chebyshev(a, b, n):
    """n Chebyshev nodes of [a, b], ascending."""
    k = np.arange(n)
    return np.sort(0.5 * (a + b) + 0.5 * (b - a) * np.cos((2 * k + 1) * np.pi / (2 * n)))


def slope(bits):
    """z/x at L = bits, to 40 digits."""
    w = mp.mpf(bits) * mp.log(2)
    if w < mp.mpf("1e-12"):
        return mp.sqrt(mp.pi / 2)
    x = mp.sqrt(1 - mp.e**-w)
    u = mp.e**-w / (2 * (1 + x))
    if x < 0.9:
        return mp.sqrt(2) * mp.erfinv(x) / x
    tail = lambda z: mp.log(mp.erfc(z / mp.sqrt(2)) / 2) - mp.log(u)
    return mp.findroot(tail, 0.9 * mp.sqrt(2 * w)) / x


def lawson(basis, target, rounds):
    """Coefficients whose largest residual is the smallest that `rounds` reweightings find."""
    scale = np.abs(basis).max(axis=0)
    basis = basis / scale
    weight = np.full(len(target), 1 / len(target))
    best = None
    for _ in range(rounds):
        root = np.sqrt(weight)
        c, *_ = np.linalg.lstsq(basis * root[:, None], root * target, rcond=None)
        residual = np.abs(basis @ c - target)
        if best is None or residual.max() < best[0]:
            best = residual.max(), c / scale
        weight = weight * (residual + 1e-30)
        weight /= weight.sum()
    return best


def fit(basis, target, rounds):
    """Coefficients rounded to binary32, highest first, and the error without and with the rounding."""
    held = np.zeros(basis.shape[1])
    exact = None
    for k in reversed(range(basis.shape[1])):
        done = sum((held[i] * basis[:, i] for i in range(basis.shape[1] - 1, k, -1)), np.zeros(len(target)))
        error, free = lawson(basis[:, : k + 1], target - done, rounds)
        exact = error if exact is None else exact
        held[k] = float(np.float32(free[k]))
    return held, exact, np.abs(basis @ held - target).max()


def show(name, what, result):
    """Prints a fit; whether the Rust source has the same coefficients in the same order."""
    coefficients, exact, rounded = result
    print(f"{name}: {what} {exact:.3e} before the rounding, {rounded:.3e} after")
    bits = [f"{np.float32(c).view(np.uint32):08x}" for c in coefficients]
    for b, c in zip(bits, coefficients):
        print(f"  0x{b}  {c:.17g}")
    table = SOURCE.read_text().split(f"const {name}: ")[1].split("];")[0]
    return [part[:9].replace("_", "") for part in table.split("0x")[1:]] == bits


def logarithm(degree):
    """-log2(1+t) = t·(c0 + c1·t + ...) on [sqrt(1/2) - 1, sqrt(2) - 1], absolute error."""
    t = chebyshev(np.sqrt(0.5) - 1, np.sqrt(2) - 1, 801)
    t = t[np.abs(t) > 1e-6]
    return fit(np.vstack([t ** (k + 1) for k in range(degree + 1)]).T, -np.log2(1 + t), 300)


def quantile(start, end, middle, degree, nodes):
    """P on [start, end] in powers of L - middle, relative error."""
    bits = chebyshev(start, end, nodes)
    p = np.array([float(slope(b)) for b in bits])
    t = bits - middle
    basis = np.vstack([t**k for k in range(degree + 1)]).T / p[:, None]
    return fit(basis, np.ones(nodes), 150)


same = [
    show("LOG", "absolute error", logarithm(6)),
    show("CENTRE", "relative error", quantile(0, 8, 4.5, 9, 500)),
    show("TAIL", "relative error", quantile(8, 31.1, 18, 11, 500)),
    show("FAR", "relative error", quantile(31, 65, 46, 7, 300)),
]
print(SOURCE.name, "has the same bits" if all(same) else "differs")
sys.exit(not all(same))
