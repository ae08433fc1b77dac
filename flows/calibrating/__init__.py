"""Behind `calibrate`: the judge held against the labels of people."""
