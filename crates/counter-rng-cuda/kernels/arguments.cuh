// What every kernel is called with. `src/arguments.rs` has the same struct and fills it; a test holds the two together.
#pragma once

// Elements start .. start + count of the whole tensor; the end is at most 2^64 - 1.
struct Arguments {
    unsigned long long start;
    unsigned long long count;
    unsigned int round_keys[20]; // two a round: the kernels read them as constants and add nothing up
    unsigned int tweak[2];
    float mean; // uniform: centre
    float std;  // uniform: scale
    float lo;
    float up;
    float probability; // this and below for the truncated normal only
    float below;
    float above;
    float tilt;
    unsigned int pattern[4]; // constant: 16 bytes of equal values
    unsigned int dtype;      // CODE of a struct in dtypes.cuh; a constant has the pattern instead
    unsigned int clamp;      // how values are moved inside [lo, up]: one of the three below
};

// No value lies outside. One instruction a bound. As written, which differs where zeros of two signs meet.
constexpr unsigned int NO_CLAMP = 0, MIN_MAX = 1, COMPARISONS = 2;
