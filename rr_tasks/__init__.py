"""What the stages do, by noun; only the `tasks.py` files know Prefect."""
