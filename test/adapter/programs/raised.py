# debug: exceptions raised
# debug: do continue
def parse(text):
    try:
        return int(text)
    except ValueError:
        return None


def lookup(table, key):
    return table[key]


print(parse('12'), parse('x'))
try:
    lookup({'a': 1}, 'b')
except KeyError as error:
    print('missing', error)
for item in [1, 2]:
    pass
print('end')
