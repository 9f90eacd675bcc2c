"""Writes kmeans.json: Lloyd's algorithm of scikit-learn from given centres, on the data sets of this directory.

Run here: python kmeans.py (scikit-learn 1.9.1, NumPy 2.4.6, SciPy 1.17.1). Nothing is random: the centres are rows of
the data, and there is one start.
"""

import csv
import json
import pathlib

import numpy
import scipy
import sklearn
from sklearn.cluster import KMeans

HERE = pathlib.Path(__file__).parent
RUNS = [
    ("faithful.csv", [0, 1]),
    ("faithful.csv", [0, 100, 200]),
    ("iris.csv", [0, 50, 100]),
    ("iris.csv", [3, 60, 77, 140]),
    ("basic_motions.csv", [0, 1000, 2500]),
    ("basic_motions.csv", [10, 1100, 2100, 3100]),
]


def features(name):
    with open(HERE / name, newline="") as file:
        rows = list(csv.reader(file))
    columns = [i for i, title in enumerate(rows[0]) if not title.startswith("meta_")]
    return numpy.array([[float(row[i]) for i in columns] for row in rows[1:]])


def run(name, rows):
    data = features(name)
    rows = [row % len(data) for row in rows]
    fit = KMeans(len(rows), init=data[rows], n_init=1, algorithm="lloyd", tol=0, max_iter=1000).fit(data)
    # The attribute is summed in single blocks; the definition is summed here, exactly.
    differences = data - fit.cluster_centers_[fit.labels_]
    return {
        "data": name,
        "rows": rows,
        "start": data[rows].tolist(),
        "centres": fit.cluster_centers_.tolist(),
        "inertia": float(fit.inertia_),
        "inertia_by_definition": float((differences.astype(numpy.longdouble) ** 2).sum()),
        "sizes": numpy.bincount(fit.labels_, minlength=len(rows)).tolist(),
    }


def main():
    made_with = {m.__name__: m.__version__ for m in (sklearn, numpy, scipy)}
    out = {"made_with": made_with, "runs": [run(*r) for r in RUNS]}
    (HERE / "kmeans.json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
