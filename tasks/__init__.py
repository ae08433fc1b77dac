"""The rooms of Plumbline; arrows point down only.

flows
  └► sources | judging | monitors | decisions | tracking
       └► store
            └► stats | domain
"""
