// Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC'11, doi:10.1145/2063384.2063405), as docs/stream.md, section 2.
#pragma once
#include "arguments.cuh"

// One block: `words[j]` is the word of element 64·tile + 16·j + lane, where block = 16·tile + lane.
// Blocks of one thread share their upper counter half and the tweak, so that the compiler makes half of the first
// two rounds once for all of them.
__device__ __forceinline__ void philox(unsigned long long block, const Arguments& a, unsigned int (&words)[4]) {
    unsigned int c0 = static_cast<unsigned int>(block), c1 = static_cast<unsigned int>(block >> 32);
    unsigned int c2 = a.tweak[0], c3 = a.tweak[1];
#pragma unroll
    for (int round = 0; round < 10; round++) {
        const unsigned long long p0 = 0xD2511F53ull * c0, p1 = 0xCD9E8D57ull * c2;
        const unsigned int k0 = a.round_keys[2 * round], k1 = a.round_keys[2 * round + 1];
        c0 = static_cast<unsigned int>(p1 >> 32) ^ c1 ^ k0;
        c1 = static_cast<unsigned int>(p1);
        c2 = static_cast<unsigned int>(p0 >> 32) ^ c3 ^ k1;
        c3 = static_cast<unsigned int>(p0);
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
}
