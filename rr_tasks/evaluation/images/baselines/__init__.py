"""Methods without learning, against which a restorer is compared."""
