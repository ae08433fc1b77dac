"""Decisions: findings and evidence become a verdict. Pure: state goes in and comes out, time is an argument.

`lines` turns yearly budgets into thresholds, `trial` accumulates the evidence of one release, `verdict_of` applies the
two keys and says why, `baseline` chooses what a release is compared with, `wording` puts it as a person reads it.
"""
