"""Does the picture survive in a deep network? Experiments 1-3 will live here; nothing does yet."""
