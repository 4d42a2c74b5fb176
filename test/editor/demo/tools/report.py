"""Prints what the shop sold on one day."""

import csv
from dataclasses import dataclass


@dataclass
class Sale:
    name: str
    price: float
    quantity: int


def read_sales(path: str) -> list[Sale]:
    with open(path, newline="") as file:
        return [Sale(row["name"], float(row["price"]), int(row["quantity"])) for row in csv.DictReader(file)]


def revenue(sales: list[Sale]) -> float:
    return sum(sale.price * sale.quantity for sale in sales)


def best_seller(sales: list[Sale]) -> Sale:
    
