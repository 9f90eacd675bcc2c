"""How long an iteration of Spark ML's GaussianMixture takes: pip install pyspark numpy; python spark.py FILE.

The file is one of `measure make`. Fits of 2 and of 8 iterations, after one to warm up; what differs is six iterations.
The estimator takes no start of ours; an iteration takes the same from any.
"""

import sys
import time

from pyspark.ml.clustering import GaussianMixture
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import SparkSession

builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "12g")
spark = builder.config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
columns = VectorAssembler(inputCols=[f"x{j}" for j in range(1, 9)], outputCol="features")
rows = columns.transform(spark.read.parquet(sys.argv[1])).select("features").cache()
rows.count()
took = {}
for iterations in (1, 2, 8):
    begun = time.time()
    model = GaussianMixture(k=8, tol=0.0, maxIter=iterations, seed=1).fit(rows)
    took[iterations] = time.time() - begun
    print(f"{model.summary.numIter} iterations in {took[iterations]:.1f} s", flush=True)
print(f"{(took[8] - took[2]) / 6:.2f} s an iteration")
