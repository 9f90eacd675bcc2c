"""Makes sklearn_*.json: models that scikit-learn fitted, saved by export/sklearn_to_json.py, and
sklearn_scores.json with what they say of some samples.

    pip install scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
    python tests/data/sklearn_models.py

Of a pipeline, `score_samples` is the log-density of the standardised sample: that of the sample itself is lower by
the sum of the logarithms of the scales.

A BayesianGaussianMixture scores by expectations over its posterior, not by a mixture of densities. Its reference is the
GaussianMixture of its weights, means and covariances; `own_agreement` is the share of the data that both predict alike.
"""
import json, pathlib, sys

import numpy, scipy, sklearn
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parents[1] / "export"))
from sklearn_to_json import save

IRIS = numpy.loadtxt(HERE / "iris.csv", delimiter=",", skiprows=1, usecols=range(4))
FAITHFUL = numpy.loadtxt(HERE / "faithful.csv", delimiter=",", skiprows=1)
# More features and components than most firmware has.
WIDE = numpy.random.default_rng(1).normal(size=(360, 12)) + 8 * numpy.random.default_rng(2).normal(size=(9, 12)).repeat(40, 0)


def mixture(k, covariance_type):
    return GaussianMixture(k, covariance_type=covariance_type, n_init=10, tol=1e-8, max_iter=2000, random_state=0)


def cases():
    for kind in ("full", "tied", "diag", "spherical"):
        yield kind, mixture(3, kind), IRIS
    for kind in ("full", "tied", "diag", "spherical"):
        yield f"pipeline_{kind}", make_pipeline(StandardScaler(), mixture(3, kind)), FAITHFUL
    yield "mean_only", make_pipeline(StandardScaler(with_std=False), mixture(2, "spherical")), FAITHFUL
    yield "scale_only", make_pipeline(StandardScaler(with_mean=False), mixture(2, "full")), FAITHFUL
    split = StandardScaler(with_std=False), StandardScaler(with_mean=False)
    yield "two_scalers", make_pipeline(*split, mixture(2, "full")), IRIS
    yield "float32", mixture(3, "full"), IRIS.astype("float32")
    yield "dead_component", mixture(3, "full"), FAITHFUL
    yield "one_feature", mixture(2, "full"), FAITHFUL[:, :1]
    yield "min_max", make_pipeline(MinMaxScaler((-1, 3)), mixture(2, "full")), FAITHFUL
    yield "max_abs", make_pipeline(MaxAbsScaler(), mixture(2, "diag")), FAITHFUL
    yield "robust", make_pipeline(RobustScaler(), mixture(2, "tied")), FAITHFUL
    bayesian = BayesianGaussianMixture(n_components=5, n_init=5, tol=1e-8, max_iter=5000, random_state=0)
    yield "bayesian", bayesian, FAITHFUL
    yield "wide", mixture(9, "diag"), WIDE


def far(data):
    """Some samples of the data, and some outside it."""
    centre, spread = data.mean(axis=0), data.std(axis=0)
    return numpy.concatenate([data[::15], centre + spread * numpy.array([[-6.0], [5.5], [12.0]])])


def log_scale(step):
    """Of z = (x - mean) / scale."""
    scale = 1 / step.scale_ if isinstance(step, MinMaxScaler) else step.scale_
    return [] if scale is None else [float(numpy.log(scale).sum())]


def of_the_parameters(model):
    """The mixture of densities with the weights, means and covariances of a model."""
    plain = GaussianMixture(model.n_components, covariance_type=model.covariance_type)
    plain.weights_, plain.means_, plain.covariances_ = model.weights_, model.means_, model.covariances_
    plain.precisions_cholesky_ = model.precisions_cholesky_
    return plain


models = []
for name, model, data in cases():
    model.fit(data)
    if name == "dead_component":
        model.weights_ = numpy.array([0.25, 0.0, 0.75])
    save(model, HERE / f"sklearn_{name}.json")
    rows = far(data)
    own = {}
    if isinstance(model, BayesianGaussianMixture):
        given, model = model, of_the_parameters(model)
        own = {"own_agreement": float((given.predict(data) == model.predict(data)).mean())}
    models.append({
        "file": f"sklearn_{name}.json", **own,
        "log_scales": [log for _, step in getattr(model, "steps", [])[:-1] for log in log_scale(step)],
        "samples": rows.tolist(),
        "score_samples": model.score_samples(rows).tolist(),
        "predict_proba": model.predict_proba(rows).tolist(),
    })

versions = f"scikit-learn {sklearn.__version__}, NumPy {numpy.__version__}, SciPy {scipy.__version__}"
with open(HERE / "sklearn_scores.json", "w") as file:
    json.dump({"made_with": versions, "models": models}, file)
    file.write("\n")
