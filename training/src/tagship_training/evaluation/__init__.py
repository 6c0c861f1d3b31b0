"""Figures of a trained model: metrics, intervals, curves, a diagnosis, baselines."""
