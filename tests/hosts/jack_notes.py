"""Plays notes to a JACK client by MIDI and listens: `jack_notes.py CLIENT SECONDS`. Prints a JSON line.

It does so twice. First while the server waits for its clients (freewheel), so that a busy machine loses nothing
and the sound can be measured; then live, for so many seconds.
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


class Take:
    """Nothing is held in the first second and the last two; between, a note starts each half second, an A first."""

    def __init__(self):
        self.heard = np.zeros((2, int(seconds * rate)), dtype=np.float32)
        self.position = 0
        self.over = threading.Event()
        self.notes = []
        for number, start in enumerate(np.arange(1.0, seconds - 2.4, 0.5)):
            key = 69 - 5 * number % 24
            self.notes.append((int(start * rate), (0x90, key, 100)))
            self.notes.append((int((start + 0.4) * rate), (0x80, key, 0)))

    def advance(self, count):
        while self.notes and self.notes[0][0] < self.position + count:
            frame, message = self.notes.pop(0)
            keys.write_midi_event(frame - self.position, message)
        here = min(count, self.heard.shape[1] - self.position)
        for side, ear in zip(self.heard, ears):
            side[self.position : self.position + here] = ear.get_array()[:here]
        self.position += here
        if here < count:
            self.over.set()

    def peak(self, start, end):
        return float(np.abs(self.heard[:, int(start * rate) : int(end * rate)]).max())

    def cents(self):
        """How far the first note is off 440 Hz, by the strongest line within 300 cents."""
        piece = self.heard[0, int(1.05 * rate) : int(1.4 * rate)]
        size = 1 << 19
        lines = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), size))
        low, high = (int(440 * 2**octaves * size / rate) for octaves in (-0.25, 0.25))
        found = (low + int(lines[low:high].argmax())) * rate / size
        return 1200 * float(np.log2(found / 440))


playing = None


@client.set_process_callback
def process(count):
    keys.clear_buffer()
    if playing is not None and not playing.over.is_set():
        playing.advance(count)


def play():
    global playing
    playing = Take()
    assert playing.over.wait(seconds + 20), f"JACK stands still at frame {playing.position}"
    return playing


def ports(**kind):
    return client.get_ports(f"^{synth}:", **kind)


with client:
    outputs = ports(is_audio=True, is_output=True)
    for output, ear in zip(outputs, ears):
        client.connect(output, ear)
    inputs = ports(is_midi=True, is_input=True)
    client.connect(keys, inputs[0])
    client.set_freewheel(True)
    measured = play()
    client.set_freewheel(False)
    live = play()
print(
    json.dumps(
        {
            "outputs": len(outputs),
            "inputs": len(inputs),
            "finite": bool(np.isfinite(measured.heard).all()),
            "before": measured.peak(0.0, 1.0),
            "during": measured.peak(1.0, seconds - 2.0),
            "after": measured.peak(seconds - 0.5, seconds),
            "cents": measured.cents(),
            "live": live.peak(1.0, seconds - 2.0),
        }
    )
)
