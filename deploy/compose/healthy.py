"""The health check of every container of ours: is the process that answers here ready? Run by its path, alone, so that it costs little."""

import http.client
import sys

HOST, PORT, PATIENCE = "127.0.0.1", 8000, 4.0
OK = 200

connection = http.client.HTTPConnection(HOST, PORT, timeout=PATIENCE)
connection.request("GET", "/health/ready")
answer = connection.getresponse()
sys.stdout.write(answer.read(2000).decode(errors="replace"))
sys.exit(answer.status != OK)
