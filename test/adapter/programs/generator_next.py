# debug: break before
# debug: break inside
# debug: do next 5, next 2, out, next 3, out, next 10
def talk():
    received = []
    while len(received) < 3:
        word = yield len(received)  # <inside>
        received.append(word)
    print('heard', received)


conversation = talk()
first = next(conversation)  # <before>
for word in ['a', 'b']:
    count = conversation.send(word)
    print(word, count)
try:
    conversation.send('c')
except StopIteration:
    print('over')
