"""Where traffic moves: what is known of a service, how a switch survives a crash, what people on call may do."""
