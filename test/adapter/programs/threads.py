# debug: break working if number == 1
# debug: break joined
# debug: do next 2, in, next, out, next 4
import threading

results = {}


def compute(number):
    partial = number + 1
    return partial * 2


def work(number):
    start = number * 100  # <working>
    value = start
    value += compute(number)
    results[number] = value


for number in range(3):
    thread = threading.Thread(target=work, args=(number,))
    thread.start()
    thread.join()
print(sorted(results.items()))  # <joined>
print('end')
