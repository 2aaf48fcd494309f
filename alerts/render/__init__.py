"""Documents: a book of tables as bytes, one file of this folder for each format."""
