# debug: break start
# debug: do in 25
def collect(first, /, *args, sep=',', **kwargs):
    words = [first, *args]
    options = {**kwargs, 'sep': sep}
    return sep.join(words), options


def forward(*args, **kwargs):
    return collect(*args, **kwargs)


text, options = forward('a', 'b', sep='-', n=1)  # <start>
(one, *many), last = [1, 2, 3], 4
print(text, options, one, many, last)
