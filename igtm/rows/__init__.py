"""How rows are reached, wherever they lie: as sources, read block by block."""
