"""Work of several kinds for test/bench/profiler-overhead.ts: HEATLINE_WORK=KIND HEATLINE_UNITS=N HEATLINE_RESULT=FILE main.py

Writes into FILE the seconds of the work, and how many objects it made, files it asked the system for, waits and calls. A unit takes about 1 ms.
"""
import os
import time

made = asked = calls = 0


def arithmetic(x, count):
    """Three new whole numbers a turn, each an object."""
    global made
    made += 3 * count
    for i in range(count):
        x = (x * 1664525 + i) & 0xffffffff
    return x


def descend(depth, x, count):
    """`arithmetic` at a call depth of `depth`."""
    if depth == 0:
        return arithmetic(x, count)
    return descend(depth - 1, x + 1, count) ^ depth


TEXT = bytes(range(256)) * 40
NEXT = bytes((7 * i + 3) & 255 for i in range(256))


def walk(depth, state):
    """A machine of small numbers, which are there already, at a call depth of `depth`."""
    if depth > 0:
        return walk(depth - 1, NEXT[state])
    for symbol in TEXT:
        state = NEXT[state ^ symbol]
    return state


def records(count, x):
    """Objects of some kinds that live for a while."""
    global made
    found = []
    for i in range(count):
        found.append({'id': i, 'name': 'record %d' % i, 'sizes': [x + i, x - i, (x, i)]})
    made += 5 * count
    return sum(len(record['name']) for record in found)


def leaf(x):
    return x + 1


def small_calls(count, x):
    global calls
    for _ in range(count):
        x = leaf(x)
    calls += count
    return x


def unit(work, i, x):
    global asked
    if work == 'computes':
        return walk(10, x & 255) + walk(10, i & 255)
    if work == 'allocates':
        return records(1000, x)
    if work == 'calls':
        return small_calls(15000, x)
    for _ in range(20):
        x = descend(10, x, 400)
    x += records(100, x)
    x = small_calls(1000, x)
    if i % 2 == 0:
        asked += 1
        os.stat('.')
    return x


def main():
    work = os.environ['HEATLINE_WORK']
    x = 1
    began = time.perf_counter()
    for i in range(int(os.environ['HEATLINE_UNITS'])):
        x = unit(work, i, x) & 0xffffffff
    took = time.perf_counter() - began
    with open(os.environ['HEATLINE_RESULT'], 'w') as result:
        result.write('%.9f %d %d 0 %d\n' % (took, made, asked, calls))


main()
