"""`python -m stepwell.cli`: the same as `stepwell`."""

from stepwell.cli import main

main()
