"""A macro that is mapped, and one that is not, under automation from the second second on."""

import numpy as np
import vst3

NOTE = [(48, 100, 0.1, 2.9)]
MAPPED, FREE = 0, 100


def brightness(sound):
    """Centre of the spectrum of the last half second, in Hz."""
    piece = sound[0, -vst3.RATE // 2 :]
    power = np.abs(np.fft.rfft(piece * np.hanning(len(piece)))) ** 2
    return float((np.fft.rfftfreq(len(piece), 1 / vst3.RATE) * power).sum() / power.sum())


def automated(macro):
    """Rises from where it stands to its end, or stays where it is: with no macro."""
    engine = vst3.host()
    synth = vst3.instance(engine)
    if macro is not None:
        start = synth.get_parameter(macro)
        still, rise = np.full(vst3.RATE, start), np.linspace(start, 1.0, 2 * vst3.RATE)
        synth.set_automation(macro, np.concatenate([still, rise]).astype(np.float32))
    return vst3.render(engine, synth, NOTE)


plain, mapped, free = automated(None), automated(MAPPED), automated(FREE)
until = vst3.RATE
vst3.answer(
    same_until_it_moves=bool(np.array_equal(plain[:, :until], mapped[:, :until])),
    same_when_free=bool(np.array_equal(plain, free)),
    brightness_plain=brightness(plain),
    brightness_mapped=brightness(mapped),
)
