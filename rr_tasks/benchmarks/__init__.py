"""Speed of the product on this machine, against what its models and encoders alone allow."""
