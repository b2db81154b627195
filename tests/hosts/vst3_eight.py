"""Eight instances in one graph, each against one that plays alone."""

import vst3

engine = vst3.host()
alone = vst3.fingerprint(vst3.render(engine, vst3.instance(engine)))

engine = vst3.host()
names = [f"synth_{number}" for number in range(8)]
synths = [vst3.instance(engine, name) for name in names]
for synth in synths:
    vst3.write(synth)
    synth.record = True
mix = engine.make_add_processor("mix", [0.125] * len(names))
engine.load_graph([(synth, []) for synth in synths] + [(mix, names)])
engine.render(vst3.SECONDS)
vst3.answer(alone=alone, together=[vst3.fingerprint(synth.get_audio()) for synth in synths])
