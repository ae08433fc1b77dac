"""Statistics of a decision, on plain numbers: evidence that stays valid however often one looks.

`edetector` watches the mean of bounded scores, `bank` many shares at once, `paired` compares two releases side by side,
`power` says what a sample can show, `drift` compares distributions, `agreement` measures judges against people. Modules
are imported by name: `scipy.stats` takes two seconds, and the evidence does not need it.
"""
