// Runs launches of the kernels on the processor: reads them from standard input, writes the memory to standard output.
//
// A launch: kernel (0 constant, 1 uniform, 2 normal, 3 truncated), blocks, threads, bytes of memory, offset of the
// output in it, as u32; the arguments; the memory as it is before.
#include "shim.h"

#include "fill.cu"

#include <cstdio>
#include <cstdlib>
#include <vector>

typedef void (*Kernel)(const Arguments, void*);
static const Kernel KERNELS[] = {constant, uniform, normal, truncated};

struct Launch {
    unsigned int kernel, blocks, threads, bytes, offset;
    Arguments arguments;
};

static bool read(void* into, size_t size) { return std::fread(into, 1, size, stdin) == size; }

static void run(const Launch& launch, void* out) {
    gridDim.x = launch.blocks;
    blockDim.x = launch.threads;
    for (blockIdx.x = 0; blockIdx.x < launch.blocks; blockIdx.x++)
        for (threadIdx.x = 0; threadIdx.x < launch.threads; threadIdx.x++)
            KERNELS[launch.kernel](launch.arguments, out);
}

int main() {
    Launch launch;
    // Only the kernel's number is missing at the end of the input.
    while (read(&launch.kernel, sizeof launch.kernel)) {
        if (!read(&launch.blocks, 4 * sizeof(unsigned int)) || !read(&launch.arguments, sizeof launch.arguments)) return 1;
        // Aligned to 16 bytes, as a device's memory is; the offset is the launch's own.
        std::vector<uint4> memory(launch.bytes / sizeof(uint4) + 1);
        unsigned char* bytes = reinterpret_cast<unsigned char*>(memory.data());
        if (!read(bytes, launch.bytes)) return 1;
        run(launch, bytes + launch.offset);
        std::fwrite(bytes, 1, launch.bytes, stdout);
    }
    return 0;
}
