# debug: break start
# debug: break post
# debug: do in, next, in, next, in 20
from dataclasses import dataclass, field


@dataclass(order=True)
class Item:
    price: int
    name: str = 'thing'
    tags: list = field(default_factory=list)

    def __post_init__(self):
        self.price *= 100  # <post>

    def total(self, count):
        return self.price * count


first = Item(3)  # <start>
second = Item(2, 'pen', ['x'])
print(first > second, second.total(2), sorted([first, second])[0].name)
