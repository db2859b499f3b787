"""What every benchmark here shares: the task, the timing, the machine line, the tables."""
