"""Saves a fitted scikit-learn mixture for gaussmix: python sklearn_to_json.py model.joblib model.json"""
import json, sys, joblib, sklearn

KEPT = """covariance_type weights_ means_ covariances_
    with_mean with_std mean_ scale_ with_centering with_scaling center_ min_ clip""".split()

def save(model, path):
    steps = [step for _, step in getattr(model, "steps", [("", model)])]
    steps = [{"class": type(s).__name__} | {k: getattr(s, k) for k in KEPT if hasattr(s, k)} for s in steps]
    with open(path, "w") as file:
        json.dump({"sklearn": sklearn.__version__, "steps": steps}, file, default=lambda array: array.tolist())

if __name__ == "__main__":
    save(joblib.load(sys.argv[1]), sys.argv[2])
