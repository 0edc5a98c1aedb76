from orders import Item, Order, discount, total


def test_total():
    assert total(Order('Ada', [Item('book', 20.0), Item('pen', 1.5)])) == 21.5


def test_discount():
    order = Order('Linus', [Item('cable', 4.0, 2), Item('mouse', 18.5)])
    assert discount(order) == 0.1
