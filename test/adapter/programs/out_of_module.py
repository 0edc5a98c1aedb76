# debug: break last
# debug: do out
def helper():
    return 1


value = helper()
value += 1  # <last>
print(value)
