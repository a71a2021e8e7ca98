// Fills a range of a tensor with the elements of a distribution: the stream of docs/stream.md, on a GPU, to the last bit.
//
// The values are a function of the arguments and the element's index, so any grid gives the same ones: no shared
// memory, no synchronisation, no state. `scripts/build-ptx` makes the PTX beside this file; `src/fill.rs` says what
// to launch; tests/tests/stream/cuda_source.rs runs this text on the processor against the Rust kernels.
#include "arguments.cuh"
#include "dtypes.cuh"
#include "distributions.cuh"
#include "philox.cuh"

typedef unsigned long long u64;

constexpr unsigned int TILE = 64, ROW = 16, QUADS = 4;
// Threads of a block, as `src/fill.rs` launches them.
constexpr unsigned int THREADS = 128;

__device__ __forceinline__ u64 first_item() { return static_cast<u64>(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ __forceinline__ u64 stride() { return static_cast<u64>(gridDim.x) * blockDim.x; }

// The values of one item: by lane, then by row. An item is four neighbours in each row of a tile.
typedef float Values[BATCH][BATCH];
// Elements from the first of an item to behind its last.
constexpr unsigned int SPAN = (BATCH - 1) * ROW + BATCH;

// Four stores of four neighbours each, all of them asked for and their addresses aligned.
//
// They are marked as read by nobody soon (`st.global.cs`): a line of the L2 cache is complete only after the next store, and
// kept as if it were needed it holds up those that follow. On an H200 a uniform distribution in f32 takes a third longer
// without.
template <class D> __device__ __forceinline__ void store_whole(typename D::Element* out, const Values& v) {
#pragma unroll
    for (unsigned int row = 0; row < BATCH; row++)
        __stcs(reinterpret_cast<typename D::Pack*>(out + row * ROW), D::pack(v[0][row], v[1][row], v[2][row], v[3][row]));
}

// The elements of an item that are asked for: `at` counts from the output's begin, and has wrapped around for those
// before it.
template <class D>
__device__ __forceinline__ void store_parts(typename D::Element* out, u64 at, u64 count, const Values& v) {
#pragma unroll
    for (unsigned int row = 0; row < BATCH; row++) {
        union {
            typename D::Pack pack;
            typename D::Element elements[BATCH];
        } each = {D::pack(v[0][row], v[1][row], v[2][row], v[3][row])};
#pragma unroll
        for (unsigned int i = 0; i < BATCH; i++) {
            const u64 place = at + (row * ROW + i);
            if (place < count) out[place] = each.elements[i];
        }
    }
}

template <class D>
__device__ __forceinline__ void store(const Arguments& a, void* memory, u64 first, const Values& v) {
    typename D::Element* out = static_cast<typename D::Element*>(memory);
    // The element that begins the tile of `start` may lie before the output; what counts is whether it would be
    // aligned there.
    const u64 address = reinterpret_cast<u64>(memory) - a.start % TILE * sizeof(typename D::Element);
    const u64 at = first - a.start;
    if (address % sizeof(typename D::Pack) == 0 && at < a.count && a.count - at >= SPAN)
        store_whole<D>(out + at, v);
    else
        store_parts<D>(out, at, a.count, v);
}

// A thread takes four blocks of a tile, neighbours by lane: four values in each of the four rows. Four threads hold
// a whole row, which is two sectors of memory in f32 and one in 16 bits, so a sector is never written in parts.
template <class Distribution> __device__ __forceinline__ void fill(const Arguments& a, void* out) {
    const u64 tile0 = a.start / TILE;
    const u64 items = a.count == 0 ? 0 : ((a.start + (a.count - 1)) / TILE - tile0 + 1) * QUADS;
    for (u64 item = first_item(); item < items; item += stride()) {
        const u64 tile = tile0 + item / QUADS;
        const unsigned int lane = static_cast<unsigned int>(item % QUADS) * BATCH;
        Values values;
#pragma unroll
        for (unsigned int l = 0; l < BATCH; l++) {
            unsigned int words[BATCH];
            philox(tile * ROW + lane + l, a, words);
            Distribution::values(a, words, values[l]);
        }
        // The same way for a whole launch; a kernel for each dtype would be four times the code to load.
        switch (a.dtype) {
        case F32::CODE: store<F32>(a, out, tile * TILE + lane, values); break;
        case BF16::CODE: store<BF16>(a, out, tile * TILE + lane, values); break;
        case F16::CODE: store<F16>(a, out, tile * TILE + lane, values); break;
        case F8E4M3::CODE: store<F8E4M3>(a, out, tile * TILE + lane, values); break;
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS) uniform(const Arguments a, void* out) { fill<Uniform>(a, out); }
extern "C" __global__ void __launch_bounds__(THREADS) normal(const Arguments a, void* out) { fill<Normal>(a, out); }
extern "C" __global__ void __launch_bounds__(THREADS) truncated(const Arguments a, void* out) { fill<Truncated>(a, out); }

// `count` bytes of a repeated value: `pattern` begins anew every 16 bytes, so any size of element that divides 16
// is served, from a start that is a multiple of that size.
extern "C" __global__ void __launch_bounds__(THREADS) constant(const Arguments a, void* memory) {
    unsigned char* out = static_cast<unsigned char*>(memory);
    const uint4 pattern = {a.pattern[0], a.pattern[1], a.pattern[2], a.pattern[3]};
    const u64 whole = reinterpret_cast<u64>(out) % sizeof(uint4) == 0 ? a.count / sizeof(uint4) : 0;
    for (u64 i = first_item(); i < whole; i += stride()) reinterpret_cast<uint4*>(out)[i] = pattern;
    for (u64 i = whole * sizeof(uint4) + first_item(); i < a.count; i += stride())
        out[i] = static_cast<unsigned char>(a.pattern[i / 4 % 4] >> i % 4 * 8);
}
