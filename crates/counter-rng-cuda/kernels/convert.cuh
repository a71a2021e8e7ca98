// Conversions that have no intrinsic without a header: to nearest, ties to even, subnormal numbers kept.
// Only a GPU runs this file; the exam on the processor puts another in its place.
#pragma once

// `high` and `low` as f16, in the halves of a word. Infinite beyond the largest: no distribution that fits f16 gets there.
__device__ __forceinline__ unsigned int f16_pair(float low, float high) {
    unsigned int pair;
#if __CUDA_ARCH__ >= 800
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
#else
    unsigned short halves[2];
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(halves[0]) : "f"(low));
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(halves[1]) : "f"(high));
    pair = halves[0] | static_cast<unsigned int>(halves[1]) << 16;
#endif
    return pair;
}

#if __CUDA_ARCH__ >= 800
// `high` and `low` as bf16: an instruction since Ampere.
__device__ __forceinline__ unsigned int bf16_pair_converted(float low, float high) {
    unsigned int pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}
#endif
