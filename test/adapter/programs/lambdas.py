# debug: break start
# debug: do in 40
double = lambda x: x * 2  # <start>
add = lambda a, b=3: (
    a
    + b
)
result = double(add(1))
pairs = sorted([(2, 'b'), (1, 'a'), (3, 'c')], key=lambda pair: -pair[0])
mapped = list(map(lambda n: n + result, [1, 2]))
print(result, pairs, mapped)
