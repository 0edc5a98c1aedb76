# debug: break leaf
# debug: do out, next, out, out, next 4, in 30
def factorial(n):
    if n < 2:
        return 1  # <leaf>
    smaller = factorial(n - 1)
    return n * smaller


def walk(tree, depth=0):
    seen = [depth]
    for child in tree:
        seen += walk(child, depth + 1)
    return seen


print(factorial(5))
print(walk([[], [[]]]))
