"""Statistics of a decision, on plain numbers: evidence that stays valid however often one looks.

`edetector` watches the mean of bounded scores, `bank` many shares at once, `slow_changes` says how far means wander by
themselves, `paired` compares two releases side by side, `power` says what a sample can show, `drift` compares
distributions, `proportions` two shares, `agreement` measures judges against people. Modules are imported by name:
`scipy.stats` takes two seconds, and the evidence does not need it.
"""
