// Renders a Faust program offline: `render SECONDS BLOCK OUT.wav`, 48 kHz, stereo, 32-bit float.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include "faust/dsp/dsp.h"
#include "faust/gui/UI.h"
#include "faust/gui/meta.h"

using std::max;
using std::min;

<<includeIntrinsic>>

<<includeclass>>

static void head(FILE* file, uint32_t frames, uint32_t rate) {
    const uint32_t bytes = frames * 8;
    const auto word = [file](uint32_t value, size_t size) { fwrite(&value, size, 1, file); };
    fwrite("RIFF", 4, 1, file), word(36 + bytes, 4), fwrite("WAVEfmt ", 8, 1, file), word(16, 4);
    word(3, 2), word(2, 2), word(rate, 4), word(rate * 8, 4), word(8, 2), word(32, 2);
    fwrite("data", 4, 1, file), word(bytes, 4);
}

int main(int count, char** args) {
    if (count != 4) return fprintf(stderr, "render SECONDS BLOCK OUT.wav\n"), 2;
    const int rate = 48000, block = atoi(args[2]), frames = int(atof(args[1]) * rate);
    FILE* file = fopen(args[3], "wb");
    if (!file || block < 1) return fprintf(stderr, "%s cannot be written\n", args[3]), 1;
    head(file, frames, rate);
#if defined(__SSE__)
    _mm_setcsr(_mm_getcsr() | 0x8040);  // flush denormals, as hosts do
#endif
    mydsp* program = new mydsp();
    program->init(rate);
    std::vector<float> left(block), right(block), both(block * 2);
    float* outputs[] = {left.data(), right.data()};
    for (int done = 0; done < frames; done += block) {
        const int now = min(block, frames - done);
        program->compute(now, nullptr, outputs);
        for (int frame = 0; frame < now; frame++) {
            both[frame * 2] = left[frame];
            both[frame * 2 + 1] = right[frame];
        }
        fwrite(both.data(), 8, now, file);
    }
    delete program;
    return fclose(file);
}
