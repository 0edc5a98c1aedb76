# debug: break start
# debug: do in 40
import functools
import re


def by_last(word):
    last = word[-1]
    return last


def longer(a, b):
    return len(a) - len(b)


def upper(match):
    return match.group().upper()


words = ['abc', 'da', 'cb']  # <start>
words.sort(key=by_last)
ordered = sorted(words, key=functools.cmp_to_key(longer))
text = re.sub('[ab]', upper, 'cab')
kept = list(filter(lambda w: len(w) > 2, words))
best = max(words, key=len)
print(words, ordered, text, kept, best)
