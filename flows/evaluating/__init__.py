"""Behind `evaluate`: what a run was asked, its windows, the judge, each release on trial, what is recorded of it."""
