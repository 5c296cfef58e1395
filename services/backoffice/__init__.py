"""The back office: queues, reviews, dashboards and the audit."""
