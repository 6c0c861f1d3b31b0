"""Checks of scikit-learn on its estimators; here because they take a minute or two."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import check_estimator

from tagship_training import TagshipClassifier

FEW = "it fits on fewer than the 20 rows that training needs"
SKIPPED = {
    "check_n_features_in_after_fitting": FEW,
    "check_classifier_data_not_an_array": FEW,
    "check_fit2d_1feature": FEW,
}


@pytest.mark.filterwarnings("ignore")  # checks warn of what they do
def test_scikit_learns_own_checks() -> None:
    estimator = TagshipClassifier(
        hidden=(8,),
        members=1,
        epochs=2,
        random_state=0,
        hold_out=False,
        objective="fixed=0.5",  # checks want the decision of the higher probability
    )
    done = check_estimator(estimator, expected_failed_checks=SKIPPED, on_skip=None)
    assert {check["check_name"] for check in done if check["status"] == "xfail"} == SKIPPED.keys()
    assert sum(check["status"] == "passed" for check in done) > 40
