"""The same notes in blocks of several sizes."""

import vst3

SIZES = [64, 480, 512, 1024]


def sound(block):
    engine = vst3.host(block)
    return vst3.fingerprint(vst3.render(engine, vst3.instance(engine)))


vst3.answer(sounds={size: sound(size) for size in SIZES})
