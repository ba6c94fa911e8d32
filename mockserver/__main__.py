"""`python -m mockserver` is `smsonline-mock`."""

from mockserver.cli import main

if __name__ == "__main__":
    main(prog_name="smsonline-mock")
