"""The rooms of Plumbline; arrows point down only.

flows
  └► sources | judging | monitors | decisions | routing | tracking | alerts | experiments | calibration | capacity
       └► registry | store
            └► stats | domain
"""
