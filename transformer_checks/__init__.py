"""Does the picture survive in a deep network? A slim Transformer, its tasks, measurements and experiments."""
