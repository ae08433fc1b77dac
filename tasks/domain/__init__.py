"""The words of Plumbline as types: settings, interactions, windows, judgments, findings, verdicts, prices, errors.

Nothing here does input or output, and nothing here knows Prefect, MLflow or a judge's client. Each file holds one word;
import from the file named for it.
"""
