# debug: break start
# debug: do next 30
def add(a, b, c=0):
    return a + b + c


def run():
    x = 1  # <start>
    y = add(
        x,
        add(2,
            3),
        c=(
            4
        ),
    )
    text = ('one '
            'two '
            + str(y))
    if (x == 1
            and y > 5
            or text):
        z = [
            x,
            y,
            add(x, y),
        ]
    assert len(z) == 3, (
        'three'
    )
    result = {
        'a': x, 'b':
        y,
    }
    return result


print(run(),
      'end')
