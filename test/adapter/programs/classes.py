# debug: break start
# debug: do in 60
class Base:
    count = 0

    def __init__(self, x):
        self.x = x
        Base.count += 1


class Point(Base):
    def __init__(self, x, y):
        super().__init__(x)
        self._y = y

    @property
    def y(self):
        return self._y

    @y.setter
    def y(self, value):
        self._y = value

    @staticmethod
    def origin():
        return Point(0, 0)

    @classmethod
    def of(cls, pair):
        return cls(*pair)

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __iter__(self):
        yield self.x
        yield self.y

    def __eq__(self, other):
        return tuple(self) == tuple(other)


p = Point.of((1, 2))  # <start>
p.y = 5
q = p + Point.origin()
print(list(q), p == q, Base.count)
