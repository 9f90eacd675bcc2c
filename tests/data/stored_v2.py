"""Writes stored_v2_*.bin: format version 2 as `gaussmix::persist` documents it, from the numbers below, by nothing of
gaussmix. Python 3.11; run in this directory without arguments."""
import math, struct, zlib

STRUCTURES = {"full": 1, "diagonal": 2, "spherical": 3, "tied_full": 17, "tied_diagonal": 18, "tied_spherical": 19}


def frame(kind, scalar, structure, d, k, payload):
    head = struct.pack("<4s4BHHI", b"GMix", 2, kind, scalar, STRUCTURES[structure], d, k, len(payload))
    return head + payload + struct.pack("<I", zlib.crc32(head + payload))


def write(name, *arguments):
    with open(f"stored_v2_{name}.bin", "wb") as file:
        file.write(frame(*arguments))


def offset(weight, reciprocals):
    if weight == 0:
        return -math.inf
    return math.log(weight) + sum(map(math.log, reciprocals)) - len(reciprocals) / 2 * math.log(2 * math.pi)


# A model: f32, two features, three components of which the last is dead; lower triangles by columns, diagonals
# reciprocal.
weights = [0.25, 0.75, 0.0]
means = [-1.5, 2.0, 1000.0, 0.1, 7.0, -7.0]
factors = [0.5, -3.0, 4.0, 2.0, 0.125, 1.0, 1.0, 0.0, 1.0]
offsets = [offset(w, factors[3 * i : 3 * i + 3 : 2]) for i, w in enumerate(weights)]
write("model", 1, 4, "full", 2, 3, struct.pack("<21f", *weights, *offsets, *means, *factors))

# Statistics: f64, one feature, two components, one variance for both.
words = [-12.5, 1e-16, 3.0, -1e-16, 0.1, 1e-18, 4.5, 0.0, -1e6, 2.5e-11, 6.75]
write("statistics", 2, 8, "tied_spherical", 1, 2, struct.pack("<Q11d", 8, *words))

# An online run: f32, one feature, one component, diagonal. t, warm-up; interval, steps since the last M-step, factor
# updates left, inertia, cap on inner iterations; mean frozen and last update floored; constant step, exponent, shift;
# relative and absolute floor, ridge, least share, inner tolerance; lowest floor; model; statistics.
state = struct.pack("<2Q5IB", 2**40 + 1, 16, 5, 3, 0, 10, 50, 2 | 2 << 3)
state += struct.pack("<9f", 0.0, 0.75, 2.0, 1e-5, 0.0, 0.5, 1e-7, 2.0**-13, 1e-3)
state += struct.pack("<4f", 1.0, offset(1.0, [0.25]), 21.5, 0.25)
state += struct.pack("<Q7f", 2**40 + 1, -2.5, 0.0, 1.0, 0.0, 21.5, 1e-7, 16.0)
write("online", 3, 4, "diagonal", 1, 1, state)
