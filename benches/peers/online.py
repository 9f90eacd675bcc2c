"""Clusterers that learn a stream a sample (or a small batch) at a time: scikit-learn's and river's.

    online.py DATA.csv BUDGET

DATA is tests/data/basic_motions.csv of the crate. Samples come in the order of rows (j * 1597) mod n, so that the
activities are mixed, and are divided by the standard deviation of each feature, which all are given. Every sample is
assigned to a cluster just before it is learnt, and all of them again at the end. Prints one JSON line a clusterer, as
src/table/online.rs describes them.
"""

import csv
import json
import sys
import time

import numpy as np
from river import cluster
from sklearn.cluster import MiniBatchKMeans
from sklearn.metrics import adjusted_rand_score

ACTIVITIES = 4
SEED = 1
BATCH = 50
STRIDE = 1597


class MiniBatch:
    """The batches a user would choose for a stream: partial_fit has a fixed cost, which a batch shares."""

    peer, settings = "scikit-learn MiniBatchKMeans", f"{ACTIVITIES} clusters, batches of {BATCH}"

    def __init__(self):
        self.model = MiniBatchKMeans(ACTIVITIES, random_state=SEED, n_init=1, batch_size=BATCH)

    def prepare(self, samples):
        return samples

    def learn_all(self, samples):
        for i in range(0, len(samples), BATCH):
            self.model.partial_fit(samples[i:i + BATCH])

    def learn_and_predict(self, samples):
        labels = []
        for i in range(0, len(samples), BATCH):
            batch = samples[i:i + BATCH]
            labels += list(self.model.predict(batch)) if i else [-1] * len(batch)  # no model before the first
            self.model.partial_fit(batch)
        return labels

    def predict(self, samples):
        return self.model.predict(samples)


class River:
    def __init__(self, name, settings, make):
        self.peer, self.settings, self.make = f"river {name}", settings, make

    def __call__(self):
        self.model = self.make()
        return self

    def prepare(self, samples):
        return [dict(enumerate(map(float, x))) for x in samples]

    def learn_all(self, samples):
        for x in samples:
            self.model.learn_one(x)

    def predict_one(self, x):
        try:
            label = self.model.predict_one(x)
        except (IndexError, KeyError, ValueError, TypeError, ZeroDivisionError, AttributeError):
            return -1  # what it has seen does not make clusters yet
        return -1 if label is None else int(label)

    def learn_and_predict(self, samples):
        labels = []
        for x in samples:
            labels.append(self.predict_one(x))
            self.model.learn_one(x)
        return labels

    def predict(self, samples):
        return [self.predict_one(x) for x in samples]


CLUSTERERS = [
    MiniBatch,
    River("KMeans", f"{ACTIVITIES} clusters, halflife 0.01",
          lambda: cluster.KMeans(n_clusters=ACTIVITIES, halflife=0.01, seed=SEED)),
    River("STREAMKMeans", f"{ACTIVITIES} clusters, chunks of {BATCH}",
          lambda: cluster.STREAMKMeans(chunk_size=BATCH, n_clusters=ACTIVITIES, halflife=0.5, seed=SEED)),
    River("CluStream", f"{ACTIVITIES} clusters, 100 microclusters",
          lambda: cluster.CluStream(n_macro_clusters=ACTIVITIES, max_micro_clusters=100, time_gap=200, seed=SEED,
                                    halflife=0.4)),
    River("DenStream", "epsilon 0.5, mu 2",
          lambda: cluster.DenStream(decaying_factor=0.001, beta=0.75, mu=2, epsilon=0.5, n_samples_init=200)),
    River("DBSTREAM", "radius 0.5, fading 0.001",
          lambda: cluster.DBSTREAM(clustering_threshold=0.5, fading_factor=0.001, cleanup_interval=100,
                                   intersection_factor=0.3, minimum_weight=2)),
]


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    features = [name for name in rows[0] if not name.startswith("meta_")]
    samples = np.array([[float(row[name]) for name in features] for row in rows])
    labels = [row["meta_label"] for row in rows]
    order = (np.arange(len(rows)) * STRIDE) % len(rows)
    assert len(set(order)) == len(rows)
    return samples[order] / samples.std(axis=0), [labels[i] for i in order]


def main():
    samples, activities = read(sys.argv[1])
    budget = float(sys.argv[2])
    for make in CLUSTERERS:
        clusterer = make()
        data = clusterer.prepare(samples)
        coming = clusterer.learn_and_predict(data)
        final = clusterer.predict(data)
        values = []
        begin = time.process_time()
        while not values or (len(values) < 9 and time.process_time() - begin < budget):
            clusterer = make()
            start = time.process_time()
            clusterer.learn_all(data)
            values.append((time.process_time() - start) * 1e9 / len(data))
        print(json.dumps(dict(
            peer=clusterer.peer, settings=clusterer.settings, values=values, clusters=len(set(final)),
            ari_as_it_comes=adjusted_rand_score(activities, coming),
            ari_at_the_end=adjusted_rand_score(activities, final),
        )), flush=True)


main()
