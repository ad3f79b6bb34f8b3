"""Files and data frames as tables with typed columns, and tables as numbers and back."""
