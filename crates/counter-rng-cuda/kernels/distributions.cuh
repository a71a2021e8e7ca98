// From four words to four numbers: docs/stream.md, section 4, and crates/counter-rng/src/transform.
#pragma once
#include "arguments.cuh"
#include "quantile.cuh"

constexpr unsigned int SIGN = 0x80000000;

// (m + ½)·2⁻³¹ with one rounding.
__device__ __forceinline__ float half_open(unsigned int m) {
    return __fmaf_rn(__int2float_rn(static_cast<int>(m)), 0x1p-31f, 0x1p-32f);
}

// 2u, 1 − 2u, and the latter with the word's sign.
__device__ __forceinline__ void tails(unsigned int word, float& two_u, float& size, float& x) {
    two_u = half_open(word & ~SIGN);
    size = half_open(~word & ~SIGN);
    x = from_bits(to_bits(size) | (word & SIGN));
}

// Each value moved inside [lo, up]: `v > lo ? v : lo`, then `v < up ? v : up`.
//
// min and max take one instruction where a comparison and a choice take two, and could differ from them where zeros of
// two signs meet; where no value can lie outside, neither is needed. The arguments say which: the same for a whole launch.
__device__ __forceinline__ void clamp(const Arguments& a, float (&values)[BATCH]) {
    if (a.clamp == COMPARISONS) {
#pragma unroll
        for (int i = 0; i < BATCH; i++) {
            const float v = values[i] > a.lo ? values[i] : a.lo;
            values[i] = v < a.up ? v : a.up;
        }
    } else if (a.clamp == MIN_MAX) {
#pragma unroll
        for (int i = 0; i < BATCH; i++) values[i] = fminf(fmaxf(values[i], a.lo), a.up);
    }
}

struct Uniform {
    static __device__ __forceinline__ void values(
        const Arguments& a, const unsigned int (&words)[BATCH], float (&out)[BATCH]) {
#pragma unroll
        for (int i = 0; i < BATCH; i++) {
            const float c = __fadd_rn(__int2float_rn(static_cast<int>(words[i] >> 8)), -8388607.5f);
            out[i] = __fmaf_rn(c, a.std, a.mean);
        }
        clamp(a, out);
    }
};

struct Normal {
    static __device__ __forceinline__ void values(
        const Arguments& a, const unsigned int (&words)[BATCH], float (&out)[BATCH]) {
        float two_u[BATCH], size[BATCH], x[BATCH];
#pragma unroll
        for (int i = 0; i < BATCH; i++) tails(words[i], two_u[i], size[i], x[i]);
        quantile<false>(two_u, size, x, out);
#pragma unroll
        for (int i = 0; i < BATCH; i++) out[i] = __fmaf_rn(out[i], a.std, a.mean);
    }
};

struct Truncated {
    // The word's tail mapped into the window: twice the smaller tail, and the difference of the two.
    static __device__ __forceinline__ void map(const Arguments& a, float& two_u, float& size, float& x) {
        const bool left = x < 0.0f;
        const float two_lower = left ? two_u : __fadd_rn(1.0f, x);
        const float two_upper = left ? __fadd_rn(1.0f, -x) : two_u;
        const float lower = __fmaf_rn(two_lower, a.probability, a.below);
        const float upper = __fmaf_rn(two_upper, a.probability, a.above);
        two_u = lower < upper ? lower : upper;
        x = __fmaf_rn(x, a.probability, a.tilt);
        size = fabsf(x);
    }

    static __device__ __forceinline__ void values(
        const Arguments& a, const unsigned int (&words)[BATCH], float (&out)[BATCH]) {
        float two_u[BATCH], size[BATCH], x[BATCH];
#pragma unroll
        for (int i = 0; i < BATCH; i++) {
            tails(words[i], two_u[i], size[i], x[i]);
            map(a, two_u[i], size[i], x[i]);
        }
        quantile<true>(two_u, size, x, out);
#pragma unroll
        for (int i = 0; i < BATCH; i++) out[i] = __fmaf_rn(out[i], a.std, a.mean);
        clamp(a, out);
    }
};
