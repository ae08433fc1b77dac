"""`make config`: is what `prefect.yaml` states right, what does it come to, and is that what the server runs?

`stated` reads the files as `prefect deploy` does; `signature`, `checking` and `named_secrets` hold them against the
flows; `deployed` reads the server and `differences` compares; `wording` tells a service in a few lines.
"""
