"""Sums up orders: a small program to try the debugger on.

Set a breakpoint by a click left of a line number, press F5, and type pdb's commands into the Debug Console: args, pp locals(), u, d, b 32, c.
test_orders.py has a test that fails: press Debug above it.
"""

from dataclasses import dataclass, field


@dataclass
class Item:
    name: str
    price: float
    count: int = 1

    @property
    def cost(self):
        return self.price * self.count


@dataclass
class Order:
    customer: str
    items: list = field(default_factory=list)
    paid: bool = False


def discount(order):
    """Ten percent for three things and more."""
    things = sum(item.count for item in order.items)
    return 0.1 if things > 3 else 0.0  # three things are not more than three: the failing test shows it


def total(order):
    amount = 0.0
    for item in order.items:
        amount += item.cost
    return round(amount * (1 - discount(order)), 2)


def open_orders(orders):
    return [order for order in orders if not order.paid]


def main():
    orders = [
        Order('Ada', [Item('book', 20.0), Item('pen', 1.5, 4)]),
        Order('Grace', [Item('lamp', 35.0)], paid=True),
        Order('Linus', [Item('cable', 4.0, 2), Item('mouse', 18.5)]),
    ]
    for order in open_orders(orders):
        print('%-6s %7.2f' % (order.customer, total(order)))


if __name__ == '__main__':
    main()
