# debug: break bump
# debug: do next 3, out, continue, in 6, continue
def counter(start):
    count = start
    history = []

    def bump(by=1):
        nonlocal count
        count += by  # <bump>
        history.append(count)
        return count

    def reset():
        nonlocal count
        count = start
    return bump, reset, history


bump, reset, history = counter(10)
bump()
bump(5)
reset()
bump(2)
print(history)
makers = [lambda i=i: i for i in range(3)]
print([make() for make in makers])
