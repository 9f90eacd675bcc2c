"""OpenCV's MOG2 on the frames that the example wrote: python mog2.py DIRECTORY

Reads drift.rgb, steady.rgb, their truths and clip.rgb; writes the masks (one byte a pixel) of MOG2 with its default
settings, tuned, and tuned with the mixture's own rule for a new light, and mog2.txt: settings, frames a second of `apply`
alone, mean F1. One thread. All get the 3x3 median; grey pixels, which MOG2 takes for shadows, count as background.

Tuned means: for a high mean F1 on this very scene, its truth known. From what a full grid found best on the scene with
drift of seed 1, one setting after the other takes its best value.

The rule: after a frame with more than a given share of foreground (upheaval), rates are 1/(kept + 1), 1/(kept + 2), ..
until they reach 1/history.
"""
import sys, time
from pathlib import Path
import cv2, numpy

FIRST, SHAPE = 50, (-1, 240, 320)  # the first frames are for learning
directory = Path(sys.argv[1])
cv2.setNumThreads(1)

def read(name, *shape):
    return numpy.fromfile(directory / name, numpy.uint8).reshape(*SHAPE, *shape)

def run(frames, shadows=False, history=500, threshold=16, upheaval=None, kept=1, **settings):
    mog2 = cv2.createBackgroundSubtractorMOG2(history, threshold, shadows)
    for name, value in settings.items():
        getattr(mog2, "set" + name)(value)
    masks, seconds, since = [], 0.0, None
    for frame in frames:
        start = time.perf_counter()
        if since is None:
            mask = mog2.apply(frame)
        else:
            since += 1
            mask = mog2.apply(frame, learningRate=max(1 / since, 1 / history))
        if upheaval and len(masks) and cv2.countNonZero(mask) > upheaval * mask.size:
            since = kept if since is None else min(since, kept)
        seconds += time.perf_counter() - start
        masks.append(cv2.medianBlur((mask == 255).astype(numpy.uint8) * 255, 3))
    return numpy.array(masks), len(frames) / seconds

def f1(masks, truth):
    both = ((masks > 0) & (truth > 0)).sum((1, 2))
    marked = (masks > 0).sum((1, 2)) + (truth > 0).sum((1, 2))
    return numpy.where(marked > 0, 2 * both / numpy.maximum(marked, 1), 1.0)[FIRST:].mean()

VALUES = dict(
    history=(25, 50, 100, 200),
    threshold=(12, 16, 20, 30),
    BackgroundRatio=(0.6, 0.7, 0.8),
    VarInit=(5, 15),
    VarThresholdGen=(5, 9),
)
RULE = dict(upheaval=(0.15, 0.3), kept=(5, 20))
START = dict(history=50, threshold=20, BackgroundRatio=0.7, VarInit=5, VarThresholdGen=5)

def tuned(frames, truth, values, start):
    """One setting after the other takes its best value."""
    best = (f1(run(frames, **start)[0], truth), start)
    for name, choices in values.items():
        for choice in choices:
            if choice != best[1][name]:
                settings = best[1] | {name: choice}
                best = max(best, (f1(run(frames, **settings)[0], truth), settings), key=lambda b: b[0])
    return best[1]

if __name__ == "__main__":
    clip = read("clip.rgb", 3)
    with open(directory / "mog2.txt", "w") as report:
        for name in ("steady", "drift"):
            frames, truth = read(f"{name}.rgb", 3), read(f"{name}-truth.masks")
            best = tuned(frames, truth, VALUES, START)
            rule = tuned(frames, truth, VALUES | RULE, best | dict(history=100, upheaval=0.2, kept=1))
            ways = dict(default=dict(shadows=True), tuned=best, relearns=rule)
            for way, settings in ways.items():
                videos = [(name, frames)] + ([("clip", clip)] if name == "drift" else [])
                for video, seen in videos:
                    masks, rate = run(seen, **settings)
                    masks.tofile(directory / f"{video}-mog2-{way}.masks")
                    value = f1(masks, truth) if video == name else float("nan")
                    print(way, video, f"{rate:.1f}", f"{value:.4f}", settings, sep="\t", file=report, flush=True)
