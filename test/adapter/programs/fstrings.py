# debug: break start
# debug: do in 25
class Money:
    def __init__(self, cents):
        self.cents = cents

    def __format__(self, spec):
        text = f'{self.cents / 100:.2f}'
        return text.rjust(int(spec or 0))

    def __repr__(self):
        return f'Money({self.cents!r})'


def name():
    return 'you'


money = Money(1234)  # <start>
line = f'{name()} owe {money:>8} ({money!r})' if False else f'{name()} owe {money:8} ({money!r})'
print(line)
print(f'''{
    name()
} again''')
