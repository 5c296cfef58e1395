"""`python -m services.access api|worker|all|migrate|rebuild|verify|import|replay`."""

import sys

from services.access.app import service
from shared.process import main

main(service, sys.argv[1:])
