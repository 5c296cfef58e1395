"""`python -m services.requests api|worker|all|migrate|rebuild|verify|import|replay`."""

import sys

from services.requests.app import service
from shared.process import main

if __name__ == "__main__":
    main(service, sys.argv[1:])
