"""What goes out for training: rows, recipes, splits, and what trainers would do with them."""
