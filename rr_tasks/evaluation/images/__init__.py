"""How good restored photographs are, beside their clean partners."""
