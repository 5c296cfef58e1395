"""The same system in containers: what the one-shot services of docker-compose.yml do, and what every container is told."""
