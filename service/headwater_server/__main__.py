"""`python -m headwater_server` is the same as `headwater`."""

from headwater_server.cli import main

if __name__ == "__main__":
    main()
