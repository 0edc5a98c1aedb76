# debug: break start
# debug: do next 25
def run(lines):
    found = []  # <start>
    it = iter(lines)
    while (line := next(it, None)) is not None:
        if (n := len(line)) > 1:
            found.append(n)
    big = [y for x in found if (y := x * 2) > 4]
    return found, big, y


print(run(['a', 'bb', 'ccc']))
