"""What makes the record provable: canonical bytes, the chain, checkpoints, proofs, and the verdict on all of it."""
