"""Shows people the worst restorations of an evaluation beside typical ones."""
