"""Behind `compare`: what was asked, both releases' rows, what follows from the decision."""
