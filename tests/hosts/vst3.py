"""What the scripts for the VST3 bundle share: the host, a few notes, and a fingerprint of sound.

The host is DawDreamer, which is JUCE's. Each script prints one JSON line with what it has seen.
"""

import hashlib
import json
import sys

import dawdreamer as daw
import numpy as np

RATE = 48_000
BLOCK = 512
SECONDS = 3.0
# (key, velocity, start, length), times in seconds; starts within blocks, none at a block's edge.
NOTES = [(60, 100, 0.2513, 1.0), (67, 70, 0.5037, 0.75), (36, 120, 0.9, 0.5)]

bundle = sys.argv[1]


def host(block=BLOCK):
    return daw.RenderEngine(RATE, block)


def instance(engine, name="synth"):
    return engine.make_plugin_processor(name, bundle)


def write(synth, notes=NOTES):
    for note in notes:
        synth.add_midi_note(*note)


def render(engine, synth, notes=NOTES, seconds=SECONDS):
    """The sound of a fresh instance that plays these notes."""
    write(synth, notes)
    engine.load_graph([(synth, [])])
    engine.render(seconds)
    return np.array(engine.get_audio())


def fingerprint(sound):
    """Of the very bits."""
    assert sound.dtype == np.float32
    return hashlib.sha256(np.ascontiguousarray(sound).tobytes()).hexdigest()


def peak(sound, start, end):
    """Between two times in seconds; NaN if any value is none."""
    return float(np.abs(sound[:, int(start * RATE) : int(end * RATE)]).max())


def answer(**facts):
    print(json.dumps(facts))
