"""What a fitted map says: of rows, nodes, columns and regions, and how good it is."""
