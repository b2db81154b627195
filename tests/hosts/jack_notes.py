"""Plays notes to a JACK client by MIDI and listens: `jack_notes.py CLIENT SECONDS`. Prints a JSON line.

Before the first second and in the last two nothing is held; between them one note starts each half second, the
first an A of 440 Hz.
"""

import json
import sys
import threading

import jack
import numpy as np

synth, seconds = sys.argv[1], float(sys.argv[2])
client = jack.Client("listener", no_start_server=True)
rate = client.samplerate
keys = client.midi_outports.register("keys")
ears = [client.inports.register(side) for side in ("left", "right")]
frames = int(seconds * rate)
heard = np.zeros((2, frames), dtype=np.float32)
notes = []
for number, start in enumerate(np.arange(1.0, seconds - 2.5, 0.5)):
    key = 69 - 5 * number % 24
    notes += [(int(start * rate), (0x90, key, 100)), (int((start + 0.4) * rate), (0x80, key, 0))]
notes.sort()
done = threading.Event()
position, overruns = 0, 0


@client.set_process_callback
def process(count):
    global position
    keys.clear_buffer()
    while notes and notes[0][0] < position + count:
        frame, message = notes.pop(0)
        keys.write_midi_event(max(frame - position, 0), message)
    here = min(count, frames - position)
    for side, ear in zip(heard, ears):
        side[position : position + here] = ear.get_array()[:here]
    position += here
    if position == frames:
        done.set()


@client.set_xrun_callback
def late(_):
    global overruns
    overruns += 1


def ports(**kind):
    return client.get_ports(f"^{synth}:", **kind)


def peak(start, end):
    return float(np.abs(heard[:, int(start * rate) : int(end * rate)]).max())


def cents():
    """How far the first note is off, by the strongest line within 300 cents."""
    piece = heard[0, int(1.05 * rate) : int(1.4 * rate)]
    size = 1 << 19
    lines = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), size))
    low, high = (int(440 * 2**octaves * size / rate) for octaves in (-0.25, 0.25))
    found = (low + int(lines[low:high].argmax())) * rate / size
    return 1200 * float(np.log2(found / 440))


with client:
    sounds = ports(is_audio=True, is_output=True)
    for out, ear in zip(sounds, ears):
        client.connect(out, ear)
    inputs = ports(is_midi=True, is_input=True)
    client.connect(keys, inputs[0])
    in_time = done.wait(seconds + 5)
print(
    json.dumps(
        {
            "outputs": len(sounds),
            "inputs": len(inputs),
            "in_time": in_time,
            "before": peak(0.0, 1.0),
            "during": peak(1.0, seconds - 2.0),
            "after": peak(seconds - 0.5, seconds),
            "cents": cents(),
            "finite": bool(np.isfinite(heard).all()),
            "overruns": overruns,
        }
    )
)
