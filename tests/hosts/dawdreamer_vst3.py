"""The VST3 bundle in DawDreamer (JUCE): sound, automation, and a state that comes back to the same bits."""

import sys
import tempfile
from pathlib import Path

import dawdreamer as daw
import numpy as np

RATE, BLOCK = 48000, 512


def instance(engine, plugin):
    synth = engine.make_plugin_processor("synth", plugin)
    engine.load_graph([(synth, [])])
    return synth


def render(engine, synth):
    synth.clear_midi()
    synth.add_midi_note(60, 100, 0.5, 1.0)
    engine.render(3.0)
    return np.array(engine.get_audio())


def main(plugin):
    engine = daw.RenderEngine(RATE, BLOCK)
    synth = instance(engine, plugin)
    count = synth.get_plugin_parameter_size()
    assert count >= 128, f"{count} params"

    for index in range(4):
        synth.set_parameter(index, 0.25)
    first = render(engine, synth)
    assert np.isfinite(first).all(), "the sound is not finite"
    assert np.abs(first[:, : RATE // 2 - BLOCK]).max() < 1e-6, "sound before the note"
    assert np.abs(first[:, RATE // 2 : RATE]).max() > 0.01, "the note is silent"

    with tempfile.TemporaryDirectory() as folder:
        state = str(Path(folder) / "state")
        synth.save_state(state)
        fresh = daw.RenderEngine(RATE, BLOCK)
        other = instance(fresh, plugin)
        other.load_state(state)
        for index in range(4):
            value = other.get_parameter(index)
            assert abs(value - 0.25) < 1e-6, f"param {index} comes back as {value}"
        assert np.array_equal(render(fresh, other), first), "the restored state sounds different"

    synth.set_automation(0, np.linspace(0.0, 1.0, 3 * RATE))
    assert np.isfinite(render(engine, synth)).all(), "automation breaks the sound"


main(sys.argv[1])
