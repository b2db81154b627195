"""What a host sees of an instance, and a note's life."""

import vst3

engine = vst3.host()
synth = vst3.instance(engine)
names = [param["name"] for param in synth.get_parameters_description()]
sound = vst3.render(engine, synth, [(60, 100, 0.5, 1.0)], seconds=10.0)
vst3.answer(
    macros=sum(name.startswith("Macro ") for name in names),
    cutoff=synth.get_parameter_text(0),
    channels=sound.shape[0],
    before=vst3.peak(sound, 0.0, 0.5),
    during=vst3.peak(sound, 0.5, 1.5),
    after=vst3.peak(sound, 9.0, 10.0),
)
