"""`python -m cstodata`."""

from cstodata.cli.main import main

main()
