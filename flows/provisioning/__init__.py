"""Behind `plan_capacity`: from traffic to a plan of replicas and its record."""
