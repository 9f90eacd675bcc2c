"""OpenCV's MOG2 on the frames that the example wrote: python mog2.py DIRECTORY

Reads scene.rgb, scene-truth.masks and clip.rgb; writes the masks (one byte a pixel) of MOG2 with its default settings and
tuned, and mog2.txt: settings, frames a second of `apply` alone, mean F1. One thread. Both get the 3x3 median; grey
pixels, which MOG2 takes for shadows, count as background.

Tuned means: the settings with the highest mean F1 on this very scene, its truth known. A grid over history, variance
threshold and background ratio, then one after the other the first and greatest variance and the threshold of a match.
"""
import itertools, sys, time
from pathlib import Path
import cv2, numpy

FIRST, SHAPE = 50, (-1, 240, 320)  # the first frames are for learning
directory = Path(sys.argv[1])
cv2.setNumThreads(1)

def read(name, *shape):
    return numpy.fromfile(directory / name, numpy.uint8).reshape(*SHAPE, *shape)

def run(frames, shadows=False, history=500, threshold=16, **settings):
    mog2 = cv2.createBackgroundSubtractorMOG2(history, threshold, shadows)
    for name, value in settings.items():
        getattr(mog2, "set" + name)(value)
    masks, seconds = [], 0.0
    for frame in frames:
        start = time.perf_counter()
        mask = mog2.apply(frame)
        seconds += time.perf_counter() - start
        masks.append(cv2.medianBlur((mask == 255).astype(numpy.uint8) * 255, 3))
    return numpy.array(masks), len(frames) / seconds

def f1(masks, truth):
    both = ((masks > 0) & (truth > 0)).sum((1, 2))
    marked = (masks > 0).sum((1, 2)) + (truth > 0).sum((1, 2))
    return numpy.where(marked > 0, 2 * both / numpy.maximum(marked, 1), 1.0)[FIRST:].mean()

scene, truth, clip = read("scene.rgb", 3), read("scene-truth.masks"), read("clip.rgb", 3)

def score(settings):
    return f1(run(scene, **settings)[0], truth)

def tuned():
    grid = itertools.product((25, 50, 100, 200, 500), (8, 12, 16, 20, 30), (0.6, 0.7, 0.8, 0.9))
    grid = [dict(history=h, threshold=t, BackgroundRatio=b) for h, t, b in grid]
    best = max((score(settings), i) for i, settings in enumerate(grid))
    best = (best[0], grid[best[1]])
    for name, values in dict(VarInit=(5, 30, 60, 100), VarMax=(40, 150, 300, 600), VarThresholdGen=(5, 16, 25)).items():
        for value in values:
            settings = best[1] | {name: value}
            f = score(settings)
            best = (f, settings) if f > best[0] else best
    return best[1]

with open(directory / "mog2.txt", "w") as report:
    for name, settings in [("default", dict(shadows=True)), ("tuned", tuned())]:
        for video, frames in [("scene", scene), ("clip", clip)]:
            masks, rate = run(frames, **settings)
            masks.tofile(directory / f"{video}-mog2-{name}.masks")
            value = f1(masks, truth) if video == "scene" else float("nan")
            print(name, video, f"{rate:.1f}", f"{value:.4f}", settings, sep="\t", file=report)
