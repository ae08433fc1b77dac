"""What a run is asked to do: one pydantic model a parameter of the flows, strict and described for the run form."""
