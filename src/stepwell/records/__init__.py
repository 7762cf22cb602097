"""Records: the record tables and the readers that fill them."""
