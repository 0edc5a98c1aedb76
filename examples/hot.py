"""Suggests corrections for misspelt words: a small program with one line that takes most of its time.

Run it under a profiler to see the line that ends in HOT light up.
"""

import random
import string

WORDS = """
ability account achieve address advance against analyse ancient another balance barrier because believe benefit between
brother cabinet capital captain century certain chamber channel chapter charity chicken circuit citizen climate college
combine comfort command comment company compare compete complex concept concern conduct confirm connect consist contact
contain content contest context control convert correct council counter country courage current custody customer decline
defence deliver density deposit desktop despite destroy develop digital discuss disease display distant dynamic eastern
economy edition element emotion engine enhance examine example excited execute exhibit explain explore express extreme
""".split()


def misspell(word, generator):
    """The word with one or two letters changed, dropped or doubled."""
    letters = list(word)
    for _ in range(generator.randint(1, 2)):
        position = generator.randrange(len(letters))
        letters[position] = generator.choice(['', letters[position] * 2, generator.choice(string.ascii_lowercase)])
    return ''.join(letters)


def make_text(count, generator):
    """A text of so many words, most of them right."""
    words = []
    for _ in range(count):
        word = generator.choice(WORDS)
        words.append(misspell(word, generator) if generator.random() < 0.4 else word)
    return ' '.join(words)


def count_words(text):
    """How often each word occurs."""
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts


def edit_distance(left, right):
    """How many letters to insert, delete or replace (Wagner and Fischer)."""
    above = list(range(len(right) + 1))
    for row, letter in enumerate(left, 1):
        current = [row]
        for i, other in enumerate(right, 1):
            current.append(1 + min(above[i], current[-1], above[i - 1] - (letter == other)))  # HOT
        above = current
    return above[-1]


def suggest(word):
    """The known word that is nearest."""
    best, best_distance = word, len(word) + 1
    for known in WORDS:
        distance = edit_distance(word, known)
        if distance < best_distance:
            best, best_distance = known, distance
    return best


def main():
    generator = random.Random(7)
    counts = count_words(make_text(6000, generator))
    known = set(WORDS)
    unknown = sorted(word for word in counts if word not in known)
    corrections = [(word, suggest(word)) for word in unknown]
    print('%d words, %d not known' % (sum(counts.values()), len(unknown)))
    for word, correction in corrections[:5]:
        print('  %s -> %s' % (word, correction))


if __name__ == '__main__':
    main()
