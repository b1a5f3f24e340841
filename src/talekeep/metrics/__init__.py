"""What insights measure: small pure measurements in one table."""
