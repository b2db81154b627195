"""Moves macros and saves the state (`save FILE`), restores it (`restore FILE`), or does neither (`none FILE`);
then plays."""

import sys

import vst3

MOVED = {0: 0.8125, 1: 0.5, 4: 0.25, 7: 0.75, 99: 0.125}

job, file = sys.argv[2:]
engine = vst3.host()
synth = vst3.instance(engine)
if job == "save":
    for macro, value in MOVED.items():
        synth.set_parameter(macro, value)
    synth.save_state(file)
elif job == "restore":
    synth.load_state(file)
sound = vst3.render(engine, synth)
vst3.answer(
    macros=[synth.get_parameter(macro) for macro in MOVED],
    texts=[synth.get_parameter_text(macro) for macro in MOVED],
    sound=vst3.fingerprint(sound),
)
