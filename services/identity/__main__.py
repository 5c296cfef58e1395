"""`python -m services.identity api|worker|all|migrate|rebuild|verify|import|replay|invite-admin`."""

import sys

from services.identity.app import service
from shared.process import main

main(service, sys.argv[1:])
