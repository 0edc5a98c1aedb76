# debug: break start
# debug: break squared if n == 2
# debug: do next, in 12, next 20
def square(n):
    return n * n  # <squared>


data = [3, 1, 2]  # <start>
squares = [square(n) for n in data]
evens = {n for n in squares if n % 2 == 0}
names = {n: str(n) for n in data}
nested = [
    [a * b for a in data]
    for b in data
]
total = sum(n for n in squares)
print(squares, sorted(evens), names, nested, total)
