"""Documents that the distributions pass to each other, key by key: ``run.json``, ``curves.json``, ``export.json``.

Import this for typing, and its format versions where a document is written or read; predicting needs neither.
A key that a later version added is missing in files of earlier ones: whoever reads files fills it in, in one place.
``docs/*.schema.json`` say the same to others; ``make schemas`` writes them from these classes.
"""

from tagship_runtime.documents.curves import (
    CURVES_FORMAT,
    CalibrationBin,
    CurveRows,
    CurvesDocument,
    FeatureSummary,
    LabelCurve,
    ThresholdCounts,
)
from tagship_runtime.documents.export import (
    EXPORT_FORMAT,
    ArtifactDocument,
    BudgetDocument,
    DifferenceHistogram,
    DistancesDocument,
    DivergenceDocument,
    ExportDocument,
    ExportRows,
    FlipHistogram,
    ParityDocument,
    QualityDocument,
    QualityPair,
    SourceDocument,
    WorstRowDocument,
)
from tagship_runtime.documents.run import (
    RUN_FORMAT,
    BaselineDocument,
    BaselineMetrics,
    ConfigurationDocument,
    DecisionMetrics,
    DiagnosisDocument,
    Intervals,
    LabelFigures,
    Metrics,
    MetricsBySplit,
    NetworkDocument,
    RepeatedRows,
    RowCounts,
    RunDocument,
)
from tagship_runtime.documents.shared import FeatureDocument, Interval

__all__ = [
    "CURVES_FORMAT",
    "EXPORT_FORMAT",
    "RUN_FORMAT",
    "ArtifactDocument",
    "BaselineDocument",
    "BaselineMetrics",
    "BudgetDocument",
    "CalibrationBin",
    "ConfigurationDocument",
    "CurveRows",
    "CurvesDocument",
    "DecisionMetrics",
    "DiagnosisDocument",
    "DifferenceHistogram",
    "DistancesDocument",
    "DivergenceDocument",
    "ExportDocument",
    "ExportRows",
    "FeatureDocument",
    "FeatureSummary",
    "FlipHistogram",
    "Interval",
    "Intervals",
    "LabelCurve",
    "LabelFigures",
    "Metrics",
    "MetricsBySplit",
    "NetworkDocument",
    "ParityDocument",
    "QualityDocument",
    "QualityPair",
    "RepeatedRows",
    "RowCounts",
    "RunDocument",
    "SourceDocument",
    "ThresholdCounts",
    "WorstRowDocument",
]
