"""Writes distance_hard.json: distances between Gaussians where differences of large numbers lose them, to 80 digits.

    python3 distance_hard.py > distance_hard.json

mpmath 1.3.0; no other package. Gaussians are given by their factors, as the crate keeps them: the lower triangle L,
with reciprocals on the diagonal, in numbers that an `f64` holds exactly (`single`: an `f32` too). So nothing but the
distance itself is rounded. `root_condition` is the larger condition number of the two factors. `size` is the
root of the larger trace of the two covariances.
"""

import json
import math
import random
import struct

import mpmath
from mpmath import det, eigsy, exp, inverse, log, matrix, mp, mpf, sqrt

mp.dps = 80
random.seed(20)


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def lower(stored):
    d = len(stored)
    at = lambda i, j: 1 / mpf(stored[i][i]) if i == j else mpf(stored[i][j]) if j < i else mpf(0)
    return matrix([[at(i, j) for j in range(d)] for i in range(d)])


def trace(m):
    return sum(m[i, i] for i in range(m.rows))


def norm2(v):
    return sum(x * x for x in v)


def root(m):
    values, vectors = eigsy(m)
    return vectors * mp.diag([sqrt(max(v, mpf(0))) for v in values]) * vectors.T


def kl(m1, s1, m2, s2):
    d = m1 - m2
    i2 = inverse(s2)
    return (trace(i2 * s1) - s1.rows + log(det(s2) / det(s1)) + (d.T * i2 * d)[0]) / 2


def pair(name, p, q):
    l1, l2 = lower(p["factor"]), lower(q["factor"])
    s1, s2 = l1 * l1.T, l2 * l2.T
    m1, m2 = matrix([mpf(v) for v in p["mean"]]), matrix([mpf(v) for v in q["mean"]])
    d, s = m1 - m2, (s1 + s2) / 2
    b = (d.T * inverse(s) * d)[0] / 8 + log(det(s) / sqrt(det(s1) * det(s2))) / 2
    r1 = root(s1)
    w = norm2(d) + trace(s1) + trace(s2) - 2 * trace(root(r1 * s2 * r1))
    conditions = [sqrt(max(v) / min(v)) for v in (list(eigsy(s, eigvals_only=True)) for s in (s1, s2))]
    numbers = [v for g in (p, q) for v in g["mean"] + [x for row in g["factor"] for x in row]]
    return {
        "id": name, "d": len(p["mean"]), "single": all(single(v) == v for v in numbers), "p": p, "q": q,
        "root_condition": float(max(conditions)), "size": float(sqrt(max(trace(s1), trace(s2)))),
        "kl_pq": float(kl(m1, s1, m2, s2)), "kl_qp": float(kl(m2, s2, m1, s1)),
        "bhattacharyya": float(b), "hellinger": float(sqrt(1 - exp(-b))), "wasserstein": float(sqrt(max(w, mpf(0)))),
    }


def gaussian(mean, factor):
    return {"mean": mean, "factor": factor}


def dense(d, offset=0.0):
    return gaussian(
        [single(offset + random.gauss(0, 2)) for _ in range(d)],
        [[single(random.gauss(0, 0.5)) if j < i else single(random.uniform(0.5, 2)) if j == i else 0.0
          for j in range(d)] for i in range(d)],
    )


def moved(g, share, to=float):
    """Every number a little off, relative to itself."""
    off = lambda v: to(v * (1 + share * random.choice([-1, 1]) * random.uniform(0.5, 1)))
    return gaussian([off(v) for v in g["mean"]], [[off(v) for v in row] for row in g["factor"]])


def off_by_an_ulp(factor):
    rows = [list(row) for row in factor]
    rows[1][1] *= 1 + 2**-52
    return rows


def needle(angle, thin, to=float):
    """Unit variance along an angle, `thin`² across it: L by hand."""
    c, s = math.cos(angle), math.sin(angle)
    a = math.sqrt(c * c + (thin * s) ** 2)
    return [[to(1 / a), 0.0], [to(c * s * (1 - thin * thin) / a), to(a / thin)]]


def diagonal(mean, deviations):
    return gaussian(mean, [[1 / deviations[i] if i == j else 0.0 for j in range(len(mean))] for i in range(len(mean))])


three, five = dense(3), dense(5)
origin = [0.0, 0.0]
thin = gaussian(origin, needle(0.5, 1e-6))
mote = gaussian([1.0, 1.0], [[2.0**20, 0.0], [0.0, 2.0**20]])
pairs = [
    pair("dense_3", three, dense(3)),
    pair("dense_5", five, dense(5)),
    pair("near_1e-3", three, moved(three, 1e-3, single)),
    pair("near_1e-6_in_f32", five, moved(five, 1e-6, single)),
    pair("near_1e-6", five, moved(five, 1e-6)),
    pair("near_1e-10", three, moved(three, 1e-10)),
    pair("near_1e-14", three, moved(three, 1e-14)),
    pair("one_number_off_by_an_ulp", three, gaussian(three["mean"], off_by_an_ulp(three["factor"]))),
    pair("offset_1e4", dense(3, 1e4), dense(3, 1e4)),
    pair("far_1e6_sigma", three, gaussian([single(v + 2e6) for v in three["mean"]], dense(3)["factor"])),
    pair(
        "crossed_needles_1e3",
        gaussian(origin, needle(0.5, 1e-3, single)),
        gaussian(origin, needle(-0.9, 1e-3, single)),
    ),
    pair("crossed_needles_1e6", thin, gaussian([0.25, 0.5], needle(-0.9, 1e-6))),
    pair("parallel_needles_1e6", thin, moved(thin, 1e-9)),
    pair("needles_of_two_widths", thin, gaussian(origin, needle(0.5, 4e-6))),
    pair("a_mote_in_a_ball", mote, gaussian(origin, [[2.0**-20, 0.0], [2.0**10, 2.0**-20]])),
    pair(
        "units_of_1e-9_to_1e9",
        diagonal([0.0, 0.0, 0.0], [2.0**-30, 1.0, 2.0**30]),
        diagonal([2.0**-30, 0.5, 0.0], [2.0**-29, 1.0, 2.0**30]),
    ),
]

print(json.dumps({
    "schema": "gaussmix-distance-hard/1",
    "made_with": f"mpmath {mpmath.__version__}, 80 digits, rounded to float64",
    "pairs": pairs,
}, separators=(",", ":")).replace('{"id"', '\n{"id"'))
