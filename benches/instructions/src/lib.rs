//! Holds the bench `instructions`; see `run.sh`.
