"""What is kept in files: models, checkpoints, coordinates."""
