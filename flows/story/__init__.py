"""Behind `make demo`: made-up traffic, a judge to be switched off, and what common rules would have done."""
