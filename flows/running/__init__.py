"""What every run needs: the time, secrets by name, where it is, how far it is, what it leaves in Prefect."""
