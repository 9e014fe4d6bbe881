"""What `rr doctor` looks at: whether this machine, its credentials and its server are fit."""
