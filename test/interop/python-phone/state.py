"""The cars that the phone knows, in a JSON file that only its owner can read."""

import json
import os


class Store:
    def __init__(self, path):
        self._path = path
        self.cars = []
        self.offers = []
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                known = json.load(file)
            self.cars, self.offers = known["cars"], known["offers"]

    def find(self, public_key):
        """The entry of this car (public key in hex), or None."""
        return next((car for car in self.cars if car["public_key"] == public_key), None)

    def only_car(self):
        if len(self.cars) != 1:
            raise ValueError("the state file has to hold one car")
        return self.cars[0]

    def save(self):
        """Durable when it returns; a crash leaves the old file or the new one."""
        temporary = f"{self._path}.new"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"cars": self.cars, "offers": self.offers}, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self._path)
