"""Threads, open files and memory after each of many lives of an instance in one process."""

import os

import vst3

LIVES = 50


def live():
    engine = vst3.host()
    sound = vst3.render(engine, vst3.instance(engine), seconds=0.5)
    assert vst3.peak(sound, 0.25, 0.5) > 0, "it plays in each life"


def resident_kilobytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


threads, files, memory = [], [], []
for _ in range(LIVES):
    live()
    threads.append(len(os.listdir("/proc/self/task")))
    files.append(len(os.listdir("/proc/self/fd")))
    memory.append(resident_kilobytes())
vst3.answer(threads=threads, files=files, memory=memory)
