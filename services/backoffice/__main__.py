"""`python -m services.backoffice api|worker|all|migrate|rebuild|verify|import|replay|live|verify-audit FILE`."""

import sys

from services.backoffice.app import service
from services.backoffice.verify_audit import verify_audit
from shared.process import main

if __name__ == "__main__":
    if sys.argv[1:2] == ["verify-audit"]:
        raise SystemExit(verify_audit(sys.argv[2:]))
    main(service, sys.argv[1:])
