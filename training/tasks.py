"""Which prompts does the demo model practise on?  Short generated ones whose answers are computed, not written.

Names, numbers of steps and wordings vary, so that a prompt's routing has easy parts (set phrases) and hard parts
(the step that depends on earlier ones). Kinds: boolean, tracking swaps, sorting, brackets, counting, rules with an
exception, reversing, last or nth word."""
from __future__ import annotations

import random
from collections.abc import Iterator

NAMES = "Alice Bob Carol Dan Eve Frank Grace Henry Iris Jack Kate Liam Mona Nina Oscar Paul Rose Sam Tom Vera".split()
COLOURS = "red blue green yellow black white orange purple brown grey".split()
THINGS = "ball book key cup hat coin card ring box pen lamp map".split()
WORDS = ("apple river stone music garden window paper silver morning winter summer bridge candle forest mirror ocean "
         "pocket ladder button circle table kitchen letter mountain number question answer water yellow house").split()
ASK_ONE = ["Answer with one name.", "Reply with one name only.", "Give one name.", "Which one? Answer with a single name."]


def boolean(r: random.Random) -> tuple[str, str]:
    def expression(depth: int) -> str:
        if depth == 0:
            return r.choice(["True", "False"])
        if r.random() < 0.3:
            return f"not {expression(depth - 1)}"
        return f"( {expression(depth - 1)} {r.choice(['and', 'or'])} {expression(r.randrange(depth))} )"
    e = expression(r.randint(1, 4))
    q = r.choice(["Evaluate the expression: {}", "Is this true or false? {}", "What is the value of {} ?"]).format(e)
    return q, str(eval(e))  # noqa: S307 - only the words built above


def tracking(r: random.Random) -> tuple[str, str]:
    people, steps = r.sample(NAMES, r.randint(3, 4)), r.randint(1, 5)
    things = r.sample(COLOURS, len(people))
    thing = r.choice(THINGS)
    holds = dict(zip(people, things))
    s = " ".join(f"{p} has the {c} {thing}." for p, c in holds.items())
    for i in range(steps):
        a, b = r.sample(people, 2)
        holds[a], holds[b] = holds[b], holds[a]
        s += f" {r.choice(['Then', 'Next,', 'After that,'])} {a} and {b} swap." if i else f" First, {a} and {b} swap."
    if r.random() < 0.5:
        c = r.choice(things)
        return f"{s} Who has the {c} {thing} now? {r.choice(ASK_ONE)}", next(p for p in people if holds[p] == c)
    p = r.choice(people)
    return f"{s} Which {thing} does {p} have now? Answer with one colour.", holds[p]


def sorting(r: random.Random) -> tuple[str, str]:
    if r.random() < 0.5:
        w = r.sample(WORDS, r.randint(3, 7))
        return r.choice(["Sort these words: ", "Put the words in alphabetical order: "]) + ", ".join(w), ", ".join(sorted(w))
    n = r.sample(range(1, 100), r.randint(3, 7))
    return r.choice(["Sort the numbers from small to large: ", "Put these numbers in order: "]) + ", ".join(map(str, n)), ", ".join(map(str, sorted(n)))


def brackets(r: random.Random) -> tuple[str, str]:
    open_, text = [], []
    for _ in range(r.randint(3, 12)):
        if open_ and r.random() < 0.45:
            text.append({"(": ")", "[": "]", "{": "}"}[open_.pop()])
        else:
            open_.append(r.choice("([{"))
            text.append(open_[-1])
    close = " ".join({"(": ")", "[": "]", "{": "}"}[c] for c in reversed(open_)) or "nothing"
    return f"Close the open brackets: {' '.join(text)}", close


def counting(r: random.Random) -> tuple[str, str]:
    w = [r.choice(WORDS) for _ in range(r.randint(3, 9))]
    if r.random() < 0.5:
        return f"How many words are in this list? {' '.join(w)}", str(len(w))
    a, b = r.randint(1, 50), r.randint(1, 50)
    return f"{r.choice(NAMES)} has {a} {r.choice(THINGS)}s and gets {b} more. How many are there now?", str(a + b)


def rule_with_exception(r: random.Random) -> tuple[str, str]:
    people, limit = r.sample(NAMES, 3), r.randint(20, 60)
    ages = [r.randint(10, 70) for _ in people]
    exempt = r.choice(people)
    s = f"Rule: everyone under {limit} waits outside, except {exempt}, who may always come in. "
    s += " ".join(f"{p} is {a}." for p, a in zip(people, ages))
    who = [p for p, a in zip(people, ages) if a < limit and p != exempt]
    return s + " Who waits outside?", " and ".join(who) if who else "Nobody"


def reversing(r: random.Random) -> tuple[str, str]:
    w = r.sample(WORDS, r.randint(2, 6))
    return r.choice(["Write the words in reverse order: ", "Say this list backwards: "]) + " ".join(w), " ".join(reversed(w))


def nth_word(r: random.Random) -> tuple[str, str]:
    w = r.sample(WORDS, r.randint(4, 8))
    i = r.randrange(4)
    return f"What is the {['first', 'second', 'third', 'fourth'][i]} word of: {' '.join(w)}?", w[i]


KINDS = [boolean, tracking, tracking, sorting, brackets, counting, rule_with_exception, reversing, nth_word]
LAYOUTS = ["Question: {q}\nAnswer: {a}", "{q}\n{a}", "User: {q}\nAssistant: {a}", "Task: {q}\n\nAnswer: {a}", "Q: {q}\nA: {a}"]


def generate_tasks(seed: int, count: int) -> Iterator[str]:
    """`count` prompts with answers, three to five to a document so that a window shows the same kind again."""
    r, made = random.Random(seed), 0
    while made < count:
        kind, layout, n = r.choice(KINDS), r.choice(LAYOUTS), r.randint(1, 5)
        yield "\n\n".join(layout.format(q=q, a=a) for q, a in (kind(r) for _ in range(n)))
        made += n
