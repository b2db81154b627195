"""Moves macros, plays, saves the state (`save FILE`); or restores it and plays (`restore FILE`); or only plays
(`none FILE`).

JUCE hands moved macros over with the next block, so the state is saved after some were rendered.
"""

import sys

import vst3

MOVED = {0: 0.8125, 1: 0.5, 4: 0.25, 7: 0.75, 99: 0.125}

job, file = sys.argv[2:]
engine = vst3.host()
synth = vst3.instance(engine)
if job == "save":
    for macro, value in MOVED.items():
        synth.set_parameter(macro, value)
elif job == "restore":
    synth.load_state(file)
sound = vst3.render(engine, synth)
if job == "save":
    synth.save_state(file)
vst3.answer(
    macros=[synth.get_parameter(macro) for macro in MOVED],
    texts=[synth.get_parameter_text(macro) for macro in MOVED],
    sound=vst3.fingerprint(sound),
)
