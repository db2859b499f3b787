"""The engine: its library and what carries data across to it. Nothing here is public."""
