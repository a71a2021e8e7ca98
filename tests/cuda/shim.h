// The parts of CUDA that the kernels use, in C++: the threads of a launch run one after another.
// To be compiled with -ffp-contract=off. Test code only.
#pragma once
#include <cmath>
#include <cstring>

#define __device__
#define __global__
#define __forceinline__ inline
#define __launch_bounds__(threads)

struct uint2 {
    unsigned int x, y;
};
struct alignas(16) uint4 {
    unsigned int x, y, z, w;
};
struct Index {
    unsigned int x;
};
static Index blockIdx, blockDim, threadIdx, gridDim;

inline unsigned int __float_as_uint(float value) {
    unsigned int bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}
inline float __uint_as_float(unsigned int bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
inline float __int2float_rn(int value) { return static_cast<float>(value); }

// PTX orders the zeros: −0 < +0. C++ does not say.
inline float ordered(float a, float b, bool larger) {
    if (a == b) return std::signbit(a) == larger ? b : a;
    return (a > b) == larger ? a : b;
}
#define fmaxf(a, b) ordered(a, b, true)
#define fminf(a, b) ordered(a, b, false)

// A store with advice to the cache.
template <class T> inline void __stcs(T* place, T value) { *place = value; }
