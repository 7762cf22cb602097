"""What every format shows, in words and in the order it is shown; made once from a review."""
