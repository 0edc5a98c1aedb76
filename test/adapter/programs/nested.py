# debug: break start
# debug: do in 45
def outer(a):
    b = a * 2

    def inner(c):
        d = b + c

        def innermost():
            return d * 10
        return innermost() + a
    first = inner(1)
    return first + inner(2)


value = outer(3)  # <start>
print(value)
