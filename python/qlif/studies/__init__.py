"""Studies, each with a command: a demonstration, a comparison, and accuracy under noise."""
