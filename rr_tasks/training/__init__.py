"""Training of reasoner and restorer: data in rounds, one resumable loop, one loss for each."""
