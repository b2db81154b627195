"""Opens the editor and plays once its window has been closed."""

import vst3

engine = vst3.host()
synth = vst3.instance(engine)
synth.open_editor()
sound = vst3.render(engine, synth)
vst3.answer(during=vst3.peak(sound, 0.3, 1.0))
