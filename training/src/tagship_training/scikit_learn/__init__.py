"""Training and artifacts as estimators of scikit-learn."""

from tagship_training.scikit_learn.classifier import TagshipClassifier
from tagship_training.scikit_learn.fitted import FittedClassifier

__all__ = ["FittedClassifier", "TagshipClassifier"]
