"""The local catcher: takes every SMS and e-mail as a provider would, and shows them as a phone and a mailbox would.

`python -m ronde.catcher --http-port 8703 --smtp-port 8704 --data messages.jsonl`; in tests, `async with
ronde.catcher.serve.running() as catcher`. See README.md beside this file.
"""
