"""Training of reasoner and restorer: data in rounds, one resumable loop, a loss for each."""
