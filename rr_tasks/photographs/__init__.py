"""What a photograph is, for every stage: decoded, its metadata kept, and written back."""
