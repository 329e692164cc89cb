"""Tables, charts, pages and files made out of a result; nothing here computes a payment."""
