// The dtypes: the binary32 value rounded once, to nearest even, four of them packed. docs/stream.md, section 6.
#pragma once
#include "convert.cuh"
#include "quantile.cuh"

// CODE is how Arguments name the dtype. One vector store of Pack holds four neighbours of a row of a tile; Element
// is one of them.
struct F32 {
    static constexpr unsigned int CODE = 0;
    using Element = unsigned int;
    using Pack = uint4;
    static __device__ __forceinline__ Pack pack(float a, float b, float c, float d) {
        return {to_bits(a), to_bits(b), to_bits(c), to_bits(d)};
    }
};

struct BF16 {
    static constexpr unsigned int CODE = 1;
    using Element = unsigned short;
    using Pack = uint2;

    // Finite values only, which is what distributions give.
    static __device__ __forceinline__ unsigned int rounded(float value) {
        const unsigned int bits = to_bits(value);
        return bits + 0x7fff + ((bits >> 16) & 1);
    }
    static __device__ __forceinline__ unsigned int pair(float low, float high) {
#if __CUDA_ARCH__ >= 800
        return bf16_pair_converted(low, high);
#else
        return rounded(low) >> 16 | (rounded(high) & 0xffff0000);
#endif
    }
    static __device__ __forceinline__ Pack pack(float a, float b, float c, float d) { return {pair(a, b), pair(c, d)}; }
};

struct F16 {
    static constexpr unsigned int CODE = 2;
    using Element = unsigned short;
    using Pack = uint2;
    static __device__ __forceinline__ Pack pack(float a, float b, float c, float d) {
        return {f16_pair(a, b), f16_pair(c, d)};
    }
};

// As src/element.rs does it, which says why.
struct F8E4M3 {
    static constexpr unsigned int CODE = 3;
    using Element = unsigned char;
    using Pack = unsigned int;

    static __device__ __forceinline__ unsigned int rounded(float value) {
        constexpr unsigned int LARGEST = 0x7e, NORMAL = 121u << 23, ALIGN = 141u << 23, REBIAS = (127 - 7) << 3;
        const unsigned int magnitude = to_bits(value) & 0x7fffffff;
        const unsigned int wide = ((magnitude + 0x7ffff + ((magnitude >> 20) & 1)) >> 20) - REBIAS;
        const unsigned int normal = wide < LARGEST ? wide : LARGEST;
        const unsigned int subnormal = to_bits(__fadd_rn(from_bits(magnitude), from_bits(ALIGN))) - ALIGN;
        return (magnitude < NORMAL ? subnormal : normal) | ((to_bits(value) >> 24) & 0x80);
    }
    static __device__ __forceinline__ Pack pack(float a, float b, float c, float d) {
        return rounded(a) | rounded(b) << 8 | rounded(c) << 16 | rounded(d) << 24;
    }
};
