"""What a dataset knows besides its entries: small pure models, in the table of `kinds`."""
