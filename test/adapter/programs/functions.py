# debug: function area
# debug: function helper
# debug: do next 2, continue, out, continue, next 3
class Shape:
    def __init__(self, side):
        self.side = side

    def area(self):
        side = self.side
        return side * side


def helper(shape):
    twice = shape.area() * 2
    return twice


def area(n):
    return n


print(helper(Shape(3)))
print(area(7))
