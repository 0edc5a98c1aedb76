# debug: break start
# debug: do in 50
class Deck:
    def __init__(self):
        self.cards = [1, 2]

    def __iter__(self):
        self.at = 0
        return self

    def __next__(self):
        if self.at >= len(self.cards):
            raise StopIteration
        self.at += 1
        return self.cards[self.at - 1]

    def __len__(self):
        return len(self.cards)

    def __getitem__(self, i):
        return self.cards[i]

    def __contains__(self, card):
        return card in self.cards

    def __bool__(self):
        return True

    def __call__(self, n):
        return n + 1

    def __getattr__(self, name):
        return name + '?'


deck = Deck()  # <start>
for card in deck:
    print(card)
print(len(deck), deck[0], 2 in deck, bool(deck), deck(1), deck.colour)
