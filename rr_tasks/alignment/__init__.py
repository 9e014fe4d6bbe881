"""A restorer learns from a reasoner's judgement, by reinforcement learning."""
