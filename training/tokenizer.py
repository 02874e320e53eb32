"""How does text become token ids?  A byte-level BPE in the style of Qwen2, trained on state/corpus.jsonl.

`python training/tokenizer.py` writes state/tokenizer.json. Digits are split one by one, a leading space belongs to
the word after it, no text is unknown (256 byte tokens), nothing is normalised and no BOS is added."""
from __future__ import annotations

import json
import random
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from data import CORPUS, STATE

TOKENIZER = STATE / "tokenizer.json"
VOCAB_SIZE = 3072           # 0.4 M parameters each for the embeddings and the output head, of 5.9 M
END_OF_TEXT = "<|endoftext|>"
SPECIAL = [END_OF_TEXT, "<|im_start|>", "<|im_end|>"]       # the chat marks are reserved, the model never saw them
# The pattern of Qwen2's released tokenizer.json: contractions, words, single digits, punctuation, line breaks, spaces.
SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
         r"|\s*[\r\n]+|\s+(?!\S)|\s+")
SHARE = {"prose": 0.5, "docs": 0.25, "code": 0.15, "tasks": 0.1}   # of the characters that the merges are learnt from


def sample(characters: int = 12_000_000) -> list[str]:
    """Training documents in the given shares: merges follow the mix, not the size of each source."""
    documents = [d for d in map(json.loads, CORPUS.open()) if not d["heldOut"]]
    random.Random(0).shuffle(documents)
    out = []
    for kind, share in SHARE.items():
        left = share * characters
        for d in documents:
            if d["kind"] == kind and left > 0:
                out.append(d["text"])
                left -= len(d["text"])
    return out


def train() -> Tokenizer:
    """Learn the merges and write state/tokenizer.json; special tokens come last, as in Qwen2."""
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    t.train_from_iterator(sample(), trainers.BpeTrainer(
        vocab_size=VOCAB_SIZE - len(SPECIAL), show_progress=False, max_token_length=16,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    t.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIAL])
    assert t.get_vocab_size() == VOCAB_SIZE, t.get_vocab_size()
    TOKENIZER.write_text(t.to_str(pretty=True) + "\n")
    (STATE / "tokens.npz").unlink(missing_ok=True)      # made with the merges before
    return t


def load(path: Path = TOKENIZER) -> Tokenizer:
    return Tokenizer.from_file(str(path))


if __name__ == "__main__":
    t = train()
    line = "First, Alice and Bob swap. Who has the blue ball now?"
    print(t.encode(line).tokens)
