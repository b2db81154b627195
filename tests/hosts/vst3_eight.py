"""Eight instances at once, each against one that plays alone: in one graph, and on four threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

import vst3

THREADS = 4
INSTANCES = 8


def one_graph():
    engine = vst3.host()
    names = [f"synth_{number}" for number in range(INSTANCES)]
    synths = [vst3.instance(engine, name) for name in names]
    for synth in synths:
        vst3.write(synth)
        synth.record = True
    mix = engine.make_add_processor("mix", [1 / INSTANCES] * INSTANCES)
    engine.load_graph([(synth, []) for synth in synths] + [(mix, names)])
    engine.render(vst3.SECONDS)
    return [synth.get_audio() for synth in synths]


def four_threads():
    """The host makes instances on its main thread: JUCE waits for that one. They render on four others."""
    engines = []
    for _ in range(INSTANCES):
        engine = vst3.host()
        synth = vst3.instance(engine)
        vst3.write(synth)
        engine.load_graph([(synth, [])])
        engines.append(engine)
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda engine: engine.render(vst3.SECONDS), engines))
    return [np.array(engine.get_audio()) for engine in engines]


engine = vst3.host()
alone = vst3.fingerprint(vst3.render(engine, vst3.instance(engine)))
vst3.answer(
    alone=alone,
    graph=[vst3.fingerprint(sound) for sound in one_graph()],
    threads=[vst3.fingerprint(sound) for sound in four_threads()],
)
