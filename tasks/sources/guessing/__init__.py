"""The mapping of logs nobody has described: guessed from some rows, with plain questions where it is unsure."""

from tasks.sources.guessing.guesses import Guess, GuessedColumn, guess

__all__ = ["Guess", "GuessedColumn", "guess"]
