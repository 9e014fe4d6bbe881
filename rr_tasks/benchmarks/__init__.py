"""Speed of the product on this machine, compared with that of its models and encoders alone."""
