"""Where RabbitMQ and Postgres come from, for `ronde up` and for the tests."""
