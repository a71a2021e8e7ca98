// What stands in for crates/counter-rng-cuda/kernels/convert.cuh on the processor: the instructions' results by exact
// arithmetic in binary64, by another way than the kernels' own roundings.
#pragma once
#include "shim.h"

// `value` rounded to `digits` bits above 2^least, to nearest even: in double, adding and taking away 1.5·2^52 units.
inline double rounded_to(double value, int digits, int least) {
    int exponent;
    std::frexp(value, &exponent);
    const int unit = (exponent > least ? exponent : least) - digits;
    const double shift = std::ldexp(6755399441055744.0, unit);
    return value == 0.0 ? value : std::copysign((value + shift) - shift, value);
}

inline unsigned int f16_bits(float value) {
    const double rounded = rounded_to(value, 11, -13);
    const unsigned int sign = std::signbit(value) ? 0x8000 : 0;
    int exponent;
    const double mantissa = std::frexp(std::fabs(rounded), &exponent);
    if (rounded == 0.0) return sign;
    if (exponent <= -14) return sign | static_cast<unsigned int>(std::ldexp(mantissa, exponent + 24));
    if (exponent > 16) return sign | 0x7c00;
    return sign | ((static_cast<unsigned int>(exponent + 13) << 10) + static_cast<unsigned int>(mantissa * 2048.0));
}

inline unsigned int f16_pair(float low, float high) { return f16_bits(low) | f16_bits(high) << 16; }

inline unsigned int bf16_bits(float value) {
    return __float_as_uint(static_cast<float>(rounded_to(value, 8, -125))) >> 16;
}

inline unsigned int bf16_pair_converted(float low, float high) { return bf16_bits(low) | bf16_bits(high) << 16; }
