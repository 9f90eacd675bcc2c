"""scikit-learn and daal4py: time of an iteration of EM, of scoring, and of a whole fit.

    peers.py PEER TASK DIRECTORY D K SHORT LONG BUDGET TOLERANCE

prints one JSON line a measurement, as src/line.rs describes them; `peers.py PEER version` what is measured.
"""

import json
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

REGULARISER = 1e-6
LEAST, MOST = 3, 15  # repetitions, as src/clock.rs has them
LIMIT = 1000  # iterations of a whole fit


class Start:
    """Equal weights, K samples as means, a quarter of the covariance of the data for every component."""

    def __init__(self, directory, structure, dtype, d, k):
        self.structure, self.dtype, self.k = structure, dtype, k
        self.weights = np.full(k, 1 / k, dtype)
        self.means = np.fromfile(directory / "means.f64", "<f8").reshape(k, d).astype(dtype)
        covariance = np.fromfile(directory / "covariance.f64", "<f8").reshape(d, d)
        self.covariance = covariance if structure == "full" else np.diag(covariance)
        inverse = np.linalg.inv(covariance) if structure == "full" else 1 / np.diag(covariance)
        self.precisions = np.array([inverse] * k, dtype)


class ScikitLearn:
    name = "scikit-learn"

    @staticmethod
    def version():
        from threadpoolctl import threadpool_info

        np.dot(np.ones((9, 9)), np.ones((9, 9)))
        blas = [f"{i['internal_api']} {i['version']} kernel {i['architecture']}"
                for i in threadpool_info() if i["user_api"] == "blas"]
        return f"{version('scikit-learn')} (numpy {np.__version__}, {'; '.join(sorted(set(blas)))})"

    def __init__(self, start):
        self.start = start

    def fit(self, samples, iterations, tolerance):
        start = self.start
        model = GaussianMixture(
            start.k,
            covariance_type="full" if start.structure == "full" else "diag",
            weights_init=start.weights,
            means_init=start.means,
            precisions_init=start.precisions,
            reg_covar=0.0,
            max_iter=iterations,
            tol=tolerance,
        )
        self.model = model.fit(samples)
        return model.n_iter_

    def parameters(self):
        return self.model.weights_, self.model.means_, self.model.covariances_

    def score(self, samples):
        return self.model.score_samples(samples)


class Daal4py:
    """oneDAL's EM. scikit-learn-intelex does not put it behind GaussianMixture: it is called by its own name."""

    name = "daal4py"

    @staticmethod
    def version():
        return f"{version('scikit-learn-intelex')} (oneDAL)"

    def __init__(self, start):
        import daal4py

        daal4py.daalinit(1)
        self.em_gmm = daal4py.em_gmm
        self.start = start
        rows = start.covariance if start.structure == "full" else start.covariance[None, :]
        self.covariances = [np.ascontiguousarray(rows, start.dtype) for _ in range(start.k)]

    def fit(self, samples, iterations, tolerance):
        start = self.start
        algorithm = self.em_gmm(
            nComponents=start.k,
            fptype="float" if start.dtype == np.float32 else "double",
            maxIterations=iterations,
            accuracyThreshold=tolerance * len(samples),  # it looks at the sum, not at the mean
            regularizationFactor=REGULARISER,
            covarianceStorage=start.structure,
        )
        self.result = algorithm.compute(samples, start.weights[None, :], start.means, self.covariances)
        return int(self.result.nIterations[0, 0])

    def parameters(self):
        r = self.result
        covariances = np.array(r.covariances)  # of a diagonal, rows
        return r.weights[0], r.means, covariances if self.start.structure == "full" else covariances[:, 0]

    score = None


def mean_log_likelihood(structure, parameters, samples):
    """Of the parameters as they are, in float64, by scikit-learn."""
    weights, means, covariances = (np.asarray(p, np.float64) for p in parameters)
    model = GaussianMixture(len(weights), covariance_type="full" if structure == "full" else "diag")
    model.weights_, model.means_, model.covariances_ = weights, means, covariances
    if structure == "full":
        inverse = [np.linalg.inv(np.linalg.cholesky(c)).T for c in covariances]
        model.precisions_cholesky_ = np.array(inverse)
    else:
        model.precisions_cholesky_ = 1 / np.sqrt(covariances)
    return float(model.score(samples))


def repeat(budget, least, measure):
    """What `measure` returns, at least so often and until the budget is spent; once if there is none."""
    begin, values = time.process_time(), [measure()]
    least, most = (least, MOST) if budget > 0 else (1, 1)
    while len(values) < least or (len(values) < most and time.process_time() - begin < budget):
        values.append(measure())
    return values


def measure(peer, task, directory, d, k, short, long, budget, tolerance):
    everything = np.fromfile(directory / "samples.f64", "<f8").reshape(-1, d)
    n = len(everything)
    for structure in ("full", "diagonal"):
        for dtype, scalar in ((np.float32, "f32"), (np.float64, "f64")):
            samples = everything.astype(dtype)
            start = Start(directory, structure, dtype, d, k)
            library = peer(start)

            def line(task, values, iterations=None):
                found = None
                if iterations is not None:
                    found = mean_log_likelihood(structure, library.parameters(), everything)
                print(json.dumps(dict(
                    task=task, peer=peer.name, structure=structure, scalar=scalar, d=d, k=k,
                    values=values, iterations=iterations, mean_log_likelihood=found,
                )), flush=True)

            def seconds_of(iterations, tolerance):
                begin = time.process_time()
                made.append(library.fit(samples, iterations, tolerance))
                return time.process_time() - begin

            def iteration():
                brief = seconds_of(short, 0.0)
                return (seconds_of(long, 0.0) - brief) * 1e9 / (long - short) / n

            def scoring():
                begin = time.process_time()
                library.score(samples)
                return (time.process_time() - begin) * 1e9 / n

            made = []
            if task == "whole":
                line("whole", repeat(budget, 1, lambda: seconds_of(LIMIT, tolerance)), made[-1])
                continue
            line("fit", repeat(budget, LEAST, iteration), made[-1])
            if library.score:
                line("score", repeat(budget, LEAST, scoring))


def main():
    peer = {p.name: p for p in (ScikitLearn, Daal4py)}[sys.argv[1]]
    if sys.argv[2] == "version":
        print(peer.version())
        return
    task, directory, *numbers = sys.argv[2:]
    warnings.simplefilter("ignore", ConvergenceWarning)  # a fixed number of iterations is meant
    d, k, short, long = (int(v) for v in numbers[:4])
    budget, tolerance = (float(v) for v in numbers[4:])
    measure(peer, task, Path(directory), d, k, short, long, budget, tolerance)


main()
