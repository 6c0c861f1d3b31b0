"""How good a model is: metrics, baselines, curves, a diagnosis."""
