"""What holds for all tests."""

from hypothesis import settings

# A loaded machine takes longer than hypothesis' 200 ms for an example; that is no failure of what is tested.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
