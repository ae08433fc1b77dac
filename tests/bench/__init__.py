"""What is promised, measured: simulations of the statistics and timings of the work, each run as a module."""
