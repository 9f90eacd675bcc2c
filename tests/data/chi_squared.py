"""Quantiles of the chi-squared distribution, to 40 digits, rounded to double.

python chi_squared.py > chi_squared.json

Every probability is a double (an f32 one widened), so that a quantile belongs to exactly the number that is passed.
The lower and the upper tail are tabled apart: near 1 a probability is too coarse to say how small its rest is.
scipy must agree to 1e-9.
"""

import json
import struct

import mpmath
import scipy
from scipy.stats import chi2

mpmath.mp.dps = 40
DEGREES = [1, 2, 3, 4, 5, 8, 13, 32, 63, 64]
DOUBLE = [1e-300, 1e-12, 1e-6, 1e-3, 0.01, 0.1, 0.3, 0.5]
SINGLE = [1e-30, 1e-6, 1e-3, 0.01, 0.1, 0.3, 0.5]


def single(p):
    return struct.unpack("f", struct.pack("f", p))[0]


def quantile(degrees, p, upper):
    """Newton's method on the logarithm of the tail, from scipy's value."""
    a = mpmath.mpf(degrees) / 2
    p = mpmath.mpf(p)

    def tail(x):
        bounds = (x / 2, mpmath.inf) if upper else (0, x / 2)
        return mpmath.gammainc(a, *bounds, regularized=True)

    near = mpmath.mpf(float(chi2.isf(float(p), degrees) if upper else chi2.ppf(float(p), degrees)))
    x = near if near > 1e-290 else 2 * (p * mpmath.gamma(a + 1)) ** (1 / a)
    for _ in range(60):
        t = tail(x)
        density = mpmath.exp((a - 1) * mpmath.log(x / 2) - x / 2 - mpmath.loggamma(a)) / 2
        # In ln x, where the lower tail is close to a straight line.
        slope = x * density / t * (-1 if upper else 1)
        step = (mpmath.log(p) - mpmath.log(t)) / slope
        x *= mpmath.exp(max(min(step, 1), -1))
        if abs(step) < mpmath.mpf(10) ** -32:
            break
    else:
        raise ArithmeticError((degrees, p, upper))
    if x > 1e-290:
        assert abs(x / near - 1) < 1e-9, (degrees, p, x, near)
    return float(x)


def table(probabilities):
    return [
        {"degrees": d, "probability": p, "lower": quantile(d, p, False), "upper": quantile(d, p, True)}
        for d in DEGREES
        for p in probabilities
    ]


print(
    json.dumps(
        {
            "versions": {"mpmath": mpmath.__version__, "scipy": scipy.__version__},
            "double": table(DOUBLE),
            "single": table([single(p) for p in SINGLE]),
        },
        indent=1,
    )
)
