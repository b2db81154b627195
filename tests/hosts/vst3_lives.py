"""Threads and open files after each of many lives of an instance in one process."""

import os

import vst3

LIVES = 20


def live():
    engine = vst3.host()
    sound = vst3.render(engine, vst3.instance(engine), seconds=0.5)
    assert vst3.peak(sound, 0.25, 0.5) > 0, "it plays in each life"


threads, files = [], []
for _ in range(LIVES):
    live()
    threads.append(len(os.listdir("/proc/self/task")))
    files.append(len(os.listdir("/proc/self/fd")))
vst3.answer(threads=threads, files=files)
