"""What Gatehouse costs, measured. `python -m bench` runs every benchmark; bench/results/ gets a JSON file of each."""
