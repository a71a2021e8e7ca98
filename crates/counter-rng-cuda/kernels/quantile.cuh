// The quantile of the standard normal in binary32: docs/stream.md, section 4, and src/transform/quantile32.rs.
//
// Every operation is written as the intrinsic that rounds once, to nearest even, so that no compiler flag decides
// what is fused. The coefficients are the bits of the contract; a test compares them with the Rust source.
#pragma once

// Four values a time: what one block of four words gives.
constexpr int BATCH = 4;

__device__ __forceinline__ float from_bits(unsigned int bits) { return __uint_as_float(bits); }
__device__ __forceinline__ unsigned int to_bits(float value) { return __float_as_uint(value); }

constexpr float CENTRE_ENDS = 0x1p-8f, TAIL_ENDS = 0x1p-31f;
constexpr int ROOT_HALF = 0x3f3504f3; // √½

// c₀ + c₁·t + …, the coefficients as bits.
__device__ __forceinline__ float horner(float, unsigned int last) { return from_bits(last); }
template <class... Rest> __device__ __forceinline__ float horner(float t, unsigned int c, Rest... rest) {
    return __fmaf_rn(horner(t, rest...), t, from_bits(c));
}

// A positive y as 2^e·(1+t), with −log2(1+t) ≈ t·slope on [√½ − 1, √2 − 1].
struct Logarithm {
    float scaled_exponent; // 2^23·e, exact
    float t;
    float slope;
};

__device__ __forceinline__ Logarithm logarithm(float y) {
    const int bits = static_cast<int>(to_bits(y));
    // The exponent is left where it stands: one instruction less than a shift down and up again.
    const int exponent = (bits - ROOT_HALF) & ~0x7fffff;
    const float t = __fadd_rn(from_bits(static_cast<unsigned int>(bits - exponent)), -1.0f);
    const float slope =
        horner(t, 0xbfb8aa62u, 0x3f38ac17u, 0xbef5ff83u, 0x3eb7c9d9u, 0xbe9832ceu, 0x3e8b9f0fu, 0xbe2ebacbu);
    return {__int2float_rn(exponent), t, slope};
}

// L − middle. The inner operation is exact: −e − middle is a multiple of ½ below 200.
__device__ __forceinline__ float minus(const Logarithm& log, float middle) {
    return __fmaf_rn(log.t, log.slope, __fmaf_rn(log.scaled_exponent, -0x1p-23f, -middle));
}

// P for 0 ≤ L ≤ 8.
__device__ __forceinline__ float centre(const Logarithm& log) {
    return horner(minus(log, 4.5f), 0x40158b79u, 0x3e712335u, 0xbb860c96u, 0xb9b7e7b3u, 0x38802ecau, 0xb6549cebu,
                  0xb471f275u, 0x3357e9e5u, 0xb0aa44d3u, 0xafd008e2u);
}

// P for 8 ≤ L ≤ 31.
__device__ __forceinline__ float tail(const Logarithm& log) {
    return horner(minus(log, 18.0f), 0x40986a94u, 0x3e0f2a58u, 0xbaf902d5u, 0x38529788u, 0xb5d64d25u, 0x335bbc78u,
                  0xb0b90357u, 0x2dcb391cu, 0x2bdddd6cu, 0xaaeadf4fu, 0x2912847bu, 0xa673d581u);
}

// P for 31 ≤ L ≤ 65.
__device__ __forceinline__ float far(const Logarithm& log) {
    return horner(minus(log, 46.0f), 0x40f90afcu, 0x3db38786u, 0xb9faef1fu, 0x36ad98feu, 0xb3947166u, 0x30915c6cu,
                  0xadaac9cau, 0x2a992939u);
}

// z, with the sign of x, for twice the smaller tail probability, x = ±(1 − 2u) and its size |x|.
// One branch a batch: two values in a thousand lie beyond the centre. WINDOW: some may lie beyond TAIL_ENDS, which
// only a truncated distribution's do.
template <bool WINDOW>
__device__ __forceinline__ void quantile(
    const float (&two_u)[BATCH], const float (&size)[BATCH], const float (&x)[BATCH], float (&z)[BATCH]) {
    float y[BATCH], p[BATCH];
    Logarithm log[BATCH];
    bool any = false;
#pragma unroll
    for (int i = 0; i < BATCH; i++) {
        y[i] = __fmaf_rn(two_u[i], size[i], two_u[i]);
        log[i] = logarithm(y[i]);
        p[i] = centre(log[i]);
        any |= y[i] < CENTRE_ENDS;
    }
    if (any) {
#pragma unroll
        for (int i = 0; i < BATCH; i++)
            if (y[i] < CENTRE_ENDS) p[i] = WINDOW && y[i] < TAIL_ENDS ? far(log[i]) : tail(log[i]);
    }
#pragma unroll
    for (int i = 0; i < BATCH; i++) z[i] = __fmul_rn(p[i], x[i]);
}
